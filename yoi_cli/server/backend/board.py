"""All tickets of the workspace as a board shows them, worked out again only where they changed."""

from __future__ import annotations

import secrets
import threading
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from yoi_cli.api.overview import LiveOverview
from yoi_cli.api.watch import watch
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.overview import OverviewRow, Unreadable
    from yoi_cli.api.queries import FieldsRow
    from yoi_cli.api.session import Session
    from yoi_cli.api.workers import WorkerView

_Value = TypeVar("_Value")
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


class Changes(NamedTuple, Generic[_Value]):
    """Values that are others than at a reading before, and the ids of those that are gone."""

    values: tuple[_Value, ...]
    gone: tuple[str, ...] = ()


class BoardChanges(NamedTuple):
    """The board at `revision`; its rows and workers where they are others than at the revision
    that was asked about, or all of them (`is_whole`)."""

    revision: str
    is_whole: bool
    facts: BoardFacts
    rows: Changes[OverviewRow]
    workers: Changes[WorkerView]


class _Changing(Generic[_Value]):
    """Values by id, each with the number of the reading at which it became what it is."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[int, _Value]] = {}
        self._gone: dict[str, int] = {}

    def update(self, values: Mapping[str, _Value], number: int) -> None:
        """The values as they are by the reading `number`."""
        before = self._values
        self._gone.update((name, number) for name in before if name not in values)
        self._values = {
            name: before[name] if name in before and before[name][1] == value else (number, value)
            for name, value in values.items()
        }
        for name in self._values.keys() & self._gone.keys():
            del self._gone[name]

    def since(self, number: int) -> Changes[_Value]:
        return Changes(
            tuple(value for at, value in self._values.values() if at > number),
            tuple(name for name, at in self._gone.items() if at > number),
        )


class Board:
    """The board of a session's workspace. Several threads may ask for it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._watcher = watch(session)
        self._overview = LiveOverview(closed_too=True)
        self._facts: BoardFacts | None = None
        self._made = 0.0
        #: How many changes others told of, and how many of them the facts have.
        self._told = self._known = 0
        #: Readings are counted anew by every server: what another counted means nothing here.
        self._server = secrets.token_hex(8)
        self._readings = 0
        self._rows: _Changing[OverviewRow] = _Changing()
        self._workers: _Changing[WorkerView] = _Changing()

    def expire(self) -> None:
        """Something changed: whoever asks from now on gets it. For one thread.

        The watcher of a board passes over the folders at its own times, and whoever was told of
        what another watcher's pass found would be given what stood before."""
        self._told += 1

    def facts(self) -> BoardFacts:
        """The tickets as they are now."""
        with self._lock:
            return self._now()

    def changes(self, since: str) -> BoardChanges:
        """The tickets and workers as they are now, as far as they are others than at the revision
        `since`; all of them where that is none of this server's."""
        with self._lock:
            facts = self._now()
            server, _, number = since.partition("-")
            is_known = server == self._server and number.isdecimal() and number.isascii()
            before = int(number[:18]) if is_known else 0
            rows, workers = self._rows.since(before), self._workers.since(before)
            if not is_known:
                rows, workers = rows._replace(gone=()), workers._replace(gone=())
            revision = f"{self._server}-{self._readings}"
            return BoardChanges(revision, not is_known, facts, rows, workers)

    def _now(self) -> BoardFacts:
        changed = self._watcher.poll()
        told = self._told
        is_old = told != self._known or time.monotonic() - self._made > _OLDEST_SECONDS
        if self._facts is None or changed or is_old:
            self._facts = self._read()
            self._made, self._known = time.monotonic(), told
        return self._facts

    def _read(self) -> BoardFacts:
        found = self._overview.read(self._session)
        self._readings += 1
        self._rows.update({row.ticket: row for row in found.tickets.rows}, self._readings)
        self._workers.update({one.worker_id: one for one in found.workers}, self._readings)
        return BoardFacts(
            found.tickets.rows,
            {row.id: row for row in self._overview.fields.values()},
            found.tickets.unreadable,
            found.tickets.counts,
            found.branch,
            found.orchestrator,
            found.diagnostics,
        )
