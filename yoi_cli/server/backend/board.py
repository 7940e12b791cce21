"""All tickets of the workspace as a board shows them, worked out again only where they changed."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.api.overview import LiveOverview
from yoi_cli.api.watch import watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.overview import OverviewRow, Unreadable
    from yoi_cli.api.queries import FieldsRow
    from yoi_cli.api.session import Session

#: Leases run out and times pass without a change of any file.
_OLDEST_SECONDS = 30.0


class BoardFacts(NamedTuple):
    """The tickets of an instant: a row and the fields of each, those that cannot be read, how many
    are in which state; the branch, the orchestrator's state, and what is wrong besides."""

    rows: tuple[OverviewRow, ...]
    fields: Mapping[str, FieldsRow]
    unreadable: tuple[Unreadable, ...]
    counts: Mapping[str, int]
    branch: str
    orchestrator: str
    diagnostics: tuple[str, ...]


class Board:
    """The board of a session's workspace. Several threads may ask for it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._watcher = watch(session)
        self._overview = LiveOverview(closed_too=True)
        self._facts: BoardFacts | None = None
        self._made = 0.0

    def facts(self) -> BoardFacts:
        """The tickets as they are now."""
        with self._lock:
            changed = self._watcher.poll()
            is_old = time.monotonic() - self._made > _OLDEST_SECONDS
            if self._facts is None or changed or is_old:
                self._facts = self._read()
                self._made = time.monotonic()
            return self._facts

    def _read(self) -> BoardFacts:
        found = self._overview.read(self._session)
        return BoardFacts(
            found.tickets.rows,
            {row.id: row for row in self._overview.fields.values()},
            found.tickets.unreadable,
            found.tickets.counts,
            found.branch,
            found.orchestrator,
            found.diagnostics,
        )
