"""What the logs of a store say of its past, read once for any number of instants."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import YoiError
from yoi_cli.model.events import RELATION_REMOVED, Event, Thread
from yoi_cli.model.fold import is_move
from yoi_cli.model.relations import Relation
from yoi_cli.model.time import is_stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import RoutingReader
    from yoi_cli.store.values import FieldsRow, PlansRow, RelationsRow

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
                continue  # whoever routes the ticket is told
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
    said = _RECORDED_AT.search(event.body)
    kind, target = (event.attributes.get(key, "") for key in ("relation", "target"))
    at = said.group(1) if said else ""
    return RemovedRelation(Relation(ticket, kind, target, event.author, at), event.at)
