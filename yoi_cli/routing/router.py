"""Routing: from a store to decisions about its tickets (docs/routing.md)."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.model.ids import TicketId
from yoi_cli.model.intent import has_acceptance
from yoi_cli.model.item import field_text, field_texts
from yoi_cli.model.relations import DIVERGED
from yoi_cli.model.routing import IMPLEMENTATION_READY, MOST_IN_TREE, WAITING
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.dependencies import Dependencies
from yoi_cli.routing.lost_records import doubts_of_lost
from yoi_cli.routing.reasons import turn_of
from yoi_cli.routing.rules import (
    CAPACITY,
    CLAIMED,
    CONFLICT,
    DIRTY_WORKSPACE,
    Evidence,
    ReasonCode,
    Subject,
    classify,
    evaluate,
)
from yoi_cli.tickets.disagreement import is_doubtful
from yoi_cli.tickets.doubts import Doubt, untrusted
from yoi_cli.tickets.trust import doubts_about

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Container,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from yoi_cli.model.fold import Folded
    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.lost import LostRecords
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.routing.rules import ChainedBlocker, Classified
    from yoi_cli.store.ports import RoutingReader
    from yoi_cli.store.values import FieldsRow

    #: For a ticket and what it waits for: what each waits for, and how that stands.
    WaitTree = Mapping[str, Sequence[tuple[str, str]]]


#: A path that overlaps with every other.
_ANY_FILE = ("",)


class ClaimView(NamedTuple):
    """A claim as routing sees it: who holds the ticket, and whether the lease still runs."""

    holder: str
    is_alive: bool


class RoutingContext(NamedTuple):
    """What routing takes from outside the store.

    `claims` by ticket; `max_in_progress` is None without a limit; `dirty` are paths that are
    not committed, where the configuration asks for a clean workspace; `caller` is the holder
    on whose behalf is routed: its own claim does not hold it up. `notices`, by ticket, are shown
    besides those that routing finds. `lost` gives those of some tickets that lack events of git's,
    `lost_records` the relations and plan records of git's that any ticket lacks. With
    `requires_acceptance` no ticket may start that has no acceptance criteria.
    """

    claims: Mapping[str, ClaimView] = {}
    max_in_progress: int | None = None
    dirty: tuple[str, ...] = ()
    caller: str = ""
    japanese: bool = False
    notices: Mapping[str, tuple[str, ...]] = {}
    lost: Callable[[Collection[TicketId]], Mapping[str, frozenset[str]]] | None = None
    lost_records: Callable[[], Sequence[LostRecords]] | None = None
    requires_acceptance: bool = True


class Decision(NamedTuple):
    """The decision about one ticket, with everything that it rests on.

    With `doubts` nothing may be decided from it: they are those of `doubts_about` that neither
    its divergence nor its blockers tell.
    """

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
    doubts: tuple[Doubt, ...] = ()

    @property
    def summary(self) -> DecisionSummary:
        """What a list shows of it."""
        classified = self.classified
        causes = tuple([ReasonCode(r.code, "", r.ticket, r.state) for r in classified.reasons])
        return DecisionSummary(
            self.ticket, self.title, self.state, classified.classification, causes, self.priority
        )


class DecisionSummary(NamedTuple):
    """What a list of many tickets shows of one of them: a decision without its evidence.

    What the description says is looked at only where the classification depends on it.
    """

    ticket: str
    title: str
    state: str
    classification: str
    causes: tuple[ReasonCode, ...]
    priority: str

    @property
    def turn(self) -> str:
        """Whose turn it is, one of `TURNS`."""
        return turn_of(self.causes[0].code)

    @property
    def is_ready(self) -> bool:
        """Whether the ticket may start now."""
        return self.classification == IMPLEMENTATION_READY


class Unroutable(NamedTuple):
    """A ticket that cannot be read, and so is never ready."""

    ticket: str
    error: YoiError


class Router:
    """Routes tickets of one store; what they share is read once."""

    def __init__(self, reader: RoutingReader, context: RoutingContext) -> None:
        self.reader = reader
        self.context = context
        self.dependencies = Dependencies(reader)
        #: Tickets whose item says another state than their thread, as far as they were looked at.
        self.disagreeing: dict[str, None] = {}

    @property
    def rows(self) -> Mapping[TicketId, FieldsRow]:
        """The frontmatter of every ticket, by rising id."""
        return self.dependencies.rows

    def route(self, ticket: TicketId, *, is_given_acceptance: bool = False) -> Decision:
        """The decision about one ticket; criteria may be given beside its description. Raises
        where its own files cannot be read."""
        folded = self.dependencies.folded(ticket)
        item = self.reader.item(ticket)
        acceptance = is_given_acceptance or has_acceptance(item.body)
        summary = self.dependencies.thread_summary(ticket)
        subject = self._subject(ticket, item.fields, summary, acceptance=acceptance)
        return Decision(
            ticket=ticket,
            title=item.title,
            state=folded.state,
            classified=self._classified(subject),
            blockers=subject.blockers,
            cycle=subject.cycle,
            evidence=tuple(self._evidence(subject, folded)),
            has_acceptance=acceptance,
            priority=item.text("priority"),
            unblocks=self.count_unblocked(ticket),
            doubts=subject.doubts,
        )

    def doubts(self, ticket: str, *, behind: bool = False) -> tuple[Doubt, ...]:
        """Why nothing should be decided about a ticket from this store."""
        return tuple(doubts_about(ticket, self.dependencies, behind=behind))

    def all_doubts(self, ticket: str) -> tuple[Doubt, ...]:
        """Those about what is behind its blockers too, and about what git has and they lost: git is
        asked for that, which a list of many tickets could not pay for."""
        doubts = [*self.doubts(ticket, behind=True)]
        status, lost = self.dependencies.status(ticket), self.context.lost
        if lost is not None:
            behind = () if status.seems_resolved else self.dependencies.blockers_behind(ticket)
            lacking = lost([TicketId(one) for one in (ticket, *behind)])
            doubts += [Doubt("events_lost", one, f"{one}/thread.md") for one in sorted(lacking)]
        if not status.is_resolved:
            doubts += doubts_of_lost(ticket, self._lost_records, self.dependencies)
        return tuple(doubts)

    @cached_property
    def _lost_records(self) -> Sequence[LostRecords]:
        """Of all tickets, since any may name any."""
        return () if self.context.lost_records is None else self.context.lost_records()

    def require_trust(self, ticket: str) -> None:
        """Raise `StoreInvalidError` (`store_untrusted`) where there are doubts about a ticket."""
        doubts = self.all_doubts(ticket)
        if doubts:
            raise untrusted(ticket, doubts)

    def _classified(self, subject: Subject) -> Classified:
        classified = classify(subject, japanese=self.context.japanese)
        notices = self.context.notices.get(subject.ticket, ())
        return classified._replace(notices=classified.notices + notices)

    def route_all(self, tickets: Iterable[TicketId]) -> Iterator[Decision | Unroutable]:
        """Decisions about many tickets; one that is broken never hides the others."""
        for ticket in tickets:
            try:
                yield self.route(ticket)
            except YoiError as error:
                yield Unroutable(ticket, error)

    def summarise(
        self, wanted: Container[str], tickets: Container[str] | None = None
    ) -> Iterator[DecisionSummary | Unroutable]:
        """What every ticket whose state is `wanted`, or is not known, is ready for: one whose item
        says a state that its thread does not have is not passed over. With `tickets`, only those.
        """
        for ticket, row in self.rows.items():
            if tickets is not None and ticket not in tickets:
                continue
            if row.error is not None:
                yield Unroutable(ticket, row.error)
                continue
            is_wanted = row.fields.get("state") in wanted
            if not (is_wanted or is_doubtful(self.reader, row)):
                continue
            try:
                summary = self._summary(ticket, row.fields)
            except YoiError as error:
                yield Unroutable(ticket, error)
                continue
            if summary.state != row.fields.get("state"):
                self.disagreeing[ticket] = None
            if is_wanted or summary.state in wanted:
                yield summary

    def _summary(self, ticket: TicketId, fields: Mapping[str, FieldValue]) -> DecisionSummary:
        summary = self.dependencies.thread_summary(ticket)
        subject = self._subject(ticket, fields, summary, acceptance=True, chained=False)
        classification, causes = evaluate(subject)
        if self._asks_for_acceptance(subject.state, classification):
            acceptance = self.reader.has_acceptance(ticket)
            classification, causes = evaluate(subject._replace(has_acceptance=acceptance))
        title, priority = field_text(fields, "title"), field_text(fields, "priority")
        return DecisionSummary(
            ticket, title, summary.state, classification, tuple(causes), priority
        )

    def _asks_for_acceptance(self, state: str, classification: str) -> bool:
        """Whether a classification may be another one for want of acceptance criteria."""
        may_be_other = state == states.PLANNING or classification in (IMPLEMENTATION_READY, WAITING)
        return self.context.requires_acceptance and may_be_other

    def tree(self, ticket: str) -> WaitTree:
        """For `ticket` and what it waits for, the nearest first and `MOST_IN_TREE` at most: what
        each waits for, and how that stands."""
        found: dict[str, list[tuple[str, str]]] = {}
        pending = deque([ticket])
        while pending and len(found) < MOST_IN_TREE:
            waiting = pending.popleft()
            if waiting in found:
                continue
            found[waiting] = []
            for blocker, via in self.dependencies.waits_for.get(waiting, {}).items():
                status = self.dependencies.blocker_status(blocker)
                found[waiting].append((blocker, f"{via}: {status.problem or status.state}"))
                if not status.is_resolved:
                    pending.append(blocker)
        return found

    def _subject(
        self,
        ticket: TicketId,
        fields: Mapping[str, FieldValue],
        summary: ThreadSummary,
        *,
        acceptance: bool,
        chained: bool = True,
    ) -> Subject:
        """What the classification depends on. Without `chained`, only that: what is behind
        blockers, and blockers of what nothing holds up, are left out."""
        state = summary.state
        may_be_held = state in (states.READY, states.QUEUED)
        blockers = (
            self.dependencies.blockers(ticket, chained=chained) if chained or may_be_held else ()
        )
        return Subject(
            ticket=ticket,
            state=state,
            has_acceptance=acceptance,
            requires_acceptance=self.context.requires_acceptance,
            is_diverged=summary.is_diverged,
            doubts=self._doubted(ticket, blockers) if chained or may_be_held else (),
            duplicate_of=self.dependencies.duplicate_of(ticket),
            review=summary.review,
            claim_is_dead=self._claim_is_dead(ticket),
            blockers=blockers,
            cycle=self.dependencies.cycle(ticket) if blockers else (),
            holds=tuple(self._holds(ticket, fields)) if may_be_held else (),
        )

    def _doubted(self, ticket: str, blockers: Sequence[ChainedBlocker]) -> tuple[Doubt, ...]:
        """The doubts about a ticket that neither its divergence nor its blockers tell: it waits
        for these anyhow, and what else is wrong with them says no more about it."""
        told = {blocker.ticket for blocker in blockers}
        return tuple(
            doubt
            for doubt in self.doubts(ticket)
            if doubt.code != DIVERGED and doubt.ticket not in told
        )

    def _holds(self, ticket: TicketId, fields: Mapping[str, FieldValue]) -> Iterator[ReasonCode]:
        yield from self.dependencies.plan_holds(ticket)
        yield from self._overlaps(ticket, field_texts(fields, "touches"))
        limit = self.context.max_in_progress
        if limit is not None and self.in_progress >= limit:
            yield ReasonCode(CAPACITY, f"{self.in_progress}/{limit}")
        if self.context.dirty:
            shown = ", ".join(self.context.dirty[:3])
            yield ReasonCode(DIRTY_WORKSPACE, shown + (" …" if len(self.context.dirty) > 3 else ""))
        claim = self.context.claims.get(ticket)
        if claim is not None and claim.is_alive and claim.holder != self.context.caller:
            yield ReasonCode(CLAIMED, claim.holder)

    def _overlaps(self, ticket: str, touches: Sequence[str]) -> Iterator[ReasonCode]:
        """Conflicts with work under way on the same files, by the `touches` of both items."""
        if not touches:
            return
        for other, others in self._touching.items():
            overlaps = other != ticket and any(_overlap(a, b) for a in touches for b in others)
            if overlaps and self.dependencies.may_be_in_progress(other):
                yield ReasonCode(CONFLICT, other, other, states.INPROGRESS)

    @cached_property
    def _touching(self) -> Mapping[str, Sequence[str]]:
        """What each ticket touches that may touch anything; one that cannot be read, any file."""
        return {
            ticket: _ANY_FILE if is_broken else field_texts(row.fields, "touches")
            for ticket, row in self.rows.items()
            if (is_broken := self.dependencies.has_broken_item(ticket)) or "touches" in row.fields
        }

    @property
    def touching(self) -> Collection[str]:
        """The tickets that may touch anything that others touch."""
        return self._touching.keys()

    @property
    def touching_in_progress(self) -> Mapping[str, Sequence[str]]:
        """What each ticket touches whose work is under way, or may be: others that touch anything
        wait for it."""
        return {
            ticket: touches
            for ticket, touches in self._touching.items()
            if self.dependencies.may_be_in_progress(ticket)
        }

    @cached_property
    def in_progress(self) -> int:
        """How many tickets are in progress, by their threads alone: an item may be out of date."""
        return sum(map(self.dependencies.may_be_in_progress, self.rows))

    def _claim_is_dead(self, ticket: str) -> bool:
        claim = self.context.claims.get(ticket)
        return claim is not None and not claim.is_alive

    def count_unblocked(self, ticket: str) -> int:
        """How many unresolved tickets wait for this one."""
        waiting = self.dependencies.held_by.get(ticket, ())
        return sum(not self.dependencies.status(other).is_resolved for other in waiting)

    def _evidence(self, subject: Subject, folded: Folded) -> Iterator[Evidence]:
        line = folded.moves[-1].line if folded.moves else 1
        yield Evidence(f"state {subject.state}", f"{subject.ticket}/thread.md:{line}")
        criteria = "present" if subject.has_acceptance else "missing"
        yield Evidence(f"acceptance criteria {criteria}", f"{subject.ticket}/item.md")
        waits_for = self.dependencies.waits_for.get(subject.ticket, {})
        for blocker, via in waits_for.items():
            status = self.dependencies.blocker_status(blocker)
            fact = f"{via} {blocker}: {status.problem or status.state}"
            yield Evidence(fact, f"{blocker}/thread.md")
        if not waits_for:
            yield Evidence("no blocking relation", "*/artifacts/relations.json")
        holding = [hold.code for hold in subject.holds if hold.code in ("ordering", "conflict")]
        shown = ", ".join(holding) or "nothing holds it"
        yield Evidence(f"plan records: {shown}", "*/artifacts/orchestration-plan.jsonl")


def _overlap(one: str, other: str) -> bool:
    """Whether two paths, or patterns up to their first wildcard, may name the same file."""
    a, b = (path.removeprefix("./").split("*")[0].rstrip("/") for path in (one, other))
    return not (a and b) or f"{a}/".startswith(f"{b}/") or f"{b}/".startswith(f"{a}/")
