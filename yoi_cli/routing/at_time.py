"""A store as its logs stood at an instant (docs/routing.md, "The past").

Events, relations and plan records that were recorded later are left out one by one, and not
from a place in the file on: a thread may be out of time order. Fields and descriptions are
as they are now, for nothing in the store says what they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import NotFoundError, UsageError, YoiError
from yoi_cli.model.events import Thread
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.model.routing import ThreadSummary, summary_of
from yoi_cli.model.states import CLOSED, INPROGRESS
from yoi_cli.model.time import parse_since
from yoi_cli.routing.history import is_by
from yoi_cli.store.values import FieldsRow, PlansRow, RelationsRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.fold import Folded
    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.routing.history import StoreHistory

_REVISION = "rev:"
_TIME = "time:"


class AtTime:
    """A `RoutingReader` of the store as it stood at `instant`, a time as files write it."""

    def __init__(self, history: StoreHistory, instant: str) -> None:
        self.history = history
        self.instant = instant
        self._present: dict[str, bool] = {}

    def ids(self) -> list[TicketId]:
        return [ticket for ticket in self.history.fields if self.exists(ticket)]

    def exists(self, ticket: str) -> bool:
        known = self._present.get(ticket)
        if known is None:
            known = self._present[ticket] = self.history.has(TicketId(ticket), self.instant)
        return known

    def item(self, ticket: TicketId) -> Item:
        self._check(ticket)
        item = self.history.reader.item(ticket)
        return item._replace(fields={**item.fields, "state": self.folded(ticket).state})

    def description(self, ticket: TicketId) -> str:
        return self.item(ticket).body

    def thread(self, ticket: TicketId) -> Thread:
        self._check(ticket)
        thread = self.history.log(ticket).thread
        events = tuple(event for event in thread.events if self._is_by(event.at))
        return Thread(events, thread.faults)

    def folded(self, ticket: TicketId) -> Folded:
        self._check(ticket)
        return fold(event for event in self.history.log(ticket).moving if self._is_by(event.at))

    def outline(self, ticket: TicketId) -> ThreadSummary:
        folded = self.folded(ticket)
        if folded.state == INPROGRESS:
            return summary_of(self.thread(ticket).events)
        return ThreadSummary(folded.state, folded.is_diverged)

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]:
        self._check(ticket)
        row = self.history.relations.get(ticket)
        if row is not None and row.error is not None:
            raise row.error
        return self._standing(ticket, row)

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]:
        self._check(ticket)
        for row in self.history.plans:
            if row.id == ticket:
                if row.error is not None:
                    raise row.error
                return self._planned(row)
        return ()

    def resolution(self, ticket: TicketId) -> str | None:
        if self.folded(ticket).state != CLOSED:
            return None
        return self.history.reader.resolution(ticket)

    def artifacts(self, ticket: TicketId) -> tuple[str, ...]:
        self._check(ticket)
        return self.history.reader.artifacts(ticket)

    def files(self, ticket: TicketId) -> Mapping[str, bytes]:
        self._check(ticket)
        return self.history.reader.files(ticket)

    def all_fields(self) -> Iterator[FieldsRow]:
        for ticket in self.ids():
            row = self.history.fields[ticket]
            try:
                yield row if row.error else FieldsRow(ticket, self._fields(ticket, row))
            except YoiError as error:
                yield FieldsRow(ticket, row.fields, error)

    def all_relations(self, naming: str = "") -> Iterator[RelationsRow]:
        known = self.history.relations
        for ticket in sorted({*known, *self.history.removed}):
            if not self.exists(ticket):
                continue
            row = known.get(ticket)
            if row is not None and row.error is not None:
                yield row
            else:
                standing = self._standing(ticket, row)
                if standing:
                    yield RelationsRow(ticket, standing)

    def all_plans(self) -> Iterator[PlansRow]:
        for row in self.history.plans:
            if self.exists(row.id):
                yield row._replace(records=self._planned(row))

    def _is_by(self, at: str) -> bool:
        return is_by(at, self.instant)

    def _check(self, ticket: TicketId) -> None:
        if not self.exists(ticket):
            raise NotFoundError(
                "ticket_not_found",
                f"There was no ticket {ticket} at {self.instant}.",
                hint="Look at a later instant, or at the store as it is.",
                details={"ticket": ticket, "at": self.instant},
            )

    def _fields(self, ticket: TicketId, row: FieldsRow) -> Mapping[str, FieldValue]:
        return {**row.fields, "state": self.folded(ticket).state}

    def _standing(self, ticket: TicketId, row: RelationsRow | None) -> tuple[Relation, ...]:
        found = [r for r in (row.relations if row else ()) if self._is_by(r.at)]
        taken = {relation.key for relation in found}
        for relation, until in self.history.removed.get(ticket, ()):
            stood = self._is_by(relation.at) and not self._is_by(until)
            if stood and relation.key not in taken:
                taken.add(relation.key)
                found.append(relation)
        return tuple(found)

    def _planned(self, row: PlansRow) -> tuple[PlanRecord, ...]:
        return tuple(record for record in row.records if self._is_by(record.at))


class Point(NamedTuple):
    """What `--at` names: an `instant` in the form of the files, or else a `revision`."""

    instant: str | None
    revision: str


def point_of(text: str, now_ms: int) -> Point:
    """What a person means by `--at TEXT`: a time where it is one, else a revision.

    `time:` and `rev:` in front say which. Raises `UsageError` for `time:` before what is none.
    """
    if text.startswith(_REVISION):
        return Point(None, text.removeprefix(_REVISION))
    if text.startswith(_TIME):
        return Point(parse_since(text.removeprefix(_TIME), now_ms), "")
    try:
        return Point(parse_since(text, now_ms), "")
    except UsageError:
        return Point(None, text)
