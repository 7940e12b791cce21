"""Looking at the terminal of a worker, and typing there (docs/workers.md, "A terminal")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError

if TYPE_CHECKING:
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import WorkerRuntime

#: So much of what was shown before is shown again, from the beginning of a line on.
_SHOWN_BEFORE = 4096
_PART = 1 << 18


class Attachment:
    """One look at a worker's terminal; any number of them may be at once, and each sees all."""

    def __init__(self, runtime: WorkerRuntime, worker_id: str) -> None:
        self._runtime = runtime
        self.worker_id = worker_id
        first = runtime.output(worker_id, -_SHOWN_BEFORE, _SHOWN_BEFORE)
        self._cursor = first.cursor
        shown = first.data
        if first.start:
            shown = shown.partition(b"\n")[2]
        self._first = shown
        self.has_ended = False

    def read(self) -> bytes:
        """What the terminal showed since the last call; `has_ended` says that nothing follows."""
        if self._first:
            shown, self._first = self._first, b""
            return shown
        part = self._runtime.output(self.worker_id, self._cursor, _PART)
        self._cursor, self.has_ended = part.cursor, part.at_end
        return part.data

    def type(self, keys: bytes) -> bool:
        """Type `keys`; False where the worker does not read them, or has ended."""
        try:
            self._runtime.input(self.worker_id, keys)
        except ConflictError:
            return False
        return True

    def resize(self, rows: int, columns: int) -> None:
        """Give the terminal the size of the one that it is looked at from."""
        self._runtime.resize(self.worker_id, rows, columns)

    def view(self) -> WorkerView:
        """The worker as it is now."""
        return self._runtime.show(self.worker_id)
