"""Whether this process was started by a worker, by what the kernel says of its ancestors.

Variables of its own tell nothing: whoever starts a program chooses them. Those that an ancestor
was started with can be read and not be changed from below, and a shim adopts what loses its parent.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Says of which worker a process is the shim, or the program (`workers/local/shim/launch.py`).
OF_SHIM = b"YOI_SHIM_OF"
OF_WORKER = b"YOI_WORKER_ID"
_MOST_ANCESTORS = 1000


def worker_above(folders: Sequence[str]) -> str | None:
    """The id of the worker that this process descends from, None where there is none.

    `folders` are those of the clone's workers: those of other clones do not count. Where the
    kernel has no `/proc`, there are no workers.
    """
    return next(workers_above(folders), None)


def workers_above(folders: Sequence[str]) -> Iterator[str]:
    """The same, of all workers that this process descends from, the nearest first; one may be
    given more than once."""
    pid = "self"
    for _ in range(_MOST_ANCESTORS):
        named = _worker_of(pid)
        if named is not None and any(os.path.isdir(os.path.join(one, named)) for one in folders):
            yield named
        parent = _parent_of(pid)
        if parent in ("", "0"):
            return
        pid = parent


def _worker_of(pid: str) -> str | None:
    """The worker that the variables of a process name, as it was started with them."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            pairs = file.read().split(b"\0")
    except OSError:
        return None
    for pair in pairs:
        name, _, value = pair.partition(b"=")
        if name in (OF_SHIM, OF_WORKER):
            text = os.fsdecode(value)
            return text if text and "/" not in text and text not in (".", "..") else None
    return None


def _parent_of(pid: str) -> str:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
    except OSError:
        return ""
    # The name stands in parentheses and may hold anything, parentheses too.
    return text[text.rindex(b")") + 2 :].split()[1].decode()
