"""What may start now, what waits, and why (docs/routing.md): pure, from facts to a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import states
from yoi_cli.model.missing_links import is_name_elsewhere
from yoi_cli.model.routing import (
    BLOCKED,
    IMPLEMENTATION_READY,
    NEEDS_ANSWER,
    NEEDS_MERGE,
    REQUIREMENTS_SYNC_NEEDED,
    WAITING,
    Review,
)
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.routing.messages import finish_chain, next_action, remedy, sentence
from yoi_cli.routing.reasons import classification_of, turn_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.tickets.doubts import Doubt

#: The reasons for which a queued and unblocked ticket is held.
ORDERING = "ordering"
CONFLICT = "conflict"
CAPACITY = "capacity"
DIRTY_WORKSPACE = "dirty_workspace"
CLAIMED = "claimed"
#: What keeps a ticket from being accepted, so that it may not start either.
ACCEPTANCE_MISSING = "acceptance_missing"
#: It waits for what an import knows by name alone.
DEPENDENCY_MISSING = "dependency_missing"


class Reason(NamedTuple):
    """Why: a stable code, a sentence, and the ticket and state that it is about, if any."""

    code: str
    text: str
    ticket: str | None = None
    state: str | None = None


class ReasonCode(NamedTuple):
    """Why, without the sentence: a code, what it is about, and the ticket and its state, if any."""

    code: str
    about: str = ""
    ticket: str | None = None
    state: str | None = None


class Evidence(NamedTuple):
    """A fact, and where it was read."""

    fact: str
    where: str


class ChainedBlocker(NamedTuple):
    """A ticket that holds another up, with the tickets that hold it up in turn.

    `state` is None where it is not known; then, or where its log is diverged, `problem`
    says so. `chain` leads from this ticket along the unresolved tickets behind it to the one
    that waits for nobody; a very long one `is_cut`.
    """

    ticket: str
    via: str
    state: str | None
    problem: str | None = None
    chain: tuple[str, ...] = ()
    is_cut: bool = False


class Subject(NamedTuple):
    """Everything that a ticket's classification depends on.

    `holds` are what besides blockers keeps an unblocked ticket from starting; `doubts` why the
    store is not trusted about it, but for what `is_diverged` and `blockers` say. Criteria of
    acceptance count where the settings require them.
    """

    ticket: str
    state: str
    has_acceptance: bool = True
    requires_acceptance: bool = True
    is_diverged: bool = False
    duplicate_of: str | None = None
    review: Review = Review()
    claim_is_dead: bool = False
    blockers: tuple[ChainedBlocker, ...] = ()
    cycle: tuple[str, ...] = ()
    holds: tuple[ReasonCode, ...] = ()
    doubts: tuple[Doubt, ...] = ()

    @property
    def cannot_be_accepted(self) -> bool:
        """Whether nobody could tell when it is done, and the settings ask for that."""
        return self.requires_acceptance and not self.has_acceptance


class Classified(NamedTuple):
    """A classification with its reasons, what would free the ticket, and what to do next."""

    classification: str
    reasons: tuple[Reason, ...]
    unblock: tuple[str, ...]
    next_action: str
    notices: tuple[str, ...]

    @property
    def turn(self) -> str:
        """Whose turn it is, one of `TURNS`."""
        return turn_of(self.reasons[0].code)

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


def evaluate(subject: Subject) -> tuple[str, Sequence[ReasonCode]]:
    """The classification alone, with what led to it; `classify` puts it into words.

    The first reason decides: all that are given together lead to the same.
    """
    causes = _causes(subject)
    return classification_of(causes[0].code), causes


def _causes(subject: Subject) -> Sequence[ReasonCode]:
    """The reasons in the first row that fits of the table of docs/routing.md."""
    state = subject.state
    if state == states.CLOSED:
        return [ReasonCode("closed")]
    if subject.duplicate_of is not None:
        return [ReasonCode("duplicate", subject.duplicate_of, subject.duplicate_of)]
    if state == states.DONE:
        return [ReasonCode("done")]
    if state == states.INPROGRESS:
        code = _progress(subject)
        return [ReasonCode(code, subject.review.url if code == "merge_awaited" else "")]
    return _causes_before_work(subject)


#: Made once: of a large store very many tickets have it.
_FREE = (ReasonCode("queued_and_free"),)


def _causes_before_work(subject: Subject) -> Sequence[ReasonCode]:
    lacking = [ReasonCode(ACCEPTANCE_MISSING)] if subject.cannot_be_accepted else []
    if subject.state == states.PLANNING:
        return lacking or [ReasonCode("not_marked_ready")]
    blocking = list(_blocking(subject))
    if subject.state == states.READY:
        return [ReasonCode("not_queued"), *blocking]
    return blocking or lacking or subject.holds or _FREE


def _progress(subject: Subject) -> str:
    """How a ticket in progress stands."""
    review = subject.review
    if review.needs == NEEDS_MERGE:
        return "merge_awaited"
    if review.needs:
        return "answer_needed" if review.needs == NEEDS_ANSWER else "person_needed"
    if review.is_unreviewed:
        return "unreviewed_work"
    if review.asks_for_changes:
        return "changes_requested"
    if subject.claim_is_dead and not review.has_work:
        return "stalled"
    return "approved" if review.approves else "under_way"


def _blocking(subject: Subject) -> Iterator[ReasonCode]:
    for blocker in subject.blockers:
        about = f"{blocker.ticket} ({blocker.state})" if blocker.state else blocker.ticket
        yield ReasonCode(blocker_code(blocker), about, blocker.ticket, blocker.state)
    if subject.cycle:
        yield ReasonCode("cycle", " → ".join(subject.cycle))
    if subject.is_diverged:
        yield ReasonCode("diverged")
    for doubt in subject.doubts:
        yield ReasonCode(doubt.code, doubt.about, doubt.ticket)


def blocker_code(blocker: ChainedBlocker) -> str:
    """The reason that a blocker is, by what is wrong with it, if anything is."""
    if is_name_elsewhere(blocker.ticket):
        return DEPENDENCY_MISSING
    return f"blocker_{blocker.problem}" if blocker.problem else "blocked"


def _unblock(subject: Subject, classification: str, *, japanese: bool) -> Iterator[str]:
    is_held = classification in (BLOCKED, WAITING)
    is_early = classification == REQUIREMENTS_SYNC_NEEDED or is_held
    if is_early and subject.cannot_be_accepted:
        yield remedy(ACCEPTANCE_MISSING, japanese=japanese, about=subject.ticket)
    if not is_held:
        return
    for blocker in subject.blockers:
        last = blocker.chain[-1] if blocker.chain else blocker.ticket
        code = blocker_code(blocker)
        if code == DEPENDENCY_MISSING:
            about = f"{subject.ticket} {blocker.via} {blocker.ticket}"
            yield remedy(code, japanese=japanese, about=about)
        elif blocker.problem or last == blocker.ticket or subject.cycle:
            yield remedy(code, japanese=japanese, about=blocker.ticket)
        else:
            yield finish_chain(blocker.ticket, last, japanese=japanese)
    if subject.cycle:
        yield remedy("cycle", japanese=japanese)
    if subject.is_diverged:
        yield remedy("diverged", japanese=japanese)
    for doubt in subject.doubts:
        yield doubt.remedy(japanese=japanese)
    if subject.state == states.READY:
        yield remedy("not_queued", japanese=japanese, about=subject.ticket)
    for hold in subject.holds:
        yield remedy(hold.code, japanese=japanese, about=hold.about)


def _notices(subject: Subject, classification: str, *, japanese: bool) -> Iterator[str]:
    if not subject.has_acceptance and classification in (IMPLEMENTATION_READY, BLOCKED, WAITING):
        yield sentence(ACCEPTANCE_MISSING, japanese=japanese)
    if subject.is_diverged and classification != BLOCKED:
        yield sentence("diverged", japanese=japanese)
    if classification != BLOCKED:
        for doubt in subject.doubts:
            yield doubt.text(japanese=japanese)
