"""Whether this process was started by a worker, by what the kernel says of its ancestors.

Variables of its own tell nothing: whoever starts a program chooses them. Those that an ancestor
was started with can be read and not be changed from below, and a shim adopts what loses its parent.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Says of which worker a process is the shim, or the program (`workers/local/shim/launch.py`).
OF_SHIM = b"YOI_SHIM_OF"
OF_WORKER = b"YOI_WORKER_ID"
PROCESSES = "/proc"
_MOST_ANCESTORS = 1000


def worker_above(folders: Sequence[str]) -> str | None:
    """The id of the worker that this process descends from, None where there is none.

    `folders` are those of the clone's workers: those of other clones do not count.
    """
    return next(workers_above(folders), None)


def workers_above(folders: Sequence[str]) -> Iterator[str]:
    """The same, of all workers that this process descends from, the nearest first; one may be
    given more than once."""
    is_told = os.path.exists(f"{PROCESSES}/self/stat")
    for named in _named_by_kernel() if is_told else _named_elsewhere(folders):
        if any(os.path.isdir(os.path.join(one, named)) for one in folders):
            yield named


def _named_by_kernel() -> Iterator[str]:
    pid = "self"
    for _ in range(_MOST_ANCESTORS):
        try:
            with open(f"{PROCESSES}/{pid}/environ", "rb") as file:
                pairs = [pair.partition(b"=") for pair in file.read().split(b"\0")]
        except OSError:
            pairs = []
        yield from _named((name, value) for name, _, value in pairs)
        pid = _parent_of(pid)
        if pid in ("", "0"):
            return


def _named_elsewhere(folders: Sequence[str]) -> Iterator[str]:
    """What this process has now counts as well there: a worker may have changed it, and what else
    is told is less."""
    yield from _named(os.environb.items())
    try:
        from yoi_cli.workspace.portable_ancestry import recorded_above, variables_above
    except (ImportError, OSError):
        return
    for variables in variables_above():
        yield from _named((os.fsencode(n), os.fsencode(v)) for n, v in variables.items())
    yield from recorded_above(folders)


def _named(variables: Iterable[tuple[bytes, bytes]]) -> Iterator[str]:
    """The worker that the variables of a process name, as it was started with them."""
    for name, value in variables:
        if name in (OF_SHIM, OF_WORKER):
            text = os.fsdecode(value)
            if text and "/" not in text and text not in (".", ".."):
                yield text
            return


def _parent_of(pid: str) -> str:
    try:
        with open(f"{PROCESSES}/{pid}/stat", "rb") as file:
            text = file.read()
    except OSError:
        return ""
    # The name stands in parentheses and may hold anything, parentheses too.
    return text[text.rindex(b")") + 2 :].split()[1].decode()
