"""Routing: from a store to decisions about its tickets (DESIGN section 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.app.board import Board
from yoi_cli.domain import events, routing, states
from yoi_cli.domain.fold import fold
from yoi_cli.domain.intent import has_acceptance
from yoi_cli.domain.routing import (
    CAPACITY,
    CLAIMED,
    CONFLICT,
    DIRTY_WORKSPACE,
    Evidence,
    Hold,
    Review,
    Subject,
)
from yoi_cli.errors import YoiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from yoi_cli.app.ports import RoutingReader
    from yoi_cli.domain.events import Event, Thread
    from yoi_cli.domain.fold import Folded
    from yoi_cli.domain.ids import TicketId
    from yoi_cli.domain.item import Item
    from yoi_cli.domain.routing import ChainedBlocker, Classified

#: Events that say that something was done and may be looked at.
_WORK_KINDS = frozenset({events.IMPLEMENTATION_REPORT, "worker"})


class ClaimView(NamedTuple):
    """A claim as routing sees it: who holds the ticket, and whether the lease still runs."""

    holder: str
    is_alive: bool


class RoutingContext(NamedTuple):
    """What routing takes from outside the store.

    `claims` by ticket; `max_in_progress` is None without a limit; `dirty` are paths that are
    not committed, where the configuration asks for a clean workspace; `caller` is the holder
    on whose behalf is routed: its own claim does not hold it up.
    """

    claims: Mapping[str, ClaimView] = {}
    max_in_progress: int | None = None
    dirty: tuple[str, ...] = ()
    caller: str = ""
    japanese: bool = False


class Decision(NamedTuple):
    """What routing says of one ticket, and everything that it was said from."""

    ticket: str
    title: str
    state: str
    classified: Classified
    blockers: tuple[ChainedBlocker, ...]
    cycle: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    has_acceptance: bool
    priority: str
    unblocks: int


class Unroutable(NamedTuple):
    """A ticket that cannot be read, and so is never ready."""

    ticket: str
    error: YoiError


class Router:
    """Routes tickets of one store; what they share is read once."""

    def __init__(self, reader: RoutingReader, context: RoutingContext) -> None:
        self.reader = reader
        self.context = context
        self.board = Board(reader)
        self._in_progress: Mapping[str, tuple[str, ...]] | None = None

    def route(self, ticket: TicketId) -> Decision:
        """The decision about one ticket. Raises where its own files cannot be read."""
        thread = self.reader.thread(ticket)
        item = self.reader.item(ticket)
        return self._decide(ticket, item, thread)

    def route_all(self, tickets: Iterable[TicketId]) -> Iterator[Decision | Unroutable]:
        """Decisions about many tickets; one that is broken never hides the others."""
        for ticket in tickets:
            try:
                yield self.route(ticket)
            except YoiError as error:
                yield Unroutable(ticket, error)

    def tree(self, ticket: str) -> Mapping[str, Sequence[tuple[str, str]]]:
        """For `ticket` and all that it waits for: what each waits for, and how that stands."""
        found: dict[str, list[tuple[str, str]]] = {}
        pending = [ticket]
        while pending:
            waiting = pending.pop()
            if waiting in found:
                continue
            found[waiting] = []
            for blocker, via in self.board.waits_for.get(waiting, {}).items():
                standing = self.board.standing(blocker)
                found[waiting].append((blocker, f"{via}: {standing.problem or standing.state}"))
                if not standing.is_resolved:
                    pending.append(blocker)
        return found

    def _decide(self, ticket: TicketId, item: Item, thread: Thread) -> Decision:
        folded = fold(thread.events)
        self.board.learn(ticket, folded)
        acceptance = has_acceptance(item.body)
        blockers = self.board.blockers(ticket)
        subject = Subject(
            ticket=ticket,
            state=folded.state,
            has_acceptance=acceptance,
            is_diverged=folded.is_diverged,
            duplicate_of=self.board.duplicate_of(ticket),
            review=review_of(thread.events, folded),
            claim_is_dead=self._claim_is_dead(ticket),
            blockers=blockers,
            cycle=self.board.cycles.get(ticket, ()) if blockers else (),
            holds=tuple(self._holds(ticket, item, folded)),
            unreadable_relations=self.board.unreadable_relations,
        )
        classified = routing.classify(subject, japanese=self.context.japanese)
        return Decision(
            ticket=ticket,
            title=item.title,
            state=folded.state,
            classified=classified,
            blockers=blockers,
            cycle=subject.cycle,
            evidence=tuple(self._evidence(subject, folded, thread)),
            has_acceptance=acceptance,
            priority=item.text("priority"),
            unblocks=self._count_unblocked(ticket),
        )

    def _holds(self, ticket: TicketId, item: Item, folded: Folded) -> Iterator[Hold]:
        if folded.state not in (states.READY, states.QUEUED):
            return
        yield from self.board.plan_holds(ticket)
        yield from self._overlaps(ticket, item.texts("touches"))
        limit = self.context.max_in_progress
        if limit is not None and len(self.in_progress) >= limit:
            yield Hold(CAPACITY, f"{len(self.in_progress)}/{limit}")
        if self.context.dirty:
            shown = ", ".join(self.context.dirty[:3])
            yield Hold(DIRTY_WORKSPACE, shown + (" …" if len(self.context.dirty) > 3 else ""))
        claim = self.context.claims.get(ticket)
        if claim is not None and claim.is_alive and claim.holder != self.context.caller:
            yield Hold(CLAIMED, claim.holder)

    def _overlaps(self, ticket: str, touches: Sequence[str]) -> Iterator[Hold]:
        """Conflicts with work under way on the same files, by the `touches` of both items."""
        if not touches:
            return
        for other, others in self.in_progress.items():
            if other != ticket and any(_overlap(a, b) for a in touches for b in others):
                yield Hold(CONFLICT, other, other, states.INPROGRESS)

    @property
    def in_progress(self) -> Mapping[str, tuple[str, ...]]:
        """The tickets in progress, each with what it touches.

        Which ones to look at comes from the projection; that they are, from their threads.
        """
        if self._in_progress is None:
            found: dict[str, tuple[str, ...]] = {}
            for row in self.reader.all_fields():
                if row.fields.get("state") != states.INPROGRESS:
                    continue
                if self.board.standing(row.id).state == states.INPROGRESS:
                    touches = row.fields.get("touches")
                    found[row.id] = touches if isinstance(touches, tuple) else ()
            self._in_progress = found
        return self._in_progress

    def _claim_is_dead(self, ticket: str) -> bool:
        claim = self.context.claims.get(ticket)
        return claim is not None and not claim.is_alive

    def _count_unblocked(self, ticket: str) -> int:
        """How many unresolved tickets wait for this one."""
        waiting = self.board.held_by.get(ticket, ())
        return sum(not self.board.standing(other).is_resolved for other in waiting)

    def _evidence(self, subject: Subject, folded: Folded, thread: Thread) -> Iterator[Evidence]:
        log = f"{subject.ticket}/thread.md"
        line = folded.moves[-1].line if folded.moves else 1
        yield Evidence(f"state {subject.state}, by {len(thread.events)} events", f"{log}:{line}")
        criteria = "present" if subject.has_acceptance else "missing"
        yield Evidence(f"acceptance criteria {criteria}", f"{subject.ticket}/item.md")
        waits_for = self.board.waits_for.get(subject.ticket, {})
        for blocker, via in waits_for.items():
            standing = self.board.standing(blocker)
            fact = f"{via} {blocker}: {standing.problem or standing.state}"
            yield Evidence(fact, f"{blocker}/thread.md")
        if not waits_for:
            yield Evidence("no blocking relation", "*/artifacts/relations.json")
        holding = [hold.code for hold in subject.holds if hold.code in ("ordering", "conflict")]
        said = ", ".join(holding) if holding else "nothing holds it"
        yield Evidence(f"plan records: {said}", "*/artifacts/orchestration-plan.jsonl")


def review_of(thread: Sequence[Event], folded: Folded) -> Review:
    """How work and reviews stand since the ticket last came into progress.

    Work is a report or a worker's result; the order is that of the log.
    """
    started = max((m.line for m in folded.moves if m.target == states.INPROGRESS), default=0)
    last_work, last_review, verdict = 0, 0, ""
    for event in thread:
        if event.line < started:
            continue
        if event.kind in _WORK_KINDS:
            last_work = event.line
        elif event.kind == events.REVIEW and event.status:
            last_review, verdict = event.line, event.status
    return Review(
        has_work=last_work > 0,
        is_unreviewed=last_work > last_review,
        asks_for_changes=verdict == events.REQUEST_CHANGES,
        approves=verdict == events.APPROVE,
    )


def _overlap(one: str, other: str) -> bool:
    """Whether two paths, or patterns up to their first wildcard, may name the same file."""
    a, b = (path.removeprefix("./").split("*")[0].rstrip("/") for path in (one, other))
    return not (a and b) or f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/")
