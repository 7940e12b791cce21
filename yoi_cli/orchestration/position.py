"""How far a ticket is on its way from accepted to merged (docs/orchestrate.md)."""

from __future__ import annotations

from yoi_cli.model.events import REVIEW
from yoi_cli.named_tuple import NamedTuple

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
#: Where a request at a forge is merged: the branch is pushed, the request is waited for, and the
#: target here follows.
PUSH = "push"
PULL_REQUEST = "pull_request"
FORWARD = "forward"
MERGED = "merged"
CLEANUP = "cleanup"
KEPT = "kept"
PERSON = "person"
RESUMED = "resumed"
#: What is told on the way and changes no stage: a worktree whose folder was gone stands again;
#: the target moved while a coder worked, by no merge of an orchestrator.
REMADE = "remade"
TARGET_MOVED = "target_moved"
#: Several coders on one ticket: they begin, one of them has ended, a reviewer is to choose among
#: them, chose none, and one is chosen.
CANDIDATES = "candidates"
CANDIDATE = "candidate"
CHOOSE = "choose"
NO_CHOICE = "no_choice"
CHOSEN = "chosen"
NEEDS_ANSWER = "needs_answer"
ANSWERED = "answered"

#: What reports speak of: a round's work, or its merge.
EVIDENCE = "evidence"
INTEGRATION = "integration"
PASSED = "passed"
FAILED = "failed"

#: Why a coder is sent back: the kinds of what it is told of.
CONFLICT = "integration"
VALIDATION = "validation"
FAILURE = "failure"


class Request(NamedTuple):
    """Something that a coder has to answer: a review, a conflict, failed validation, a failure.

    `is_told` says that a coder was started since, who was told of it.
    """

    kind: str
    author: str
    at: str
    text: str
    is_told: bool = False


#: How a candidate ended: what it committed can be chosen, is not good enough, or it asks, or its
#: agent could not run.
FIT = "fit"
UNFIT = "unfit"
ASKED = "asked"
UNABLE = "unable"


class Candidate(NamedTuple):
    """One of several coders on a ticket, which has ended: its round, how, what it committed last,
    and what is told of it."""

    number: int
    status: str
    commit: str
    text: str


class Position(NamedTuple):
    """What the log says of a ticket's present way.

    `holder` and `generation` are those of its claim; `is_own` says that this clone wrote that.
    `stage` is the newest step. `branch`, `worktree` (a path relative to the repository), `target`
    and `base` were agreed on at its beginning. `round` counts coders, `validations`, `reviews` and
    `merges` what their names say; `spent` counts coders, and `tries` reviewers, since somebody last
    had a word. `start` is the branch's head before the newest coder, which goes on with the session
    of the one before where it `resumes`; `commit` what the stage is about, `reported` the newest
    commit whose evidence was good, `tree` a word for what was not committed when the stage began.
    `merge` and `old` are the merge commit and the target's head that it was made on. `requests` go
    into the next coder's prompt, `report` into the reviewer's. `approved` is what somebody approved
    while a person was waited for: what fails of it is theirs; `unrecorded` are
    approvals of what is reported that count for nothing: their authors and why; `is_endorsed` says
    that a reviewer approved it, whose approval does not count since a person is to sign.
    `url` and `number` are those of the request at the forge, `pushed` the commits that were ever
    pushed for it, `taken` the reviews that were taken over from there, and `aim` the commit that
    the target here is brought forward to.
    `question` is what the coder asks, `asked` what the one before did, `is_answered` whether
    somebody has answered. `before` is the stage from which a person was asked for, `reason` why; of
    an agent that could not run, the stage it was started at. `unable` counts those since somebody
    last had a word, `profile` is the newest agent's. `contest` are the rounds of the coders that
    were put to the ticket beside one another, as long as no other was; `candidates` are those of
    them that have ended, `chosen` is the round of the one that goes on, 0 for none. The newest
    coder works on `coder_runtime`, the newest reviewer on `reviewer_runtime`; empty is this
    clone's own.
    """

    state: str
    holder: str = ""
    generation: int = 0
    is_own: bool = False
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
    resumes: bool = False
    commit: str = ""
    reported: str = ""
    tree: str = ""
    merge: str = ""
    old: str = ""
    requests: tuple[Request, ...] = ()
    report: str = ""
    approved: str = ""
    unrecorded: tuple[tuple[str, str], ...] = ()
    is_endorsed: bool = False
    question: str = ""
    asked: str = ""
    is_answered: bool = False
    before: str = ""
    reason: str = ""
    unable: int = 0
    profile: str = ""
    url: str = ""
    number: str = ""
    pushed: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    aim: str = ""
    contest: tuple[int, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    chosen: int = 0
    coder_runtime: str = ""
    reviewer_runtime: str = ""

    @property
    def coder(self) -> int:
        """The round of the coder whose work is on the ticket's branch."""
        return self.chosen or self.round

    @property
    def fit(self) -> tuple[Candidate, ...]:
        """The candidates that can be chosen."""
        return tuple(one for one in self.candidates if one.status == FIT)

    @property
    def unended(self) -> tuple[int, ...]:
        """The rounds of the candidates of which it is not known how they ended."""
        ended = {one.number for one in self.candidates}
        return tuple(number for number in self.contest if number not in ended)

    @property
    def is_vetoed(self) -> bool:
        """Whether a review asked for changes that no coder has been told of yet."""
        return any(one.kind == REVIEW and not one.is_told for one in self.requests)


def is_same_commit(one: str, other: str) -> bool:
    """Whether two ids name one commit; one of them may be shortened to 7 digits or more."""
    short, full = sorted((one, other), key=len)
    return len(short) >= 7 and full.startswith(short)
