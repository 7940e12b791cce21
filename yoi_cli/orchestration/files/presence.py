"""Which runs of `yoi orchestrate` are under way in a clone, and what they have in hand."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_RUNNING = "running.lock"
_LOCK = ".lock"
#: What the kernel tells of locks; taking one to see whether it is free would keep a run out.
_LOCKS = "/proc/locks"


class Presence(NamedTuple):
    """Whether a run is under way in the clone, and the tickets that runs have in hand."""

    is_running: bool = False
    tickets: frozenset[str] = frozenset()


@contextmanager
def shown_as_running(folder: str) -> Iterator[None]:
    """Show that a run is under way for as long as this lasts, or the process does.

    `folder` is where the orchestrators of the clone keep what is theirs.
    """
    os.makedirs(folder, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(os.path.join(folder, _RUNNING), flags, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def look_for_runs(folder: str) -> Presence:
    """The runs of the clone; none where the system does not tell who holds locks."""
    try:
        with open(_LOCKS, encoding="ascii", errors="replace") as file:
            held = {_inode(line) for line in file if " FLOCK " in line}
    except OSError:
        return Presence()
    is_running, tickets = False, set()
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(_LOCK) and entry.inode() in held:
                if entry.name == _RUNNING:
                    is_running = True
                else:
                    tickets.add(entry.name.removesuffix(_LOCK))
    return Presence(is_running or bool(tickets), frozenset(tickets))


def _inode(line: str) -> int:
    """The inode that a line of the kernel's is about: `1: FLOCK … WRITE 77 08:01:4711 0 EOF`."""
    found = [word for word in line.split() if word.count(":") == 2]
    return int(found[0].rpartition(":")[2]) if found else -1
