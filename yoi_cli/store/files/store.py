"""The store of files: read without a lock, written under it."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model.time import checked_now
from yoi_cli.store.files.reader import FileReader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.store.files.base_writer import Remember
    from yoi_cli.store.files.layout import StoreLocation
    from yoi_cli.store.files.missing import Elsewhere
    from yoi_cli.store.files.undo_notes import UndoNotes
    from yoi_cli.store.files.writer import FileWriter


class FileStore(FileReader):
    """A store below a workspace; `command` and `deadline` (seconds) are for its lock.

    `first` is done under every lock that is taken to write, before anything else. `committed`
    gives a file as git's HEAD has it, by its path below the workspace. `remember` is told of every
    event that is appended, before it is. `elsewhere` finds in git what is in no file. `notes` opens
    where it is noted what a command changes. One that `is_read_only` is a confined worker's.
    """

    def __init__(
        self,
        location: StoreLocation,
        *,
        command: str,
        deadline: float,
        first: Callable[[FileWriter], None] | None = None,
        committed: Callable[[str], bytes | None] | None = None,
        remember: Remember | None = None,
        elsewhere: Elsewhere | None = None,
        notes: Callable[[], UndoNotes] | None = None,
        is_read_only: bool = False,
    ) -> None:
        super().__init__(location, elsewhere)
        self._command = command
        self._deadline = deadline
        self._first = first
        self._committed = committed
        self._remember = remember
        self._notes = notes
        self._is_read_only = is_read_only

    @contextmanager
    def write(self) -> Iterator[FileWriter]:
        """Hold the lock and write. Raises `ConflictError` where it cannot be had in time, or
        a confined worker asks for it (`worker_confined`)."""
        if self._is_read_only:
            raise worker_confined("This changes tickets, which a confined worker cannot do itself")
        from yoi_cli.store.files.writing import writing

        with writing(
            self.location,
            deadline=self._deadline,
            command=self._command,
            clock=_now_ms,
            entropy=_entropy,
            committed=self._committed,
            elsewhere=self.elsewhere,
        ) as writer:
            writer.know_what(self)
            if self._first is not None:
                self._first(writer)
            writer.remember = self._remember
            writer.notes = None if self._notes is None else self._notes()
            yield writer
        self.forget_folder()


def worker_confined(what: str) -> ConflictError:
    """The error for what a confined worker cannot do (docs/security.md)."""
    return ConflictError(
        "worker_confined",
        f"{what}.",
        hint="`yoi ticket comment` works, also with --role implementation_report: what it says is "
        "written on the ticket in the worker's name. The rest is for whoever started the worker.",
    )


def _now_ms() -> int:
    return checked_now(time.time_ns() // 1_000_000)


def _entropy() -> int:
    """80 random bits for an event id."""
    return int.from_bytes(os.urandom(10), "big")
