"""A store as its logs were at an instant, read once for any number of instants.

Events, relations and plan records that were recorded later are left out one by one, and not
from a place in the file on: a thread may be out of time order. Fields and descriptions are
as they are now, for nothing in the store records what they were (docs/routing.md, "The past").
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model.events import RELATION_REMOVED, Event, Thread
from yoi_cli.model.fold import fold, is_move
from yoi_cli.model.ids import TicketId
from yoi_cli.model.intent import has_acceptance
from yoi_cli.model.relations import Relation
from yoi_cli.model.routing import ThreadSummary, summary_of
from yoi_cli.model.states import CLOSED, INPROGRESS
from yoi_cli.model.time import is_stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import FieldsRow, PlansRow, RelationsRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.fold import Folded
    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.store.ports import RoutingReader

_RECORDED_AT = re.compile(r"(?m)^It was recorded by .* at (\S+)\.$")
_SECOND = len("2026-06-25T16:30:32")


class RemovedRelation(NamedTuple):
    """A relation that stood until `until`."""

    relation: Relation
    until: str


class ThreadHistory(NamedTuple):
    """A thread, with what is asked of it at every instant picked out."""

    thread: Thread
    moving: tuple[Event, ...]
    removed: tuple[RemovedRelation, ...]


class StoreHistory:
    """What the logs of a store say, read once, so that many instants can be looked at."""

    def __init__(self, reader: RoutingReader) -> None:
        self.reader = reader
        self._logs: dict[str, ThreadHistory | YoiError] = {}

    def log(self, ticket: TicketId) -> ThreadHistory:
        """A ticket's log. Raises what reading it raised the first time."""
        known = self._logs.get(ticket)
        if known is None:
            try:
                known = _log_of(ticket, self.reader.thread(ticket))
            except YoiError as error:
                known = error
            self._logs[ticket] = known
        if isinstance(known, YoiError):
            raise known
        return known

    @cached_property
    def fields(self) -> Mapping[TicketId, FieldsRow]:
        """The frontmatter of every ticket, by rising id."""
        return {row.id: row for row in self.reader.all_fields()}

    @cached_property
    def relations(self) -> Mapping[TicketId, RelationsRow]:
        """The relations that stand now, of every ticket that has any."""
        return {row.id: row for row in self.reader.all_relations()}

    @cached_property
    def removed(self) -> Mapping[TicketId, tuple[RemovedRelation, ...]]:
        """The relations that do not stand any more, of every ticket that had any."""
        found: dict[TicketId, tuple[RemovedRelation, ...]] = {}
        for ticket in self.fields:
            try:
                removed = self.log(ticket).removed
            except YoiError:
                continue  # routing the ticket reports it
            if removed:
                found[ticket] = removed
        return found

    @cached_property
    def plans(self) -> tuple[PlansRow, ...]:
        """The plan records of every ticket that has any."""
        return tuple(self.reader.all_plans())

    def has(self, ticket: TicketId, instant: str) -> bool:
        """Whether `ticket` was there: made by then, or with an event by then.

        One that cannot be read counts as there, so that it is reported and not passed over.
        """
        row = self.fields.get(ticket)
        if row is None:
            return False
        made = row.fields.get("created_at")
        if row.error is None and isinstance(made, str) and is_by(made, instant):
            return True
        try:
            events = self.log(ticket).thread.events
        except YoiError:
            return True
        return any(is_by(event.at, instant) for event in events)


def is_by(at: str, instant: str) -> bool:
    """Whether what was recorded at `at` was there at `instant`, by the second.

    What says no time was always there: nothing shows that it came later.
    """
    return at[:_SECOND] <= instant[:_SECOND] or not is_stamp(at)


def _log_of(ticket: TicketId, thread: Thread) -> ThreadHistory:
    moving = tuple(event for event in thread.events if is_move(event))
    removals = (event for event in thread.events if event.kind == RELATION_REMOVED)
    return ThreadHistory(thread, moving, tuple(_removed(ticket, event) for event in removals))


def _removed(ticket: TicketId, event: Event) -> RemovedRelation:
    """The relation that an event says was removed; without a time, it always stood before."""
    found = _RECORDED_AT.search(event.body)
    kind, target = (event.attributes.get(key, "") for key in ("relation", "target"))
    at = found.group(1) if found else ""
    return RemovedRelation(Relation(ticket, kind, target, event.author, at), event.at)


class AtTime:
    """A `RoutingReader` of the store as it was at `instant`, a time as files write it."""

    def __init__(self, history: StoreHistory, instant: str) -> None:
        self.history = history
        self.instant = instant
        self._present: dict[str, bool] = {}

    @property
    def is_disturbed(self) -> bool:
        return self.history.reader.is_disturbed

    def missing_writes(self) -> Mapping[str, MissingWrites]:
        return self.history.reader.missing_writes()

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

    def has_acceptance(self, ticket: TicketId) -> bool:
        return has_acceptance(self.item(ticket).body)

    def thread(self, ticket: TicketId) -> Thread:
        self._check(ticket)
        thread = self.history.log(ticket).thread
        events = tuple(event for event in thread.events if self._is_by(event.at))
        return Thread(events, thread.faults)

    def folded(self, ticket: TicketId) -> Folded:
        self._check(ticket)
        return fold(event for event in self.history.log(ticket).moving if self._is_by(event.at))

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        folded = self.folded(ticket)
        summary = ThreadSummary(folded.state, folded.is_diverged)
        if folded.state == INPROGRESS:
            summary = summary_of(self.thread(ticket).events)
        return summary._replace(is_damaged=self.history.log(ticket).thread.is_damaged)

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]:
        self._check(ticket)
        row = self.history.relations.get(ticket)
        if row is not None and row.error is not None:
            raise row.error
        return self._relations_at(ticket, row)

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]:
        self._check(ticket)
        for row in self.history.plans:
            if row.id == ticket:
                if row.error is not None:
                    raise row.error
                return self._records_at(row)
        return ()

    def is_out_of_step(self, row: FieldsRow) -> bool:
        return False

    def has_resolution(self, ticket: TicketId) -> bool:
        return self.history.reader.has_resolution(ticket)

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
                yield row if row.error else row._replace(fields=self._fields(ticket, row))
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
                relations = self._relations_at(ticket, row)
                if relations:
                    yield RelationsRow(ticket, relations)

    def all_plans(self) -> Iterator[PlansRow]:
        for row in self.history.plans:
            if self.exists(row.id):
                yield row._replace(records=self._records_at(row))

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

    def _relations_at(self, ticket: TicketId, row: RelationsRow | None) -> tuple[Relation, ...]:
        found = [r for r in (row.relations if row else ()) if self._is_by(r.at)]
        taken = {relation.key for relation in found}
        for relation, until in self.history.removed.get(ticket, ()):
            stood = self._is_by(relation.at) and not self._is_by(until)
            if stood and relation.key not in taken:
                taken.add(relation.key)
                found.append(relation)
        return tuple(found)

    def _records_at(self, row: PlansRow) -> tuple[PlanRecord, ...]:
        return tuple(record for record in row.records if self._is_by(record.at))
