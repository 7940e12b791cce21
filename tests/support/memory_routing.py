"""A store in memory, for routing alone: tickets with states, relations and plan records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from support.threads import moved

from yoi_cli.errors import NotFoundError, StoreInvalidError
from yoi_cli.model import states
from yoi_cli.model.events import Event, Thread
from yoi_cli.model.fold import Folded, fold
from yoi_cli.model.ids import TicketId
from yoi_cli.model.intent import has_acceptance
from yoi_cli.model.item import Item
from yoi_cli.model.missing import MissingWrites
from yoi_cli.model.plan import PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.model.routing import ThreadSummary, summary_of
from yoi_cli.store.values import NO_FIELDS, FieldsRow, PlansRow, RelationsRow

_WAY = states.STATES
BODY = "## Acceptance criteria\n\n- It works.\n"


@dataclass(frozen=True, slots=True)
class MemoryTicket:
    """One ticket; `is_readable` is whether anything of it can be read."""

    id: TicketId
    state: str
    relations: tuple[tuple[str, TicketId], ...] = ()
    plans: tuple[tuple[str, TicketId], ...] = ()
    is_readable: bool = True
    is_diverged: bool = False
    has_readable_relations: bool = True
    body: str = BODY


class MemoryReader:
    """A `RoutingReader` over tickets, in the order in which they are given."""

    def __init__(self, tickets: Sequence[MemoryTicket]) -> None:
        self.tickets = {ticket.id: ticket for ticket in tickets}

    def ids(self) -> Sequence[TicketId]:
        return list(self.tickets)

    def exists(self, ticket: str) -> bool:
        return ticket in self.tickets

    def item(self, ticket: TicketId) -> Item:
        known = self._readable(ticket)
        return Item({"title": ticket, "state": known.state}, known.body)

    def has_acceptance(self, ticket: TicketId) -> bool:
        return has_acceptance(self.item(ticket).body)

    def thread(self, ticket: TicketId) -> Thread:
        return Thread(tuple(_events(self._readable(ticket))), ())

    def folded(self, ticket: TicketId) -> Folded:
        return fold(self.thread(ticket).events)

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        return summary_of(self.thread(ticket).events)

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]:
        return _relations(self._readable(ticket))

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]:
        return _plans(self._readable(ticket))

    def is_out_of_step(self, row: FieldsRow) -> bool:
        return False

    def has_resolution(self, ticket: TicketId) -> bool:
        return True

    def resolution(self, ticket: TicketId) -> str | None:
        return None

    def artifacts(self, ticket: TicketId) -> tuple[str, ...]:
        return ()

    @property
    def is_disturbed(self) -> bool:
        return False

    def missing_writes(self) -> Mapping[str, MissingWrites]:
        return {}

    def files(self, ticket: TicketId) -> Mapping[str, bytes]:
        return {}

    def all_fields(self) -> Iterator[FieldsRow]:
        for ticket in self.tickets.values():
            if ticket.is_readable:
                yield FieldsRow(ticket.id, self.item(ticket.id).fields)
            else:
                yield FieldsRow(ticket.id, NO_FIELDS, _broken(ticket.id))

    def all_relations(self, naming: str = "") -> Iterator[RelationsRow]:
        for ticket in self.tickets.values():
            if not ticket.has_readable_relations:
                yield RelationsRow(ticket.id, (), _broken(ticket.id))
            elif ticket.relations:
                yield RelationsRow(ticket.id, _relations(ticket))

    def all_plans(self) -> Iterator[PlansRow]:
        for ticket in self.tickets.values():
            if ticket.plans:
                yield PlansRow(ticket.id, _plans(ticket))

    def _readable(self, ticket: TicketId) -> MemoryTicket:
        known = self.tickets.get(ticket)
        if known is None:
            raise NotFoundError("ticket_not_found", f"There is no ticket {ticket}.")
        if not known.is_readable:
            raise _broken(ticket)
        return known


def _events(ticket: MemoryTicket) -> Iterator[Event]:
    """The legal way to the ticket's state, and a move from elsewhere where it is diverged."""
    for origin, target in pairwise(_WAY[: _WAY.index(ticket.state) + 1]):
        yield moved(origin, target)
    if ticket.is_diverged:
        if ticket.state == states.PLANNING:  # or the first move would say where it began
            yield moved(states.PLANNING, states.READY)
            yield moved(states.READY, states.PLANNING)
        wrong = next(s for s in _WAY if s != ticket.state and not states.is_legal(ticket.state, s))
        origin = next(s for s in _WAY if s not in (ticket.state, wrong))
        yield moved(origin, wrong)


def _relations(ticket: MemoryTicket) -> tuple[Relation, ...]:
    return tuple(Relation(ticket.id, kind, to, "Ada", "") for kind, to in ticket.relations)


def _plans(ticket: MemoryTicket) -> tuple[PlanRecord, ...]:
    return tuple(
        PlanRecord(f"orch-plan-{n}", ticket.id, kind, "Ada", "", related_ticket=to)
        for n, (kind, to) in enumerate(ticket.plans)
    )


def _broken(ticket: str) -> StoreInvalidError:
    return StoreInvalidError("file_missing", f"{ticket} cannot be read.")
