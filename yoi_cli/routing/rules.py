"""What may start now, what waits, and why (docs/routing.md): pure, from facts to a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.model import states
from yoi_cli.model.thread_summary import Review
from yoi_cli.routing.messages import next_action, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOSED_OR_NOOP = "closed_or_noop"
CLOSE_READY = "close_ready"
REVIEW_NEEDED = "review_needed"
IN_PROGRESS = "in_progress"
REQUIREMENTS_SYNC_NEEDED = "requirements_sync_needed"
BLOCKED = "blocked_by_dependency_or_missing_authority"
WAITING = "waiting"
IMPLEMENTATION_READY = "implementation_ready"
RETURN_TO_PLANNING = "return_to_planning"
SPIKE_NEEDED = "spike_needed"

#: What is computed, in the order in which it is evaluated: the earliest next action wins.
COMPUTED = (
    CLOSED_OR_NOOP,
    CLOSE_READY,
    REVIEW_NEEDED,
    IN_PROGRESS,
    REQUIREMENTS_SYNC_NEEDED,
    BLOCKED,
    WAITING,
    IMPLEMENTATION_READY,
)
#: What only a person or an agent can judge.
JUDGED = (RETURN_TO_PLANNING, SPIKE_NEEDED)
CLASSIFICATIONS = (*COMPUTED, *JUDGED)

#: The reasons for which a queued and unblocked ticket is held.
ORDERING = "ordering"
CONFLICT = "conflict"
CAPACITY = "capacity"
DIRTY_WORKSPACE = "dirty_workspace"
CLAIMED = "claimed"


class Reason(NamedTuple):
    """Why: a stable code, a sentence, and the ticket and state that it is about, if any."""

    code: str
    text: str
    ticket: str | None = None
    state: str | None = None


class Evidence(NamedTuple):
    """A fact, and where it was read."""

    fact: str
    where: str


class ChainedBlocker(NamedTuple):
    """A ticket that holds another up, with the tickets that hold it up in turn.

    `state` is None where it cannot be told; then, or where its log is diverged, `problem`
    says so. `chain` leads from this ticket along the unresolved tickets behind it to the one
    that waits for nobody; a very long one `is_cut`.
    """

    ticket: str
    via: str
    state: str | None
    problem: str | None = None
    chain: tuple[str, ...] = ()
    is_cut: bool = False


class Hold(NamedTuple):
    """Something other than a blocker that keeps an unblocked ticket from starting."""

    code: str
    about: str
    ticket: str | None = None
    state: str | None = None


class Subject(NamedTuple):
    """Everything that a ticket's classification depends on."""

    ticket: str
    state: str
    has_acceptance: bool = True
    is_diverged: bool = False
    duplicate_of: str | None = None
    review: Review = Review()
    claim_is_dead: bool = False
    blockers: tuple[ChainedBlocker, ...] = ()
    cycle: tuple[str, ...] = ()
    holds: tuple[Hold, ...] = ()
    unreadable_relations: tuple[str, ...] = ()
    unreadable_plans: tuple[str, ...] = ()

    @property
    def has_unreadable_records(self) -> bool:
        """Whether its own relations or plan records cannot be read, so that it may be held."""
        return self.ticket in self.unreadable_relations or self.ticket in self.unreadable_plans


class Classified(NamedTuple):
    """A classification with its reasons, what would free the ticket, and what to do next."""

    classification: str
    reasons: tuple[Reason, ...]
    unblock: tuple[str, ...]
    next_action: str
    notices: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        """Whether the ticket may start now."""
        return self.classification == IMPLEMENTATION_READY


def classify(subject: Subject, *, japanese: bool = False) -> Classified:
    """The classification of a ticket, by the table of docs/routing.md, from the top down."""
    classification, causes = evaluate(subject)
    reasons = tuple(
        Reason(code, sentence(code, japanese=japanese, about=about), ticket, state)
        for code, about, ticket, state in causes
    )
    return Classified(
        classification,
        reasons,
        tuple(_unblock(subject, classification, japanese=japanese)),
        next_action(classification, reasons[0].code, japanese=japanese, ticket=subject.ticket),
        tuple(_notices(subject, classification, japanese=japanese)),
    )


class ReasonCode(NamedTuple):
    """Why, without the sentence: a code, what it is about, and the ticket and its state."""

    code: str
    about: str = ""
    ticket: str | None = None
    state: str | None = None


def evaluate(subject: Subject) -> tuple[str, Sequence[ReasonCode]]:
    """The classification alone, with what led to it; `classify` puts it into words."""
    state = subject.state
    if state == states.CLOSED:
        return CLOSED_OR_NOOP, [ReasonCode("closed")]
    if subject.duplicate_of is not None:
        return CLOSED_OR_NOOP, [ReasonCode("duplicate", subject.duplicate_of, subject.duplicate_of)]
    if state == states.DONE:
        return CLOSE_READY, [ReasonCode("done")]
    if state == states.INPROGRESS:
        return _evaluate_in_progress(subject)
    return _evaluate_unstarted(subject)


def _evaluate_unstarted(subject: Subject) -> tuple[str, Sequence[ReasonCode]]:
    if subject.state == states.PLANNING:
        missing = not subject.has_acceptance
        return REQUIREMENTS_SYNC_NEEDED, [
            ReasonCode("acceptance_missing" if missing else "not_marked_ready")
        ]
    blocking = list(_blocking(subject))
    if subject.state == states.READY:
        return BLOCKED, [ReasonCode("not_queued"), *blocking]
    if blocking:
        return BLOCKED, blocking
    if subject.holds:
        return WAITING, [ReasonCode(h.code, h.about, h.ticket, h.state) for h in subject.holds]
    return IMPLEMENTATION_READY, [ReasonCode("queued_and_free")]


def _evaluate_in_progress(subject: Subject) -> tuple[str, Sequence[ReasonCode]]:
    review = subject.review
    if review.is_unreviewed:
        return REVIEW_NEEDED, [ReasonCode("unreviewed_work")]
    if review.asks_for_changes:
        return REVIEW_NEEDED, [ReasonCode("changes_requested")]
    if subject.claim_is_dead and not review.has_work:
        return IN_PROGRESS, [ReasonCode("stalled")]
    return IN_PROGRESS, [ReasonCode("approved" if review.approves else "under_way")]


def _blocking(subject: Subject) -> Iterator[ReasonCode]:
    for blocker in subject.blockers:
        code = f"blocker_{blocker.problem}" if blocker.problem else "blocked"
        about = f"{blocker.ticket} ({blocker.state})" if blocker.state else blocker.ticket
        yield ReasonCode(code, about, blocker.ticket, blocker.state)
    if subject.cycle:
        yield ReasonCode("cycle", " → ".join(subject.cycle))
    if subject.is_diverged:
        yield ReasonCode("diverged")
    if subject.has_unreadable_records:
        yield ReasonCode("records_unreadable", subject.ticket)


def _unblock(subject: Subject, classification: str, *, japanese: bool) -> Iterator[str]:
    if classification not in (BLOCKED, WAITING):
        return
    for blocker in subject.blockers:
        last = blocker.chain[-1] if blocker.chain else blocker.ticket
        if blocker.problem:
            yield sentence(f"unblock_{blocker.problem}", japanese=japanese, about=blocker.ticket)
        elif last == blocker.ticket or subject.cycle:
            yield sentence("unblock_blocked", japanese=japanese, about=blocker.ticket)
        else:
            about = f"{blocker.ticket} ← {last}"
            yield sentence("unblock_chain", japanese=japanese, about=about)
    if subject.cycle:
        yield sentence("unblock_cycle", japanese=japanese)
    if subject.is_diverged:
        yield sentence("unblock_diverged_itself", japanese=japanese)
    if subject.has_unreadable_records:
        yield sentence("unblock_unreadable", japanese=japanese, about=subject.ticket)
    if subject.state == states.READY:
        yield sentence("unblock_not_queued", japanese=japanese, about=subject.ticket)
    for hold in subject.holds:
        yield sentence(f"unblock_{hold.code}", japanese=japanese, about=hold.about)


def _notices(subject: Subject, classification: str, *, japanese: bool) -> Iterator[str]:
    if classification == IMPLEMENTATION_READY and not subject.has_acceptance:
        yield sentence("acceptance_missing", japanese=japanese)
    if subject.is_diverged and classification != BLOCKED:
        yield sentence("diverged", japanese=japanese)
    if classification != BLOCKED and subject.has_unreadable_records:
        yield sentence("records_unreadable", japanese=japanese, about=subject.ticket)
    unreadable = {
        "relations_unreadable": subject.unreadable_relations,
        "plans_unreadable": subject.unreadable_plans,
    }
    for code, others in unreadable.items():
        for other in others:
            if other != subject.ticket:
                yield sentence(code, japanese=japanese, about=other)
