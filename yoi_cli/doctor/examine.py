"""Doctor: everything that docs/format.md and docs/routing.md call a fault, found in one pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from yoi_cli.doctor.check_item import check_item, check_resolution, check_state
from yoi_cli.doctor.check_records import OwnedRelation, check_graph, check_plan, check_relations
from yoi_cli.doctor.check_thread import check_thread
from yoi_cli.doctor.diagnostics import SeverityCounts, count
from yoi_cli.doctor.ports import PlacedRelation
from yoi_cli.model.fold import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.ports import InspectedTicket, StoreInspector
    from yoi_cli.model.ids import TicketId


@dataclass(frozen=True, slots=True)
class Examination:
    """What doctor found; `tickets` is how many it looked at."""

    tickets: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def counts(self) -> SeverityCounts:
        return count(self.diagnostics)

    @property
    def ok(self) -> bool:
        """Whether there is no error."""
        return self.counts.errors == 0


def examine_store(inspector: StoreInspector, *, advance: Callable[[], None]) -> Examination:
    """Look over the whole store; `advance` is called after each ticket."""
    found = list(inspector.inspect_store())
    ids = inspector.ids()
    edges: list[OwnedRelation] = []
    for ticket in ids:
        inspected = inspector.inspect(ticket)
        found += _check_ticket(inspected, inspector)
        edges += _placed(inspected)
        advance()
    found += check_graph(edges)
    return _examination(len(ids), found)


def examine_ticket(inspector: StoreInspector, ticket: TicketId) -> Examination:
    """Look over one ticket, with the cycles and contradictions that it is a part of."""
    inspected = inspector.inspect(ticket)
    edges = _placed(inspected)
    for row in inspector.all_relations():
        if row.id != ticket:
            folder = inspector.folder_of(row.id)
            edges += (OwnedRelation(row.id, folder, PlacedRelation(one)) for one in row.relations)
    found = [*_check_ticket(inspected, inspector), *check_graph(edges, about=ticket)]
    return _examination(1, found)


def _check_ticket(inspected: InspectedTicket, inspector: StoreInspector) -> Iterator[Diagnostic]:
    """Everything that is wrong with one ticket by itself."""
    yield from inspected.found
    yield from check_item(inspected)
    yield from _check_log(inspected)
    yield from check_relations(inspected, inspector.exists)
    yield from check_plan(inspected, inspector.exists)


def _check_log(inspected: InspectedTicket) -> list[Diagnostic]:
    """What is wrong with a ticket's thread, and with what is made of it."""
    if inspected.thread is None:
        return []
    folded = fold(inspected.thread.events)
    found = [
        *check_thread(inspected, inspected.thread, folded),
        *check_state(inspected, folded.state),
        *check_resolution(inspected, folded.state),
    ]
    if found and inspected.whole_thread is not None:
        thread = inspected.whole_thread()
        return _check_log(replace(inspected, thread=thread, whole_thread=None))
    return found


def _placed(inspected: InspectedTicket) -> list[OwnedRelation]:
    """The relations of one ticket, with where they stand."""
    return [OwnedRelation(inspected.id, inspected.folder, one) for one in inspected.relations]


def _examination(tickets: int, found: Iterable[Diagnostic]) -> Examination:
    return Examination(tickets, tuple(sorted(found, key=lambda one: one.order)))
