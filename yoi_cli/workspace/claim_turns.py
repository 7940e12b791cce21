"""Whose turn it is, of the processes of a clone, to ask and tell the remote of a ticket's claim
(docs/machines.md)."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING
from zlib import crc32

from yoi_cli.errors import ConflictError
from yoi_cli.store.files.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator

#: So many files stand for all tickets; those that share one wait for each other, and no more.
_SLOTS = 256
#: Longer than a remote that does not answer keeps anybody, in seconds.
_LONGEST = 90.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.001, 0.05
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class ClaimTurns:
    """Locks below the folder `path`, whose parent is there; the kernel frees those of the dead."""

    def __init__(self, path: str) -> None:
        self._path = path

    @contextmanager
    def taken(self, *tickets: str, waits: bool) -> Iterator[None]:
        """Hold the turn of all `tickets`. Raises `ConflictError` (`claim_busy`) where another
        process has it: at once, or, for who `waits`, after a while."""
        ends = time.monotonic() + (_LONGEST if waits else 0.0)
        with ExitStack() as held:
            # In one order, so that no two wait for each other.
            for slot in sorted({crc32(os.fsencode(ticket)) % _SLOTS for ticket in tickets}):
                descriptor = self._open(f"{slot:02x}.lock")
                held.callback(os.close, descriptor)
                _wait(descriptor, ends, tickets)
            yield

    def _open(self, name: str) -> int:
        parent, own = os.path.split(self._path)
        os.makedirs(parent, exist_ok=True)
        with Directory.open(parent, own) as local, local.make_child(own) as folder:
            return os.open(name, _FLAGS, 0o666, dir_fd=folder.descriptor)


def _wait(descriptor: int, ends: float, tickets: tuple[str, ...]) -> None:
    pause = _FIRST_PAUSE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            left = ends - time.monotonic()
            if left <= 0:
                raise _busy(tickets) from error
        time.sleep(min(left, pause))
        pause = min(pause * 2, _LONGEST_PAUSE)


def _busy(tickets: tuple[str, ...]) -> ConflictError:
    named = ", ".join(tickets[:5])
    return ConflictError(
        "claim_busy",
        f"Another command of this clone asks the remote who holds {named}.",
        hint="Try again when it is done.",
        details={"tickets": list(tickets)},
    )
