"""The whole store as routing sees it: states, relations and plan records, each read once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model import plan, states
from yoi_cli.model.ids import TicketId
from yoi_cli.model.relations import (
    DIVERGED,
    DUPLICATE_OF,
    MISSING,
    UNREADABLE,
    cyclic_components,
    place_of,
)
from yoi_cli.routing.rules import CONFLICT, ORDERING, ChainedBlocker, ReasonCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.model.fold import Folded
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.ports import RoutingReader

_LONGEST_CHAIN = 100


class TicketStatus(NamedTuple):
    """The state that a ticket is in, None where it is not known, and what is wrong with it."""

    state: str | None
    problem: str | None = None

    @property
    def is_resolved(self) -> bool:
        """Whether it holds nobody up: done or closed, and its log consistent about it."""
        return self.problem is None and self.state in states.RESOLVED_STATES


class Dependencies:
    """Answers about a store, as it is while they are asked; nothing is read twice."""

    def __init__(self, reader: RoutingReader) -> None:
        self.reader = reader
        self._statuses: dict[str, TicketStatus] = {}
        self._folds: dict[str, Folded] = {}
        self._summaries: dict[str, ThreadSummary] = {}
        self._unresolved: dict[str, tuple[str, ...]] = {}
        self._walked: set[str] = set()
        self._cycles: dict[str, tuple[str, ...]] = {}
        self._unreadable_relations: list[str] = []
        self._unreadable_plans: list[str] = []

    def status(self, ticket: str) -> TicketStatus:
        """The state of `ticket` by the fold of its thread, and what is wrong with it."""
        known = self._statuses.get(ticket)
        if known is None:
            known = self._statuses[ticket] = self._read_status(ticket)
        return known

    def folded(self, ticket: str) -> Folded:
        """The fold of a ticket's thread. Raises where the thread cannot be read."""
        known = self._folds.get(ticket)
        if known is None:
            known = self._folds[ticket] = self.reader.folded(TicketId(ticket))
        return known

    def thread_summary(self, ticket: str) -> ThreadSummary:
        """The summary of a ticket's thread. Raises where the thread cannot be read."""
        known = self._summaries.get(ticket)
        if known is None:
            known = self._summaries[ticket] = self.reader.thread_summary(TicketId(ticket))
        return known

    @cached_property
    def relations(self) -> Mapping[str, tuple[Relation, ...]]:
        """The forward relations of every ticket that has any."""
        found: dict[str, tuple[Relation, ...]] = {}
        for row in self.reader.all_relations():
            if row.error is not None:
                self._unreadable_relations.append(row.id)
            else:
                found[row.id] = row.relations
        return found

    @cached_property
    def unreadable_relations(self) -> tuple[str, ...]:
        """The tickets whose relations cannot be read; any of them might name any ticket."""
        return tuple(sorted(self._unreadable_relations)) if self.relations is not None else ()

    @cached_property
    def unreadable_plans(self) -> tuple[str, ...]:
        """The tickets whose plan records cannot be read."""
        return tuple(sorted(self._unreadable_plans)) if self._records is not None else ()

    @cached_property
    def waits_for(self) -> Mapping[str, Mapping[str, str]]:
        """For each ticket that others may hold up: those others, each with the relation's kind.

        The others by rising id, and one that holds it up by several kinds with the first of
        them, so that nothing depends on the order of files.
        """
        graph: dict[str, dict[str, str]] = {}
        for relations in self.relations.values():
            for relation in relations:
                edge = relation.edge
                if edge is not None:
                    others = graph.setdefault(edge[0], {})
                    kind = others.get(edge[1])
                    if kind is None or place_of(relation.kind) < place_of(kind):
                        others[edge[1]] = relation.kind
        return {
            ticket: dict(sorted(others.items())) if len(others) > 1 else others
            for ticket, others in graph.items()
        }

    @cached_property
    def held_by(self) -> Mapping[str, tuple[str, ...]]:
        """For each ticket that may hold others up: those others."""
        found: dict[str, list[str]] = {}
        for waiting, blockers in self.waits_for.items():
            for blocker in blockers:
                found.setdefault(blocker, []).append(waiting)
        return {ticket: tuple(sorted(others)) for ticket, others in found.items()}

    def blockers(self, ticket: str, *, chained: bool = True) -> tuple[ChainedBlocker, ...]:
        """The unresolved blockers of `ticket`, each with the chain behind it if so asked."""
        found: list[ChainedBlocker] = []
        kinds = self.waits_for.get(ticket, {})
        for blocker in self.unresolved_blockers(ticket):
            state, problem = self.status(blocker)
            chain, is_cut = self._chain(blocker) if chained else ((), False)
            found.append(ChainedBlocker(blocker, kinds[blocker], state, problem, chain, is_cut))
        return tuple(found)

    def unresolved_blockers(self, ticket: str) -> tuple[str, ...]:
        """The ids of the unresolved blockers of `ticket`."""
        known = self._unresolved.get(ticket)
        if known is None:
            blockers = self.waits_for.get(ticket, ())
            known = tuple([one for one in blockers if not self.status(one).is_resolved])
            self._unresolved[ticket] = known
        return known

    def blockers_behind(self, ticket: str) -> tuple[str, ...]:
        """All that `ticket` waits for or did: its blockers, and those behind unresolved ones."""
        found: dict[str, None] = {}
        pending = [ticket]
        while pending:
            waiting = pending.pop()
            for blocker in self.waits_for.get(waiting, ()):
                if blocker not in found and blocker != ticket:
                    found[blocker] = None
                    if not self.status(blocker).is_resolved:
                        pending.append(blocker)
        return tuple(found)

    def is_damaged(self, ticket: str) -> bool:
        """Whether a file of `ticket` that decisions rest on cannot be read, or not wholly.

        The state by itself comes from the part of a thread that can be read. A file that is
        not there is not damaged.
        """
        try:
            self.reader.item(TicketId(ticket))
            return self.reader.thread(TicketId(ticket)).is_damaged
        except NotFoundError:
            return False
        except YoiError:
            return True

    def cycle(self, ticket: str) -> tuple[str, ...]:
        """The tickets of the blocking cycle that `ticket` is on, none where it is on none.

        What was walked once is not walked again: whatever can be reached from it was walked
        with it, so that no cycle leads through both it and what is new.
        """
        if ticket not in self._walked:
            graph = self._reach(ticket)
            self._walked.update(graph)
            for component in cyclic_components(graph):
                members = tuple(sorted(component))
                self._cycles.update(dict.fromkeys(members, members))
        return self._cycles.get(ticket, ())

    @property
    def cycles(self) -> Mapping[str, tuple[str, ...]]:
        """For each unresolved ticket on a blocking cycle: the tickets of the cycle."""
        for waiting in self.waits_for:
            if not self.status(waiting).is_resolved:
                self.cycle(waiting)
        return self._cycles

    def _reach(self, start: str) -> Mapping[str, tuple[str, ...]]:
        """`start` and all that it waits for and that was not walked yet, with their blockers."""
        graph: dict[str, tuple[str, ...]] = {}
        pending = [start]
        while pending:
            ticket = pending.pop()
            if ticket not in graph and ticket not in self._walked:
                graph[ticket] = self.unresolved_blockers(ticket)
                pending.extend(graph[ticket])
        return graph

    def duplicate_of(self, ticket: str) -> str | None:
        """An open ticket that `ticket` is a duplicate of, or None."""
        found: list[str] = []
        for relation in self.relations.get(ticket, ()):
            if relation.kind == DUPLICATE_OF:
                status = self.status(relation.target)
                if status.state is not None and not status.is_resolved:
                    found.append(relation.target)
        return min(found, default=None)

    @cached_property
    def _records(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """For each ticket, what plan records say of it: (what, other ticket) pairs.

        `after`: it comes after the other; `apart`: it must not run beside the other.
        """
        found: dict[str, dict[tuple[str, str], None]] = {}
        for row in self.reader.all_plans():
            if row.error is not None:
                self._unreadable_plans.append(row.id)
            for record in row.records:
                for ticket, what, other in constraints_of(record):
                    found.setdefault(ticket, {})[(what, other)] = None
        return {ticket: tuple(sorted(pairs)) for ticket, pairs in found.items()}

    def plan_holds(self, ticket: str) -> tuple[ReasonCode, ...]:
        """What plan records hold `ticket` back for: order, or conflict with work under way."""
        holds: list[ReasonCode] = []
        for what, other in self._records.get(ticket, ()):
            if other == ticket:
                continue
            status = self.status(other)
            if not holds_back(what, status):
                continue
            if what == "after":
                about = f"{other} ({status.problem or status.state})"
                holds.append(ReasonCode(ORDERING, about, other, status.state))
            else:
                holds.append(ReasonCode(CONFLICT, other, other, status.state))
        return tuple(holds)

    def _read_status(self, ticket: str) -> TicketStatus:
        try:
            seen = self._folds.get(ticket) or self.thread_summary(ticket)
        except NotFoundError:
            return TicketStatus(None, MISSING)
        except YoiError:
            return TicketStatus(None, UNREADABLE)
        return TicketStatus(seen.state, DIVERGED if seen.is_diverged else None)

    def _chain(self, start: str) -> tuple[tuple[str, ...], bool]:
        """From `start` along the first unresolved blocker of each, until one waits for none."""
        chain = {start: None}
        ticket = start
        while len(chain) < _LONGEST_CHAIN:
            following = self.unresolved_blockers(ticket)
            if not following or following[0] in chain:
                return tuple(chain), False
            ticket = following[0]
            chain[ticket] = None
        return tuple(chain), True


def holds_back(what: str, status: TicketStatus) -> bool:
    """Whether a plan record that says `what` of another ticket of that status holds one back."""
    if what == "after":
        return not status.is_resolved
    return what == "apart" and status.state == states.INPROGRESS


def constraints_of(record: PlanRecord) -> Iterable[tuple[str, str, str]]:
    """What a plan record requires of each of its tickets: (ticket, `after` or `apart`, other)."""
    ticket, other = record.ticket_id, record.related_ticket
    if other is None or record.kind not in plan.RELATING_KINDS:
        return ()
    if record.kind in ("after", "blocked_by"):
        return ((ticket, "after", other),)
    if record.kind in ("before", "blocks"):
        return ((other, "after", ticket),)
    return ((ticket, "apart", other), (other, "apart", ticket))
