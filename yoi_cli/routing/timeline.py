"""Which tickets held which others up at any instant, by an index that is made once."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import plan
from yoi_cli.model.ids import TicketId
from yoi_cli.model.time import is_stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.at_time import AtTime, StoreHistory, is_by
from yoi_cli.routing.dependencies import Dependencies, constraints_of, holds_back
from yoi_cli.tickets.blocking import Blocker

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation

    _Planned = tuple[str, str, PlanRecord, str | None]


class _Edge(NamedTuple):
    """A relation that made a ticket wait for `blocker`, until `until` if it was removed."""

    owner: TicketId
    blocker: str
    relation: Relation
    until: str | None


class PlanReason(NamedTuple):
    """A plan record that held a ticket back.

    `what` is `after` or `apart`, of the ticket `other` in `state`; empty for a note.
    """

    record: PlanRecord
    what: str = ""
    other: str | None = None
    state: str | None = None


class Moment(NamedTuple):
    """One instant of a store: the view of it, and what is known of its tickets' states."""

    view: AtTime
    dependencies: Dependencies


class Timeline:
    """Answers about the instants of a history."""

    def __init__(self, history: StoreHistory) -> None:
        self.history = history

    def moment(self, instant: str) -> Moment:
        view = AtTime(self.history, instant)
        return Moment(view, Dependencies(view))

    def had_dependency(self, ticket: str, moment: Moment) -> bool:
        """Whether any relation made `ticket` wait for another, finished or not."""
        return any(True for _ in self._edges_at(ticket, moment))

    def blockers(self, ticket: str, moment: Moment) -> tuple[Blocker, ...]:
        """The unresolved blockers of `ticket`, each once."""
        found: dict[str, Blocker] = {}
        for edge in self._edges_at(ticket, moment):
            status = moment.dependencies.status(edge.blocker)
            if not status.is_resolved:
                via, (state, problem, _) = edge.relation.kind, status
                found[edge.blocker] = Blocker(edge.blocker, via, state, problem)
        return tuple(found.values())

    def plan_reasons(self, ticket: str, moment: Moment) -> Iterator[PlanReason]:
        """The plan records that held `ticket` back."""
        accepted = ""
        notes: list[PlanRecord] = []
        instant = moment.view.instant
        for what, other, record, until in self._planned.get(ticket, ()):
            if not is_by(record.at, instant) or (until is not None and is_by(until, instant)):
                continue
            if record.kind == plan.ACCEPTED_PLAN:
                accepted = max(accepted, record.at)
            elif record.kind == plan.WAITING_CAPACITY_NOTE:
                notes.append(record)
            else:
                status = moment.dependencies.status(other)
                if holds_back(what, status):
                    yield PlanReason(record, what, other, status.problem or status.state)
        # A note speaks of the time before the ticket was accepted.
        yield from (PlanReason(note) for note in notes[-1:] if note.at > accepted)

    def turning_points(self, ticket: str) -> frozenset[str]:
        """The instants at which what held `ticket` up may have become something else."""
        found: set[str] = set()
        others: set[str] = set()
        for edge in self._edges.get(ticket, ()):
            found |= {edge.relation.at, edge.until or ""}
            others.add(edge.blocker)
        for _, other, record, until in self._planned.get(ticket, ()):
            found |= {record.at, until or ""}
            others.add(other)
        for other in (*others, ticket):
            with suppress(YoiError):
                found |= {event.at for event in self.history.log(TicketId(other)).moving}
        return frozenset(at for at in found if is_stamp(at))

    def _edges_at(self, ticket: str, moment: Moment) -> Iterator[_Edge]:
        instant = moment.view.instant
        for edge in self._edges.get(ticket, ()):
            is_over = edge.until is not None and is_by(edge.until, instant)
            if is_by(edge.relation.at, instant) and not is_over and moment.view.exists(edge.owner):
                yield edge

    @cached_property
    def _edges(self) -> Mapping[str, tuple[_Edge, ...]]:
        """For every ticket that ever waited: what for, and while which relation stood."""
        found: dict[str, list[_Edge]] = {}
        for row in self.history.relations.values():
            for relation in row.relations:
                _add(found, row.id, relation, None)
        for ticket, removed in self.history.removed.items():
            for relation, until in removed:
                _add(found, ticket, relation, until)
        return {ticket: tuple(edges) for ticket, edges in found.items()}

    @cached_property
    def _planned(self) -> Mapping[str, tuple[_Planned, ...]]:
        """For every ticket, the plan records about it: what they say, the other ticket, the record,
        and when it was taken back."""
        found: dict[str, list[_Planned]] = {}
        for row in self.history.plans:
            gone = {(one.removes, one.related_ticket): one.at for one in row.records}
            for record in row.records:
                if record.removes is not None:
                    continue
                until = gone.get((record.id, record.related_ticket))
                for ticket, what, other in constraints_of(record) or ((record.ticket_id, "", ""),):
                    found.setdefault(ticket, []).append((what, other, record, until))
        return {ticket: tuple(records) for ticket, records in found.items()}


def _add(
    found: dict[str, list[_Edge]], owner: TicketId, relation: Relation, until: str | None
) -> None:
    if relation.edge is not None:
        waiting, blocker = relation.edge
        found.setdefault(waiting, []).append(_Edge(owner, blocker, relation, until))
