"""Whether a store can be trusted about a ticket: one rule for whatever starts work.

docs/routing.md, "What is not trusted". `doubts_about` decides, from facts, which `store_facts`
reads. Routing, the gate, claims, acceptance, orchestration and the moves that begin work ask it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.model.missing import EVENTS_MISSING, hint_for
from yoi_cli.model.relations import DIVERGED, DUPLICATE_OF, UNREADABLE
from yoi_cli.tickets.doubts import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.model.relations import Relation
    from yoi_cli.tickets.store_facts import TicketStatus, Uncertain


class TrustFacts(Protocol):
    """What `doubts_about` is decided from."""

    def status(self, ticket: str) -> TicketStatus: ...

    def blocker_status(self, ticket: str) -> TicketStatus: ...

    def has_broken_item(self, ticket: str) -> bool: ...

    def missing_for(self, ticket: str, *, behind: bool) -> Iterable[MissingWrites]: ...

    def blockers_behind(self, ticket: str) -> Iterable[str]: ...

    @property
    def uncertain(self) -> Sequence[Uncertain]: ...

    @property
    def waits_for(self) -> Mapping[str, Mapping[str, str]]: ...

    @property
    def relations(self) -> Mapping[str, tuple[Relation, ...]]: ...


def doubts_about(ticket: str, facts: TrustFacts, *, behind: bool = False) -> Iterator[Doubt]:
    """Why nothing should be decided about `ticket` from this store; nothing where it may be.

    Nothing that was recorded may be missing, of it or of what it waits for. Its item and its log
    must be whole, the log consistent. Of a ticket that is not resolved, besides: nothing that
    anybody's relations or plan records may say of it is unknown, but for those of tickets that a
    whole log resolves, which hold nobody up; and what it waits for can be read, with `behind` also
    what is behind unresolved blockers. A blocker that is resolved counts too: the part of it that
    cannot be read may say otherwise.
    """
    status = facts.status(ticket)
    for one in facts.missing_for(ticket, behind=not status.seems_resolved):
        yield Doubt(EVENTS_MISSING, one.ticket, one.sentence, hint_for((one,)))
    if status.problem == UNREADABLE:
        yield Doubt("log_damaged", ticket, f"{ticket}/thread.md")
    elif status.problem == DIVERGED:
        yield Doubt("diverged", ticket, ticket)
    if facts.has_broken_item(ticket):
        yield Doubt("item_unreadable", ticket, f"{ticket}/item.md")
    if status.seems_resolved:
        return
    for found in facts.uncertain:
        if found.ticket == ticket:
            yield Doubt("records_unreadable", ticket, found.path)
        elif found.concerns(ticket) and not facts.status(found.ticket).is_resolved:
            yield Doubt(found.code, found.ticket, found.path)
    yield from _about_others(ticket, facts, behind=behind)


def _about_others(ticket: str, facts: TrustFacts, *, behind: bool) -> Iterator[Doubt]:
    """The doubts that come from tickets which this one names, or is named by."""
    blockers = facts.blockers_behind(ticket) if behind else facts.waits_for.get(ticket, ())
    for blocker in blockers:
        state, problem, _ = facts.blocker_status(blocker)
        if behind and problem is None and facts.has_broken_item(blocker):
            state, problem = None, UNREADABLE
        if problem in (UNREADABLE, DIVERGED) and blocker != ticket:
            about = f"{blocker} ({state})" if state else blocker
            yield Doubt(f"blocker_{problem}", blocker, about)
    for relation in facts.relations.get(ticket, ()):
        if relation.kind == DUPLICATE_OF and facts.status(relation.target).problem == UNREADABLE:
            yield Doubt("duplicate_unreadable", relation.target, relation.target)
