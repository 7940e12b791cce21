"""What a store says of tickets, as far as it can be read: what trust is decided from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model import states
from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.model.missing import concerning
from yoi_cli.model.relations import DIVERGED, KINDS, MISSING, TARGET, UNREADABLE, place_of
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.ports import TicketReader

_RELATIONS = "artifacts/relations.json"


class TicketStatus(NamedTuple):
    """The state that a ticket is in, None where it is not known, and what is wrong with it.

    `seen` is the state by what can be read of its thread, None where nothing can.
    """

    state: str | None
    problem: str | None = None
    seen: str | None = None

    @property
    def is_resolved(self) -> bool:
        """Whether it holds nobody up: done or closed, and its log whole and consistent."""
        return self.problem is None and self.state in states.RESOLVED_STATES

    @property
    def seems_resolved(self) -> bool:
        """Whether it is done or closed, by what can be read of its thread."""
        return self.seen in states.RESOLVED_STATES


class Uncertain(NamedTuple):
    """What the relations or plan records of `ticket` hold and cannot be understood.

    `code` is that of the doubt; `path` the file below the store. `ends` are the tickets that it
    may concern, None where it may be any.
    """

    ticket: str
    code: str
    path: str
    ends: frozenset[str] | None = None

    def concerns(self, ticket: str) -> bool:
        """Whether it may speak of `ticket`."""
        return self.ends is None or ticket in self.ends


class StoreFacts:
    """Facts about a store, as it is while they are asked; nothing is read twice."""

    def __init__(self, reader: TicketReader) -> None:
        self._reader = reader
        self._summaries: dict[str, ThreadSummary] = {}
        self._statuses: dict[str, TicketStatus] = {}
        self._items: dict[str, bool] = {}
        # Before anything is read: what is put back meanwhile was not there when it was read.
        self._missing_at_first = reader.missing_writes()

    @cached_property
    def missing(self) -> Mapping[str, MissingWrites]:
        """What was acknowledged and is in no file, by ticket, or was in none when the reading
        began."""
        return {**self._reader.missing_writes(), **self._missing_at_first}

    def missing_for(self, ticket: str, *, behind: bool) -> Iterable[MissingWrites]:
        """What is missing of a ticket, with `behind` also of what it waits for."""
        if "missing" not in self.__dict__ and behind:
            self.blockers_behind(ticket)  # read before it is asked what is missing
        more = self._missing_behind.get(ticket, ()) if behind else ()
        return concerning(self.missing, (ticket, *more))

    @cached_property
    def _missing_behind(self) -> Mapping[str, set[str]]:
        """For each ticket: those that it waits for, or did, and of which something is missing.

        From those that are missing upwards, so that a long chain of tickets is walked once and not
        from each of them.
        """
        found: dict[str, set[str]] = {}
        concerned = {name for one in self.missing.values() for name in one.concerns}
        waiting: dict[str, list[str]] = {}
        for above, blockers in self.waits_for.items() if concerned else ():
            for blocker in blockers:
                waiting.setdefault(blocker, []).append(above)
        for missed in concerned:
            pending = [missed]
            while pending:
                for above in waiting.get(pending.pop(), ()):
                    behind = found.setdefault(above, set())
                    if missed not in behind and above != missed:
                        behind.add(missed)
                        if not self.blocker_status(above).is_resolved:
                            pending.append(above)
        return found

    def thread_summary(self, ticket: str) -> ThreadSummary:
        """The summary of a ticket's thread. Raises where the thread cannot be read."""
        known = self._summaries.get(ticket)
        if known is None:
            known = self._summaries[ticket] = self._reader.thread_summary(TicketId(ticket))
        return known

    def status(self, ticket: str) -> TicketStatus:
        """The state of `ticket` by the fold of its thread, and what is wrong with it.

        What can be read of a damaged thread says nothing: the rest may say otherwise.
        """
        known = self._statuses.get(ticket)
        if known is None:
            known = self._statuses[ticket] = self._read_status(ticket)
        return known

    def _read_status(self, ticket: str) -> TicketStatus:
        try:
            seen = self.thread_summary(ticket)
        except NotFoundError:
            return TicketStatus(None, MISSING)
        except YoiError:
            return TicketStatus(None, UNREADABLE)
        if seen.is_damaged:
            return TicketStatus(None, UNREADABLE, seen.state)
        return TicketStatus(seen.state, DIVERGED if seen.is_diverged else None, seen.state)

    def blocker_status(self, ticket: str) -> TicketStatus:
        """As `status`, for one that another waits for: with an item that cannot be read it is
        not resolved, whatever its log says."""
        status = self.status(ticket)
        if status.is_resolved and self.has_broken_item(ticket):
            return TicketStatus(None, UNREADABLE, status.seen)
        return status

    def has_broken_item(self, ticket: str) -> bool:
        """Whether a ticket's `item.md` cannot be read, as where a byte of it is not UTF-8, or its
        frontmatter says nothing, as where its first line stands there twice."""
        known = self._items.get(ticket)
        if known is None:
            try:
                known = "state" not in self._reader.item(TicketId(ticket)).fields
            except YoiError:
                known = True
            self._items[ticket] = known
        return known

    def unresolved_blockers(self, ticket: str) -> tuple[str, ...]:
        """The ids of the unresolved blockers of `ticket`."""
        blockers = self.waits_for.get(ticket, ())
        return tuple([one for one in blockers if not self.blocker_status(one).is_resolved])

    def blockers_behind(self, ticket: str) -> tuple[str, ...]:
        """All that `ticket` waits for or did: its blockers, and those behind unresolved ones."""
        found: dict[str, None] = {}
        pending = [ticket]
        while pending:
            waiting = pending.pop()
            for blocker in self.waits_for.get(waiting, ()):
                if blocker not in found and blocker != ticket:
                    found[blocker] = None
                    if not self.blocker_status(blocker).is_resolved:
                        pending.append(blocker)
        return tuple(found)

    @cached_property
    def _relations_read(
        self,
    ) -> tuple[Mapping[str, tuple[Relation, ...]], tuple[Uncertain, ...]]:
        found: dict[str, tuple[Relation, ...]] = {}
        uncertain: list[Uncertain] = []
        for row in self._reader.all_relations():
            path = f"{row.id}/{_RELATIONS}"
            if row.error is not None:
                uncertain.append(Uncertain(row.id, "relations_unreadable", path))
                continue
            owner = row.id
            found[owner] = row.relations
            for relation in row.relations:
                if not _is_understood(relation, owner):
                    ends = ends_of(row.id, relation.ticket_id, relation.target)
                    uncertain.append(Uncertain(row.id, "relations_unknown", path, ends))
        return found, tuple(sorted(uncertain, key=lambda one: one.ticket))

    @property
    def relations(self) -> Mapping[str, tuple[Relation, ...]]:
        """The forward relations of every ticket that has any."""
        return self._relations_read[0]

    @property
    def uncertain(self) -> Sequence[Uncertain]:
        """What anybody's relations hold and cannot be understood."""
        return self._relations_read[1]

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


def _is_understood(relation: Relation, owner: str) -> bool:
    """Whether a relation in the file of `owner` says whom it concerns, and how."""
    kind = KINDS.get(relation.kind)
    if kind is None or relation.ticket_id != owner:
        return False
    return kind.blocks != TARGET or is_ticket_id(relation.target)


def ends_of(*tickets: str) -> frozenset[str] | None:
    """The tickets that a record may concern, by the ids in it; None where one of them is no id,
    and so may stand for any."""
    return frozenset(tickets) if all(map(is_ticket_id, tickets)) else None
