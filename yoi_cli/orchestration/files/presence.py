"""Which runs of `yoi orchestrate` are under way in a clone, and what they have in hand."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RUNNING = "running.lock"
_LOCK = ".lock"
#: What the kernel tells of locks; taking one to see whether it is free may keep a run out.
_LOCKS = "/proc/locks"
_TRIES, _PAUSE = 10, 0.005


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
    """The runs of the clone."""
    is_held = _lock_test()
    is_running, tickets = False, set()
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(_LOCK) and is_held(entry):
                if entry.name == _RUNNING:
                    is_running = True
                else:
                    tickets.add(entry.name.removesuffix(_LOCK))
    return Presence(is_running or bool(tickets), frozenset(tickets))


def lock_alone(descriptor: int) -> bool:
    """Lock the open file `descriptor`; False where another holds it. Where looking takes locks,
    whoever looks is waited for."""
    for left in reversed(range(1 if os.path.exists(_LOCKS) else _TRIES)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if left:
                time.sleep(_PAUSE)
        else:
            return True
    return False


def _lock_test() -> Callable[[os.DirEntry[str]], bool]:
    """What says whether a file is locked: the kernel's list, or the locks themselves where the
    system does not tell who holds them."""
    try:
        with open(_LOCKS, encoding="ascii", errors="replace") as file:
            held = {_inode(line) for line in file if " FLOCK " in line}
    except OSError:
        return _is_held
    return lambda entry: entry.inode() in held


def _is_held(entry: os.DirEntry[str]) -> bool:
    """Whether the lock cannot be had: alone, of the one that runs share."""
    kind = fcntl.LOCK_EX if entry.name == _RUNNING else fcntl.LOCK_SH
    try:
        descriptor = os.open(entry.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _inode(line: str) -> int:
    """The inode that a line of the kernel's is about: `1: FLOCK … WRITE 77 08:01:4711 0 EOF`."""
    found = [word for word in line.split() if word.count(":") == 2]
    return int(found[0].rpartition(":")[2]) if found else -1
