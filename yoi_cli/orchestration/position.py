"""How far a ticket is on its way from accepted to merged, by its log alone (docs/orchestrate.md).

The log is the journal: every step is recorded before its side effect, so that whoever comes
after a kill folds the thread and goes on from there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.model import events, states
from yoi_cli.model.events import CLAIM, WORKER
from yoi_cli.model.fold import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.model.events import Event

    _Step = Callable[["Position", Mapping[str, str], str], "Position"]

#: The stages, which are also the words of the attribute `step` where an event records one.
ACCEPTED = "accepted"
WORKTREE = "worktree"
CODER = "coder"
VALIDATE = "validate"
REPORTED = "reported"
REJECTED = "rejected"
COULD_NOT_RUN = "could_not_run"
REVIEWER = "reviewer"
NO_VERDICT = "no_verdict"
APPROVED = "approved"
CHANGES = "changes"
MERGE = "merge"
VALIDATE_MERGE = "validate_merge"
ADVANCE = "advance"
MERGED = "merged"
CLEANUP = "cleanup"
KEPT = "kept"
PERSON = "person"
RESUMED = "resumed"
#: What is told on the way and changes no stage: a worktree whose folder was gone stands again;
#: the target moved while a coder worked, by no merge of an orchestrator.
REMADE = "remade"
TARGET_MOVED = "target_moved"

#: What reports speak of: a round's work, or its merge.
EVIDENCE = "evidence"
INTEGRATION = "integration"
PASSED = "passed"
FAILED = "failed"

#: Stages in which a review may be given and counts at once.
_REVIEWABLE = frozenset(
    {REPORTED, REVIEWER, NO_VERDICT, APPROVED, CHANGES, REJECTED, PERSON, COULD_NOT_RUN}
)
#: Stages in which asking for changes still keeps the target branch where it is.
_STOPPABLE = _REVIEWABLE | {MERGE, VALIDATE_MERGE}


class Position(NamedTuple):
    """What the log says of a ticket's present way.

    `holder` and `generation` are those of its newest claim. `stage` is the newest step.
    `branch`, `worktree` (a path relative to the repository), `target` and `base` were agreed
    on at its beginning. `round` counts coders, `validations`, `reviews` and `merges` what
    their names say; `spent` counts coders, and `tries` reviewers, since somebody last had a
    word. `start` is the branch's head before the newest coder, `commit` what the stage is
    about, `reported` the newest commit whose evidence was good, `tree` a word for what was not
    committed when the stage began. `merge` and `old` are the
    merge commit and the target's head that it was made on. `feedback` goes into the next coder's
    prompt, `report` into the reviewer's. `before` is the stage from which a person was
    asked for, `reason` why; of an agent that could not run, the stage it was started at.
    `unable` counts those since somebody last had a word, `profile` is the newest agent's.
    """

    state: str
    holder: str = ""
    generation: int = 0
    stage: str = ""
    branch: str = ""
    worktree: str = ""
    target: str = ""
    base: str = ""
    round: int = 0
    spent: int = 0
    validations: int = 0
    reviews: int = 0
    tries: int = 0
    merges: int = 0
    start: str = ""
    commit: str = ""
    reported: str = ""
    tree: str = ""
    merge: str = ""
    old: str = ""
    feedback: str = ""
    report: str = ""
    before: str = ""
    reason: str = ""
    unable: int = 0
    profile: str = ""
    verdicts: tuple[tuple[str, str, str], ...] = ()

    def verdict_on(self, commit: str) -> tuple[str, str]:
        """The newest review of `commit`, and its text; empty where there is none."""
        for about, verdict, text in reversed(self.verdicts):
            if is_same_commit(about, commit):
                return verdict, text
        return "", ""


def is_same_commit(one: str, other: str) -> bool:
    """Whether two ids name one commit; one of them may be shortened to 7 digits or more."""
    short, full = sorted((one, other), key=len)
    return len(short) >= 7 and full.startswith(short)


def position_of(thread: Sequence[Event]) -> Position:
    """The position that a ticket's events say. One that was never accepted has no stage."""
    folded = fold(thread)
    begun = [move.line for move in folded.moves if move.target == states.INPROGRESS]
    holder, generation = _newest_claim(thread)
    at = Position(folded.state, holder, generation)
    if not begun or folded.state not in (states.INPROGRESS, *states.RESOLVED_STATES):
        return at
    at = at._replace(stage=ACCEPTED)
    for event in thread:
        if event.line > begun[-1]:
            at = _after(at, event)
    return at


def _newest_claim(thread: Sequence[Event]) -> tuple[str, int]:
    """Holder and generation of the newest claim; empty where it was given back."""
    for event in reversed(thread):
        if event.kind == CLAIM:
            number = event.attributes.get("generation", "")
            if event.status != "taken" or not (number.isascii() and number.isdigit()):
                break
            return event.attributes.get("holder", ""), int(number[:9])
    return "", 0


def _after(at: Position, event: Event) -> Position:
    """The position after one more event."""
    if event.kind == events.REVIEW:
        return _after_review(at, event)
    step = RECORDED.get((event.kind, event.attributes.get("step", "")))
    return at if step is None else step(at, event.attributes, event.body)


def _after_review(at: Position, event: Event) -> Position:
    verdict, commit = event.status, event.attributes.get("commit", "")
    if verdict not in (events.APPROVE, events.REQUEST_CHANGES):
        return at
    if verdict == events.APPROVE and at.stage == CODER:
        return at  # of what the coder makes nobody else can know yet
    if commit:
        at = at._replace(verdicts=(*at.verdicts, (commit, verdict, event.body)))
    if at.stage == PERSON:
        at = at._replace(unable=0)
    spent = 0 if at.stage == PERSON else at.spent
    if verdict == events.REQUEST_CHANGES and at.stage in _STOPPABLE:
        return at._replace(stage=CHANGES, feedback=event.body, spent=spent)
    if (
        at.stage in _REVIEWABLE
        and verdict == events.APPROVE
        and is_same_commit(commit, at.reported)
    ):
        return at._replace(stage=APPROVED, commit=at.reported, spent=spent)
    return at


def _to(stage: str, *names: str, counted: tuple[str, ...] = ()) -> _Step:
    """A step to `stage` that brings the attributes `names`, and is one more of each `counted`."""

    def step(at: Position, attributes: Mapping[str, str], body: str) -> Position:
        fields = at._asdict()
        brought = {name: attributes.get(name, "") for name in names}
        counts = {name: fields[name] + 1 for name in counted}
        return Position(**{**fields, **brought, **counts, "stage": stage})

    return step


def _coder(at: Position, attributes: Mapping[str, str], body: str) -> Position:
    at = at._replace(round=at.round + 1, spent=at.spent + 1, tree=attributes.get("tree", ""))
    start, profile = attributes.get("head", ""), attributes.get("profile", "")
    return at._replace(stage=CODER, start=start, profile=profile)


def _could_not_run(at: Position, attributes: Mapping[str, str], body: str) -> Position:
    """The agent that was started did nothing: neither a round nor a try is counted for it."""
    is_review = attributes.get("role") == REVIEWER
    if is_review:
        at = at._replace(tries=max(0, at.tries - 1), before=REVIEWER)
    else:
        at = at._replace(spent=max(0, at.spent - 1), before=CODER)
    return at._replace(stage=COULD_NOT_RUN, unable=at.unable + 1)


def _validate(at: Position, attributes: Mapping[str, str], body: str) -> Position:
    """Evidence is taken. After a person was asked for, their commit is what is looked at."""
    if at.stage == PERSON:
        at = at._replace(unable=0)
    spent = 0 if at.stage == PERSON else at.spent
    at = at._replace(validations=at.validations + 1, tree=attributes.get("tree", ""), spent=spent)
    return at._replace(stage=VALIDATE, commit=attributes.get("commit", ""))


def _report(at: Position, attributes: Mapping[str, str], body: str) -> Position:
    commit = attributes.get("commit", "")
    if attributes.get("status") != PASSED:
        return at._replace(stage=REJECTED, commit=commit, feedback=body)
    at = at._replace(stage=REPORTED, commit=commit, reported=commit, report=body, tries=0)
    verdict, text = at.verdict_on(commit)
    if verdict == events.APPROVE:
        return at._replace(stage=APPROVED)
    return at._replace(stage=CHANGES, feedback=text) if verdict else at


def _integration(at: Position, attributes: Mapping[str, str], body: str) -> Position:
    return at._replace(stage=REJECTED, commit=attributes.get("commit", ""), feedback=body)


def _person(at: Position, attributes: Mapping[str, str], body: str) -> Position:
    return at._replace(
        stage=PERSON,
        before=at.before if at.stage == COULD_NOT_RUN else at.stage,
        reason=attributes.get("reason", ""),
        commit=attributes.get("commit", ""),
    )


def _told(at: Position, attributes: Mapping[str, str], body: str) -> Position:
    """What is told on the way, and moves nothing."""
    return at


def _resumed(at: Position, attributes: Mapping[str, str], body: str) -> Position:
    """Go on where a person was asked for, with fresh bounds. Where a reviewer gave no
    verdict, another is asked; a worker that could not be started is tried again."""
    if at.stage != PERSON:
        return at
    before = REPORTED if at.before in (NO_VERDICT, REVIEWER) else at.before
    stage = REJECTED if before == CODER else before
    commit = at.reported if stage == REPORTED else at.commit
    return at._replace(stage=stage, commit=commit, spent=0, tries=0, unable=0)


#: By kind and step: the events that a position is folded from, besides reviews.
RECORDED: Mapping[tuple[str, str], _Step] = {
    (WORKER, WORKTREE): _to(WORKTREE, "branch", "worktree", "target", "base"),
    (WORKER, CODER): _coder,
    (WORKER, VALIDATE): _validate,
    (WORKER, REVIEWER): _to(REVIEWER, "tree", "commit", "profile", counted=("reviews", "tries")),
    (WORKER, NO_VERDICT): _to(NO_VERDICT),
    (WORKER, COULD_NOT_RUN): _could_not_run,
    (WORKER, VALIDATE_MERGE): _to(VALIDATE_MERGE, "merge", "old"),
    (WORKER, PERSON): _person,
    (WORKER, RESUMED): _resumed,
    (WORKER, REMADE): _told,
    (WORKER, TARGET_MOVED): _told,
    (WORKER, CLEANUP): _to(CLEANUP),
    (WORKER, KEPT): _to(KEPT),
    (events.DECISION, MERGE): _to(MERGE, "commit", counted=("merges",)),
    (events.DECISION, ADVANCE): _to(ADVANCE, "merge", "old"),
    (events.IMPLEMENTATION_REPORT, EVIDENCE): _report,
    (events.IMPLEMENTATION_REPORT, INTEGRATION): _integration,
    (events.IMPLEMENTATION_REPORT, MERGED): _to(MERGED, "merge"),
}
