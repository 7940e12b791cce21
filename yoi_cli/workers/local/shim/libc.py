"""Functions of the C library for which Python has no name.

They are called by the core of `ctypes` alone: the rest of it would be 0.3 MB that each shim and
each stub holds for as long as its worker runs, and 2 ms until that begins.
"""

from __future__ import annotations

import os
from _ctypes import (
    FUNCFLAG_CDECL,
    FUNCFLAG_USE_ERRNO,
    CFuncPtr,
    _SimpleCData,
    dlopen,
    dlsym,
    get_errno,
)

from yoi_cli.workers.local.shim.light import TYPE_CHECKING, cache

if TYPE_CHECKING:
    _Number = _SimpleCData[int]
else:
    _Number = _SimpleCData


class Int64(_Number):
    """A number for a function that takes one of 64 bits."""

    _type_ = "q"


class _Function(CFuncPtr):
    """A function that answers with an `int`, and gives its reason in `errno`."""

    _flags_ = FUNCFLAG_CDECL | FUNCFLAG_USE_ERRNO


@cache
def _function(name: str) -> _Function:
    program = dlopen(None)  # type: ignore[arg-type] # None is all that the program has loaded
    return _Function(dlsym(program, name))


def call(name: str, *arguments: int | bytes | Int64 | None) -> int:
    """What the function answers; a plain number is an `int` to it, bytes are where they begin.

    Raises `OSError` where it fails, or is not there.
    """
    result = int(_function(name)(*arguments))
    if result < 0:
        error = get_errno()
        raise OSError(error, os.strerror(error))
    return result
