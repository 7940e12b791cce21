"""Confining a process by Landlock, with three system calls and no privilege (docs/security.md).

Landlock only ever allows: what a folder is given, everything below it has. So what is to be kept
out of a folder that may be written is left out by giving the rights to all its neighbours.
"""

from __future__ import annotations

import os
import stat
import sys

from yoi_cli.workers.local.shim.files import closing
from yoi_cli.workers.local.shim.libc import call
from yoi_cli.workers.local.shim.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.workers.local.shim.launch import Confinement

#: The numbers are the same on every architecture.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH, _NET_PORT = 1, 2
_PR_SET_NO_NEW_PRIVS = 38
_O_PATH = getattr(os, "O_PATH", 0) | os.O_NOFOLLOW | os.O_CLOEXEC

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
#: Removing and making of every kind: 4 to 12.
_CHANGE_FOLDER = 0x1FF0
_CONNECT_TCP = 1 << 1
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1
#: What a rule on a file may grant.
_OF_FILES = _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL


def kernel_abi() -> int:
    """The version of Landlock that the kernel offers, 0 where it has none or has it off."""
    try:
        if sys.platform == "linux":  # elsewhere the numbers are those of other calls
            return call("syscall", _CREATE_RULESET, None, 0, _VERSION)
    except OSError:
        pass
    return 0


def confine(wanted: Confinement) -> None:
    """Confine this process and all that it will start, as far as `wanted.abi` knows how.

    Raises `OSError`; then nothing may be run.
    """
    writing = _writing(wanted)
    reading = _READ_FILE | _READ_DIR if wanted.readable is not None else 0
    handled = (
        writing | reading,
        _CONNECT_TCP if wanted.ports is not None and wanted.abi >= 4 else 0,
        (_SIGNALS | (_ABSTRACT_SOCKETS if wanted.is_strict else 0)) if wanted.abi >= 6 else 0,
    )
    attributes = b"".join(map(_of_64_bits, handled))
    ruleset = call("syscall", _CREATE_RULESET, attributes, len(attributes), 0)
    with closing(ruleset):
        for path in granted(wanted.writable, wanted.protected):
            _allow(ruleset, path, writing | reading)
        for path in wanted.readable or ():
            _allow(ruleset, path, reading)
        for port in (wanted.ports or ()) if handled[1] else ():
            _add(ruleset, _NET_PORT, _of_64_bits(_CONNECT_TCP) + _of_64_bits(port))
        call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        call("syscall", _RESTRICT_SELF, ruleset, 0)


def _writing(wanted: Confinement) -> int:
    rights = _WRITE_FILE | _CHANGE_FOLDER
    rights |= _REFER if wanted.abi >= 2 else 0
    rights |= _TRUNCATE if wanted.abi >= 3 else 0
    return rights | (_IOCTL if wanted.is_strict and wanted.abi >= 5 else 0)


def granted(writable: Sequence[bytes], protected: Sequence[bytes]) -> Iterator[bytes]:
    """What is to be granted so that all below `writable` may be written, but nothing below
    `protected`. Of two that lie in each other, the inner one counts."""
    named = frozenset(writable) | frozenset(protected)
    for path in writable:
        yield from _granted_below(path, protected, named)


def _granted_below(
    path: bytes, protected: Sequence[bytes], named: frozenset[bytes]
) -> Iterator[bytes]:
    start = path.rstrip(b"/") + b"/"
    inner = [one for one in protected if one.startswith(start) and one != path]
    if not inner:
        yield path
        return
    try:
        entries = [entry.name for entry in os.scandir(path) if not entry.is_symlink()]
    except OSError:
        return
    leading = {one[len(start) :].partition(b"/")[0] for one in inner}
    for name in entries:
        if start + name in named:
            continue
        if name in leading:
            yield from _granted_below(start + name, inner, named)
        else:  # there may be thousands of these
            yield start + name


def _allow(ruleset: int, path: bytes, rights: int) -> None:
    """Grant `rights` below `path`, where it still is what it was called; else nothing."""
    try:
        descriptor = os.open(path, _O_PATH)
    except OSError:
        return
    with closing(descriptor):
        # A folder above it may have been replaced by a symlink since it was looked up.
        if os.readlink(b"/proc/self/fd/%d" % descriptor) != path:
            return
        kind = os.fstat(descriptor).st_mode
        if not stat.S_ISDIR(kind):
            rights &= _OF_FILES
        if rights and not stat.S_ISLNK(kind):
            rule = _of_64_bits(rights) + descriptor.to_bytes(4, sys.byteorder)
            _add(ruleset, _PATH_BENEATH, rule)


def _add(ruleset: int, kind: int, rule: bytes) -> None:
    call("syscall", _ADD_RULE, ruleset, kind, rule, 0)


def _of_64_bits(number: int) -> bytes:
    return number.to_bytes(8, sys.byteorder)
