"""One ticket on its way from accepted to merged, a step at a time (docs/orchestrate.md).

Every step looks at the log first, does what the log's newest step asks for, and records the
next one before its side effect. Nothing is remembered that the log and the workers could not
tell again, so that a run may end anywhere.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.model import states
from yoi_cli.model.events import WORKER
from yoi_cli.model.shared_claim import UNREACHABLE
from yoi_cli.model.workers.profiles import CODER, REVIEWER
from yoi_cli.orchestration import (
    after_merge,
    candidates,
    choosing,
    coding,
    integration,
    pull_request,
    review,
)
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.contest_steps import can_be_chosen
from yoi_cli.orchestration.context import (
    FAILURE,
    LEFT,
    PERSON,
    WAITS,
    RunOutcome,
    TicketContext,
)
from yoi_cli.orchestration.elsewhere import UNREACHABLE as NOT_ASKED
from yoi_cli.orchestration.far_coding import CLONE_CHANGED
from yoi_cli.orchestration.journal import CLAIM_LOST, MOVED_ON
from yoi_cli.orchestration.merge_queue import WAITING
from yoi_cli.orchestration.position import is_same_commit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.workers.profiles import Settings
    from yoi_cli.orchestration.elsewhere import Away
    from yoi_cli.orchestration.merge_queue import MergeQueue
    from yoi_cli.orchestration.places import Places
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.orchestration.target_check import TargetCheck

#: What the next run may well not meet again: nobody is asked for it. Ctrl-C ends a git, too.
_PASSING = frozenset(
    {
        *("lock_timeout", "worker_limit", "worker_timeout", "git_ended", "claim_not_shared"),
        *("claim_remote_unreachable", "claim_refs_refused", "claim_busy"),
        *("remote_unreachable", "remote_timeout", "branch_moved", "forge_timeout"),
    }
)
#: Stages in which the target may be moving, and git's index be held by a move that was cut short.
_MOVING = frozenset({stages.ADVANCE, stages.FORWARD})
_AFTER_MERGE = frozenset({stages.MERGED, stages.CLEANUP, stages.KEPT})
_WITHOUT_WORK = _AFTER_MERGE | {stages.PULL_REQUEST, stages.FORWARD, stages.PERSON}
#: Stages in which nobody is put to work in the next step, or which count their places themselves.
_WITHOUT_PLACE = _WITHOUT_WORK - {stages.PULL_REQUEST} | {stages.NEEDS_ANSWER, stages.CANDIDATES}
#: Stages after which a coder begins, and a reviewer.
_BEFORE_CODER = frozenset(
    {
        *("", stages.ACCEPTED, stages.WORKTREE, stages.CODER, stages.REJECTED, stages.CHANGES),
        stages.ANSWERED,
    }
)
_BEFORE_REVIEWER = frozenset({stages.REPORTED, stages.NO_VERDICT, stages.REVIEWER})


class TicketRun:
    """One ticket that this process works on; the caller holds it in the local state."""

    def __init__(
        self,
        ports: OrchestrationPorts,
        ticket: TicketId,
        queue: MergeQueue,
        check: TargetCheck,
        places: Places,
    ) -> None:
        self._context = TicketContext(ports, ticket, queue, check, places)
        self._places = places
        self._queue = queue
        self.ticket, self.title = ticket, self._context.title
        self._tried_again = False
        self._runtimes: set[str] = set()
        self.stage = ""
        self.worker = ""

    @property
    def waits(self) -> str:
        """What is waited for at the forge, as a sentence; empty where there is work to do."""
        return self._context.waits

    @property
    def needs_room(self) -> bool:
        """Whether somebody may be put to work in its next step."""
        with suppress(YoiError):  # the step will say so
            return self._context.journal.position().stage not in _WITHOUT_WORK
        return True

    def waiting(self) -> RunOutcome:
        """How far the run came with a ticket that waits at the forge, or for a runtime."""
        if self.away is not None:
            text = f"{self.away.text} Its worker is waited for; the next run looks again."
            return self._context.outcome(WAITS, NOT_ASKED, text)
        return self._context.outcome(WAITS, stages.PULL_REQUEST, self.waits)

    def step(self) -> bool | RunOutcome:
        """Go one step: True where one was made, False where a worker is waited for."""
        try:
            at = self._context.journal.position()
            self.stage, self.worker = at.stage, ""
            self._context.far.away = None
            self._runtimes |= {at.coder_runtime, at.reviewer_runtime}
            if at.stage != stages.PULL_REQUEST:
                self._context.waits = ""
            if at.stage not in WAITING:
                self._queue.leave(self.ticket)
            if not self._context.journal.is_ours(at):
                is_unrecorded = self._context.journal.is_unrecorded(at)
                return self._begin_anew(at) if is_unrecorded else self._leave(at)
            return self._step(at)
        except ConflictError as error:
            if error.code == MOVED_ON:
                return True
            if error.code == CLAIM_LOST:
                self._end_workers()
                return self._context.outcome(LEFT, error.code, error.message)
            return self._fail(error)
        except YoiError as error:
            return self._fail(error)

    def _has_place(self, at: Position) -> bool:
        """Whether there is a place for who works on it next."""
        if at.stage in _WITHOUT_PLACE:
            return True
        if at.stage == stages.PULL_REQUEST:
            self._places.use(self.ticket)
            return True
        return self._places.move(self.ticket, where_next(at, self._context.ports.settings))

    @property
    def away(self) -> Away | None:
        """The runtime whose worker is waited for, and which cannot be asked."""
        return self._context.far.away

    def _step(self, at: Position) -> bool | RunOutcome:
        # A move that a crash cut short holds git's index, for which every write waits.
        if at.state == states.INPROGRESS and at.stage not in _MOVING:
            self._context.journal.keep_claim(at)
        if at.state != states.INPROGRESS and at.stage not in _AFTER_MERGE:
            self._end_workers()
            return self._context.outcome(LEFT, at.state, f"It is {at.state} now.")
        noticed = self._context.watch.noticed
        if noticed and at.state == states.INPROGRESS and at.stage != stages.PERSON:
            self._context.call_person(at, CLONE_CHANGED, " ".join(noticed))
            noticed.clear()
            return True
        if not self._has_place(at):
            return False
        if at.stage == stages.PERSON:
            done = self._wait_for_person(at)
        elif at.stage == stages.NEEDS_ANSWER:
            done = self._wait_for_answer(at)
        else:
            done = _STEPS[at.stage](self._context, at)
        self.worker = self._context.watch.worker
        return done

    def _wait_for_person(self, at: Position) -> bool | RunOutcome:
        """A commit of theirs, an approval of the branch's head, or `--retry` is the answer."""
        head = self._context.head(at)
        is_approved = is_same_commit(at.approved, head) and head != at.reported
        if head and (head != at.commit or is_approved):
            worktree = self._context.standing_worktree(at)
            if worktree is not None and worktree.branch == at.branch:
                return self._context.take_evidence(at, head)
        if at.before == stages.ADVANCE and not self._tried_again:
            self._tried_again = True
            return review.advance(self._context, at)
        if at.before == stages.PULL_REQUEST and not self._tried_again:
            self._tried_again = True
            if pull_request.look_again(self._context, at):
                return True
        how = "`yoi inbox` says why, and what answers it."
        if can_be_chosen(at):
            numbers = " or ".join(str(one.number) for one in sorted(at.fit))
            how = f"yoi ticket review {self.ticket} --choose N -m TEXT, with N {numbers}"
        text = f"It waits for a person ({at.reason}): {how}"
        return self._context.outcome(PERSON, at.reason, text, head)

    def _wait_for_answer(self, at: Position) -> RunOutcome:
        how = f"yoi ticket answer {self.ticket} -m TEXT"
        question = " ".join(at.question.split())
        return self._context.outcome(PERSON, at.stage, f"The coder asks: {question} Answer: {how}")

    def resume(self) -> None:
        """Somebody asks to go on with what waits for a person."""
        at = self._context.journal.position()
        waits = at.stage in (stages.PERSON, stages.NEEDS_ANSWER)
        if waits and self._context.journal.is_ours(at):
            self._context.record(at, stages.RESUMED, "Somebody asked to go on with `--retry`.")

    def _fail(self, error: YoiError) -> RunOutcome:
        """What fails after acceptance is recorded on the ticket; nothing is silently undone."""
        lasting = error.code not in _PASSING
        noticed = self._context.watch.noticed
        if error.code == UNREACHABLE:
            self._end_workers()  # whether the ticket is still this clone's, nobody can say
        try:
            at = self._context.journal.position()
            ours = at.state == states.INPROGRESS and self._context.journal.is_ours(at)
            if lasting and ours and at.stage != stages.PERSON:
                # What a worker changed may well be why this failed.
                code = CLONE_CHANGED if noticed else error.code
                self._context.call_person(at, code, " ".join([*noticed, error.message]))
                noticed.clear()
            result = PERSON if lasting and ours else FAILURE
        except YoiError:
            result = FAILURE  # the log cannot be written: what was wrong first is said
        return self._context.outcome(result, error.code, error.message)

    def _begin_anew(self, at: Position) -> bool:
        """A ticket whose steps this clone did not note goes to a person, once."""
        text = (
            "A person is needed: this clone has the ticket, and no note that it wrote the steps "
            "in its log: an older version, or somebody else, made them. None of them counts. Look "
            "at its branch; `--retry` begins its way anew there."
        )
        event = self._context.journal.event(
            WORKER,
            text,
            step=stages.PERSON,
            reason="not_noted",
            holder=at.holder,
            generation=str(at.generation + 1),
        )
        self._context.journal.begin_anew(at, event)
        self._context.tell(stages.PERSON, text)
        return True

    def _leave(self, at: Position) -> RunOutcome:
        """Somebody took the ticket back or over: its worker is not to go on."""
        self._end_workers()
        text = f"It is {at.state}, and not this clone's orchestrators' any more."
        return self._context.outcome(LEFT, "taken_back", text)

    def _end_workers(self) -> None:
        """End what this run started for the ticket and is not wanted any more."""
        runtime = self._context.ports.runtime
        for view in runtime.all():
            if self._context.watch.started(view) and not view.has_ended:
                runtime.stop(view.worker_id)
        self._context.far.end(*self._runtimes)


def where_next(at: Position, settings: Settings) -> str:
    """The runtime on which somebody works, or is to work next; empty is this clone's own."""
    if at.stage == stages.CODER:
        return at.coder_runtime
    if at.stage == stages.REVIEWER:
        return at.reviewer_runtime
    stage = at.before if at.stage == stages.COULD_NOT_RUN else at.stage
    if stage in _BEFORE_CODER:
        return settings.runtime_of(CODER)
    return settings.runtime_of(REVIEWER) if stage in _BEFORE_REVIEWER else ""


def _run_again(context: TicketContext, at: Position) -> bool | RunOutcome:
    """Start the agent that could not run anew, once its profile, or a fallback, may work."""
    if at.before == stages.CHOOSE:
        return choosing.send_chooser(context, at)
    send = review.send_reviewer if at.before == stages.REVIEWER else coding.send_coder
    return send(context, at)


#: What is done at each stage but that of waiting for a person.
_STEPS: Mapping[str, Callable[[TicketContext, Position], bool | RunOutcome]] = {
    stages.ACCEPTED: coding.ask_for_ticket,
    stages.WORKTREE: coding.enter_worktree,
    stages.CODER: coding.follow_coder,
    stages.CANDIDATES: candidates.follow,
    stages.CHOOSE: choosing.follow_chooser,
    stages.NO_CHOICE: choosing.send_chooser,
    stages.CHOSEN: choosing.adopt,
    stages.VALIDATE: coding.validate,
    stages.COULD_NOT_RUN: _run_again,
    stages.REPORTED: review.send_reviewer,
    stages.NO_VERDICT: review.send_reviewer,
    stages.REJECTED: coding.send_coder,
    stages.CHANGES: coding.send_coder,
    stages.ANSWERED: coding.send_coder,
    stages.REVIEWER: review.follow_reviewer,
    stages.APPROVED: review.approve,
    stages.MERGE: integration.merge,
    stages.VALIDATE_MERGE: integration.validate,
    stages.ADVANCE: review.advance,
    stages.PUSH: pull_request.push,
    stages.PULL_REQUEST: pull_request.wait,
    stages.FORWARD: pull_request.forward,
    stages.MERGED: after_merge.close,
    stages.CLEANUP: after_merge.clean_up,
    stages.KEPT: after_merge.end,
}
