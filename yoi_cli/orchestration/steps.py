"""Folding a ticket's log into its position on its way to be merged (docs/orchestrate.md).

The log is the journal: every step is recorded before its side effect, so that whoever comes
after a kill folds the thread and goes on from there. Of steps and approvals those alone count that
this clone wrote itself, under the claim that holds; what others ask for always does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import events, states
from yoi_cli.model.events import WORKER
from yoi_cli.model.fold import fold
from yoi_cli.model.own_events import is_own
from yoi_cli.model.signed_review import NONCE
from yoi_cli.orchestration import contest_steps
from yoi_cli.orchestration.approvals import GIVEN_AT_FORGE, REPEATED, LocalApprovals, Worth
from yoi_cli.orchestration.holder import claim_of
from yoi_cli.orchestration.position import (
    ACCEPTED,
    ADVANCE,
    ANSWERED,
    APPROVED,
    CANDIDATE,
    CANDIDATES,
    CHANGES,
    CHOOSE,
    CHOSEN,
    CLEANUP,
    CODER,
    CONFLICT,
    COULD_NOT_RUN,
    EVIDENCE,
    FAILURE,
    FORWARD,
    INTEGRATION,
    KEPT,
    MERGE,
    MERGED,
    NEEDS_ANSWER,
    NO_CHOICE,
    NO_VERDICT,
    PASSED,
    PERSON,
    PULL_REQUEST,
    PUSH,
    REJECTED,
    REMADE,
    REPORTED,
    RESUMED,
    REVIEWER,
    TARGET_MOVED,
    VALIDATE,
    VALIDATE_MERGE,
    VALIDATION,
    WORKTREE,
    Position,
    Request,
    is_same_commit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.orchestration.approvals import Approvals

    _Step = Callable[[Position, Event], Position]

#: The attribute of a review that was given at a forge: its mark there.
FORGE = "forge"
#: The attribute of a step that begins an agent elsewhere: on which runtime.
RUNTIME = "runtime"
#: Stages in which an approval may be given and counts at once.
_REVIEWABLE = frozenset({REPORTED, REVIEWER, NO_VERDICT, CHANGES, REJECTED, COULD_NOT_RUN, PERSON})
#: Stages in which asking for changes sends the coder back at once. In the others it is kept in
#: mind, and holds what comes.
_STOPPABLE = _REVIEWABLE | {
    *(APPROVED, MERGE, VALIDATE_MERGE, PUSH, PULL_REQUEST, NEEDS_ANSWER, ANSWERED),
    *(CHOOSE, NO_CHOICE),
}


def position_of(
    thread: Sequence[Event],
    marks: Container[str],
    *,
    ticket: str = "",
    approvals: Approvals | None = None,
) -> Position:
    """The position that the events of `ticket` say. One that was never accepted has no stage.

    `marks` are those of the events that this clone wrote (`model/own_events.py`); `approvals` says
    which approvals count, by default those that it wrote.
    """
    folded = fold(thread)
    begun = [move.line for move in folded.moves if move.target == states.INPROGRESS]
    at = Position(folded.state, *claim_of(thread, marks))
    if not begun or folded.state not in (states.INPROGRESS, *states.RESOLVED_STATES):
        return at
    at = at._replace(stage=ACCEPTED)
    counted = [(event, is_own(event, marks)) for event in thread if event.kind in _COUNTED]
    since = _beginning(at, begun, counted)
    approvals, repeated = approvals or LocalApprovals(), _repeated(thread)
    for event, own in counted:
        if event.line <= since:
            continue
        if event.kind == events.REVIEW and FORGE in event.attributes:
            at = _after_forge(at, event, is_own=own)
        elif event.kind == events.REVIEW and event.status == events.APPROVE:
            worth = approvals.worth(ticket, event, at.target, is_own=own)
            worth = Worth(REPEATED) if event.line in repeated else worth
            at = _after_approval(at, event, worth, is_own=own)
        else:
            at = _after(at, event, is_own=own)
    return at


def approvals_in(
    thread: Sequence[Event], marks: Container[str], ticket: str, target: str, approvals: Approvals
) -> Mapping[str, Worth]:
    """What each approval in a log is worth, by the event's identity: by who gave it, whatever the
    ticket waits for."""
    repeated = _repeated(thread)
    return {
        event.identity: Worth(REPEATED)
        if event.line in repeated
        else Worth(GIVEN_AT_FORGE)
        if FORGE in event.attributes
        else approvals.worth(ticket, event, target, is_own=is_own(event, marks))
        for event in thread
        if event.kind == events.REVIEW and event.status == events.APPROVE
    }


def _repeated(thread: Sequence[Event]) -> frozenset[int]:
    """The lines of signed reviews that are in the log already: what was signed once counts once,
    whoever writes it down again."""
    signed = [event for event in thread if NONCE in event.attributes]
    seen = {event.attributes[NONCE]: event.line for event in reversed(signed)}
    return frozenset(one.line for one in signed if seen[one.attributes[NONCE]] != one.line)


def _beginning(at: Position, begun: Sequence[int], counted: Sequence[tuple[Event, bool]]) -> int:
    """Where the present way began: the last move to `inprogress` before the claim's first step.

    What moves the ticket to and fro after that does not begin it anew: that takes a new claim.
    """
    steps = (event.line for event, own in counted if own and _is_step(at, event))
    first = next(steps, begun[-1] + 1)
    return max((line for line in begun if line < first), default=begun[-1])


def _is_step(at: Position, event: Event) -> bool:
    pairs = event.attributes
    return "step" in pairs and pairs.get("generation") == str(at.generation)


def _after(at: Position, event: Event, *, is_own: bool) -> Position:
    """The position after one more event."""
    if event.kind == events.REVIEW:
        is_veto = event.status == events.REQUEST_CHANGES
        return _after_veto(at, event, is_own=is_own) if is_veto else at
    if event.kind == events.QUESTION:
        return at._replace(question=event.body, is_answered=False) if at.stage == CODER else at
    if event.kind == events.ANSWER:
        return _after_answer(at, is_own=is_own)
    step = RECORDED.get((event.kind, event.attributes.get("step", "")))
    return step(at, event) if step is not None and is_own and _is_step(at, event) else at


def _after_approval(at: Position, event: Event, worth: Worth, *, is_own: bool) -> Position:
    commit = event.attributes.get("commit", "")
    if not worth.counts:
        return _after_worthless(at, event, worth, is_own=is_own)
    if not commit:
        return at
    if at.is_vetoed and "worker" in event.attributes:
        return at  # a worker's approval does not answer what a person asks for
    if at.stage in _REVIEWABLE and is_same_commit(commit, at.reported):
        by_answer = at.reported if at.stage == PERSON else ""
        return at._replace(stage=APPROVED, commit=at.reported, requests=(), approved=by_answer)
    return at._replace(approved=commit) if at.stage == PERSON else at


def _after_worthless(at: Position, event: Event, worth: Worth, *, is_own: bool) -> Position:
    """An approval that counts for nothing is told of; of a reviewer that this clone sent, what it
    found is not asked for again."""
    if not is_same_commit(event.attributes.get("commit", ""), at.reported):
        return at
    if is_own and at.stage == REVIEWER and "worker" in event.attributes:
        return at._replace(stage=REPORTED, is_endorsed=True)
    return at._replace(unrecorded=(*at.unrecorded, (event.author, worth.why_not)))


def _after_forge(at: Position, event: Event, *, is_own: bool) -> Position:
    """A review that was given at the forge is taken over once. What it asks for sends the coder
    back; approving is for the people there to merge by, and for nothing here."""
    if is_own:
        at = at._replace(taken=(*at.taken, event.attributes[FORGE]))
    return _after_veto(at, event, is_own=False) if event.status == events.REQUEST_CHANGES else at


def _after_veto(at: Position, event: Event, *, is_own: bool) -> Position:
    if at.stage in _OVER:
        return at
    asked = Request(events.REVIEW, event.author, event.at, event.body)
    at = at._replace(requests=(*at.requests, asked), approved="")
    has_compared = at.stage == CANDIDATES and not at.unended
    if at.stage not in _STOPPABLE and not has_compared:
        return at
    if at.stage == PERSON and is_own:
        at = at._replace(spent=0, unable=0)
    has_no_worktree = at.stage == PERSON and at.before in (ACCEPTED, WORKTREE)
    return at._replace(stage=at.before if has_no_worktree else CHANGES)


def _after_answer(at: Position, *, is_own: bool) -> Position:
    """An answer lets the coder go on; the round in which it asked is not held against it."""
    if at.stage == NEEDS_ANSWER:
        return at._replace(stage=ANSWERED, spent=max(at.spent - is_own, 0))
    if at.stage in (CODER, CANDIDATES) and at.question and not at.is_answered:
        return at._replace(is_answered=True, spent=max(at.spent - is_own, 0))
    return at


def _to(stage: str, *names: str, counted: tuple[str, ...] = ()) -> _Step:
    """A step to `stage` that brings the attributes `names`, and is one more of each `counted`."""

    def step(at: Position, event: Event) -> Position:
        fields = at._asdict()
        brought = {name: event.attributes.get(name, "") for name in names}
        counts = {name: fields[name] + 1 for name in counted}
        return Position(**{**fields, **brought, **counts, "stage": stage})

    return step


def _coder(at: Position, event: Event) -> Position:
    """A coder begins. After an answer it goes on with the session in which its profile asked, also
    where it could not run at first."""
    profile = event.attributes.get("profile", "")
    is_answered, again = at.stage == ANSWERED, at.stage == COULD_NOT_RUN
    resumes = (is_answered or (again and at.resumes)) and at.profile == profile
    return at._replace(
        stage=CODER,
        round=at.round + 1,
        spent=at.spent + 1,
        tree=event.attributes.get("tree", ""),
        profile=profile,
        coder_runtime=event.attributes.get(RUNTIME, ""),
        start=event.attributes.get("head", ""),
        resumes=resumes,
        asked=at.question if is_answered else at.asked if again else "",
        requests=tuple(one._replace(is_told=True) for one in at.requests),
        question="",
        is_answered=False,
        contest=(),
        candidates=(),
        chosen=0,
    )


def _reviewer(at: Position, event: Event) -> Position:
    """A reviewer begins, here or on a runtime elsewhere."""
    step = _to(REVIEWER, "tree", "commit", "profile", counted=("reviews", "tries"))
    return step(at, event)._replace(reviewer_runtime=event.attributes.get(RUNTIME, ""))


def _could_not_run(at: Position, event: Event) -> Position:
    """The agent that was started did nothing: neither a round nor a try is counted for it, and it
    was told nothing."""
    before, coders = at.stage, len(at.contest) if at.stage == CANDIDATES else 1
    at = at._replace(stage=COULD_NOT_RUN, unable=at.unable + 1)
    if event.attributes.get("role") == REVIEWER:
        is_choice = before == CHOOSE
        return at._replace(tries=max(0, at.tries - 1), before=CHOOSE if is_choice else REVIEWER)
    untold = tuple(one._replace(is_told=False) for one in at.requests)
    return at._replace(spent=max(0, at.spent - coders), before=CODER, requests=untold)


def _validate(at: Position, event: Event) -> Position:
    """Evidence is taken. After a person was asked for, what they committed or approved is what is
    looked at."""
    commit = event.attributes.get("commit", "")
    approved = at.approved if is_same_commit(at.approved, commit) else ""
    at = at._replace(validations=at.validations + 1, tree=event.attributes.get("tree", ""))
    return at._replace(stage=VALIDATE, commit=commit, approved=approved)


def _report(at: Position, event: Event) -> Position:
    """Evidence was found good, or not: then it stays a request until it is, and of what else went
    wrong the newest stays."""
    commit = event.attributes.get("commit", "")
    if event.attributes.get("status") != PASSED:
        kind = VALIDATION if at.stage == VALIDATE else FAILURE
        kept = tuple(one for one in at.requests if one.kind != FAILURE)
        asked = Request(kind, event.author, event.at, event.body)
        return at._replace(stage=REJECTED, commit=commit, requests=(*kept, asked))
    kept = tuple(one for one in at.requests if one.kind not in (VALIDATION, FAILURE))
    at = at._replace(commit=commit, reported=commit, report=event.body, tries=0, unrecorded=())
    at = at._replace(is_endorsed=False)
    at = at._replace(requests=kept, approved="")
    return at._replace(stage=CHANGES if at.is_vetoed else REPORTED)


def _integration(at: Position, event: Event) -> Position:
    asked = Request(CONFLICT, event.author, event.at, event.body)
    commit = event.attributes.get("commit", "")
    return at._replace(stage=REJECTED, commit=commit, requests=(*at.requests, asked))


def _needs_answer(at: Position, event: Event) -> Position:
    question = at.question or event.body
    return at._replace(stage=ANSWERED if at.is_answered else NEEDS_ANSWER, question=question)


def _person(at: Position, event: Event) -> Position:
    return at._replace(
        stage=PERSON,
        before=at.before if at.stage == COULD_NOT_RUN else at.stage,
        reason=event.attributes.get("reason", ""),
        commit=event.attributes.get("commit", ""),
        approved="",
    )


def _push(at: Position, event: Event) -> Position:
    """A commit is pushed: from now on the remote may have it, and may be told to forget it."""
    commit = event.attributes.get("commit", "")
    pushed = at.pushed if commit in at.pushed else (*at.pushed, commit)
    return at._replace(stage=PUSH, commit=commit, pushed=pushed, merges=at.merges + 1)


def _forward(at: Position, event: Event) -> Position:
    """The request was merged as `merge`; the target here goes from `old` to `head`."""
    merge, old, head = (event.attributes.get(name, "") for name in ("merge", "old", "head"))
    return at._replace(stage=FORWARD, merge=merge, old=old, aim=head)


def _told(at: Position, event: Event) -> Position:
    """What is told on the way, and moves nothing."""
    return at


def _resumed(at: Position, event: Event) -> Position:
    """Go on where a person was asked for, with fresh bounds. Where a reviewer gave no
    verdict, another is asked; a worker that could not be started is tried again."""
    if at.stage not in (PERSON, NEEDS_ANSWER):
        return at
    before = REPORTED if at.before in (NO_VERDICT, REVIEWER) else at.before
    before = CANDIDATES if before in (CHOOSE, NO_CHOICE) else before
    stage = REJECTED if before == CODER or at.stage == NEEDS_ANSWER else before
    commit = at.reported if stage == REPORTED else at.commit
    return at._replace(stage=stage, commit=commit, spent=0, tries=0, unable=0, approved="")


#: By kind and step: the events that a position is folded from, besides reviews.
RECORDED: Mapping[tuple[str, str], _Step] = {
    (WORKER, WORKTREE): _to(WORKTREE, "branch", "worktree", "target", "base"),
    (WORKER, CODER): _coder,
    (WORKER, CANDIDATES): contest_steps.candidates,
    (WORKER, CANDIDATE): contest_steps.candidate,
    (WORKER, CHOOSE): _to(CHOOSE, "tree", "profile", counted=("reviews", "tries")),
    (WORKER, NO_CHOICE): _to(NO_CHOICE),
    (events.DECISION, CHOSEN): contest_steps.chosen,
    (WORKER, VALIDATE): _validate,
    (WORKER, REVIEWER): _reviewer,
    (WORKER, NO_VERDICT): _to(NO_VERDICT),
    (WORKER, COULD_NOT_RUN): _could_not_run,
    (WORKER, VALIDATE_MERGE): _to(VALIDATE_MERGE, "merge", "old"),
    (WORKER, NEEDS_ANSWER): _needs_answer,
    (WORKER, PERSON): _person,
    (WORKER, RESUMED): _resumed,
    (WORKER, REMADE): _told,
    (WORKER, TARGET_MOVED): _told,
    (WORKER, CLEANUP): _to(CLEANUP),
    (WORKER, KEPT): _to(KEPT),
    (WORKER, PULL_REQUEST): _to(PULL_REQUEST, "url", "number"),
    (WORKER, FORWARD): _forward,
    (events.DECISION, PUSH): _push,
    (events.DECISION, MERGE): _to(MERGE, "commit", counted=("merges",)),
    (events.DECISION, ADVANCE): _to(ADVANCE, "merge", "old"),
    (events.IMPLEMENTATION_REPORT, EVIDENCE): _report,
    (events.IMPLEMENTATION_REPORT, INTEGRATION): _integration,
    (events.IMPLEMENTATION_REPORT, MERGED): _to(MERGED, "merge"),
}

#: Stages after which nothing can be held back any more.
_OVER = frozenset({FORWARD, MERGED, CLEANUP, KEPT})
#: The kinds of events that a position is folded from.
_COUNTED = frozenset(
    {events.REVIEW, events.QUESTION, events.ANSWER, *(kind for kind, _ in RECORDED)}
)
