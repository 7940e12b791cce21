"""The whole store as routing sees it: states, relations and plan records, each read once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import plan, states
from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.model.missing_links import missing_dependencies
from yoi_cli.model.relations import DUPLICATE_OF, MISSING, UNREADABLE, cyclic_components
from yoi_cli.routing.rules import CONFLICT, ORDERING, ChainedBlocker, ReasonCode
from yoi_cli.tickets.store_facts import StoreFacts, TicketStatus, Uncertain, ends_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yoi_cli.model.fold import Folded
    from yoi_cli.model.missing_links import MissingLink
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.store.ports import RoutingReader
    from yoi_cli.store.values import FieldsRow

_PLAN = "artifacts/orchestration-plan.jsonl"
_LONGEST_CHAIN = 100


class Dependencies(StoreFacts):
    """Answers about a store, as it is while they are asked; nothing is read twice."""

    def __init__(self, reader: RoutingReader) -> None:
        super().__init__(reader)
        self.reader = reader
        self._folds: dict[str, Folded] = {}
        self._unresolved: dict[str, tuple[str, ...]] = {}
        self._walked: set[str] = set()
        self._cycles: dict[str, tuple[str, ...]] = {}

    @cached_property
    def rows(self) -> Mapping[TicketId, FieldsRow]:
        """The frontmatter of every ticket, by rising id."""
        return {row.id: row for row in self.reader.all_fields()}

    def has_broken_item(self, ticket: str) -> bool:
        """As the facts say; where a pass over the store read it, without another look at it."""
        row = self.rows.get(TicketId(ticket)) if "rows" in self.__dict__ else None
        if row is None or row.is_text is None:
            return super().has_broken_item(ticket)
        return row.error is not None or not row.is_text or "state" not in row.fields

    def folded(self, ticket: str) -> Folded:
        """The fold of a ticket's thread. Raises where the thread cannot be read."""
        known = self._folds.get(ticket)
        if known is None:
            known = self._folds[ticket] = self.reader.folded(TicketId(ticket))
        return known

    @property
    def unreadable_relations(self) -> tuple[str, ...]:
        """The tickets whose relations cannot be read; any of them might name any ticket."""
        found = (one for one in super().uncertain if one.code == "relations_unreadable")
        return tuple(one.ticket for one in found)

    @cached_property
    def uncertain(self) -> Sequence[Uncertain]:
        """What anybody's relations and plan records hold and cannot be understood."""
        return (*super().uncertain, *self._plans_read[1])

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
            state, problem, _ = self.blocker_status(blocker)
            chain, is_cut = self._chain(blocker) if chained else ((), False)
            found.append(ChainedBlocker(blocker, kinds[blocker], state, problem, chain, is_cut))
        found += [
            ChainedBlocker(link.source, link.kind, None, MISSING)
            for link in self.missing_dependencies(ticket)
        ]
        return tuple(found)

    def missing_dependencies(self, ticket: str) -> tuple[MissingLink, ...]:
        """What `ticket` waits for and an import has not brought, by its item."""
        row = self.rows.get(TicketId(ticket)) if "rows" in self.__dict__ else None
        if row is not None:
            return missing_dependencies(row.fields)
        try:
            return missing_dependencies(self.reader.item(TicketId(ticket)).fields)
        except YoiError:  # nothing is decided about a ticket whose item cannot be read
            return ()

    def unresolved_blockers(self, ticket: str) -> tuple[str, ...]:
        """The ids of the unresolved blockers of `ticket`."""
        known = self._unresolved.get(ticket)
        if known is None:
            known = self._unresolved[ticket] = super().unresolved_blockers(ticket)
        return known

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
    def _plans_read(
        self,
    ) -> tuple[Mapping[str, tuple[tuple[str, str], ...]], tuple[Uncertain, ...]]:
        """For each ticket, what plan records say of it, as (what, other ticket) pairs, and the
        records that do not say it.

        `after`: it comes after the other; `apart`: it must not run beside the other.
        """
        found: dict[str, dict[tuple[str, str], None]] = {}
        uncertain: list[Uncertain] = []
        for row in self.reader.all_plans():
            path = f"{row.id}/{_PLAN}"
            if row.error is not None or row.is_torn:
                uncertain.append(Uncertain(row.id, "plans_unreadable", path))
            for record in plan.standing(row.records):
                if not _is_understood(record, row.id):
                    ends = ends_of(row.id, record.ticket_id, *_named(record))
                    uncertain.append(Uncertain(row.id, "plans_unknown", path, ends))
                for ticket, what, other in constraints_of(record):
                    found.setdefault(ticket, {})[(what, other)] = None
        holds = {ticket: tuple(sorted(pairs)) for ticket, pairs in found.items()}
        return holds, tuple(sorted(uncertain, key=lambda one: one.ticket))

    @property
    def looked_at(self) -> Iterable[tuple[str, str]]:
        """Pairs of a ticket and another one on which the decision about it may depend: one that
        it waits for, is a duplicate of, or is named with in a plan record."""
        for ticket, others in self.waits_for.items():
            yield from ((ticket, other) for other in others)
        for ticket, relations in self.relations.items():
            yield from ((ticket, one.target) for one in relations if one.kind == DUPLICATE_OF)
        for ticket, pairs in self._plans_read[0].items():
            yield from ((ticket, other) for _, other in pairs)

    def plan_holds(self, ticket: str) -> tuple[ReasonCode, ...]:
        """What plan records hold `ticket` back for: order, or conflict with work under way."""
        holds: list[ReasonCode] = []
        for what, other in self._plans_read[0].get(ticket, ()):
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

    def may_be_in_progress(self, ticket: str) -> bool:
        """Whether work on `ticket` is under way, or may be, by what of its log cannot be read."""
        status = self.status(ticket)
        if status.problem == UNREADABLE:
            return not status.seems_resolved
        return status.state == states.INPROGRESS

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
    return what == "apart" and (status.state == states.INPROGRESS or status.problem == UNREADABLE)


def _named(record: PlanRecord) -> tuple[str, ...]:
    """The other ticket that a record names; "" where it must and does not."""
    if record.related_ticket is None and record.kind not in plan.RELATING_KINDS:
        return ()
    return (record.related_ticket or "",)


def _is_understood(record: PlanRecord, owner: str) -> bool:
    """Whether a record in the file of `owner` says whom it concerns, and how."""
    if record.kind not in plan.KINDS or record.ticket_id != owner:
        return False
    return record.kind not in plan.RELATING_KINDS or is_ticket_id(record.related_ticket or "")


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
