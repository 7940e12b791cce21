"""One ticket on its way from accepted to merged, a step at a time (docs/orchestrate.md).

Every step looks at the log first, does what the log's newest step asks for, and records the
next one before its side effect. Nothing is remembered that the log and the workers could not
tell again, so that a run may end anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.model import events, states
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.coding import Coding
from yoi_cli.orchestration.context import FAILURE, LEFT, MERGED, PERSON, RunOutcome, TicketContext
from yoi_cli.orchestration.integration import Integration
from yoi_cli.orchestration.journal import CLAIM_LOST, MOVED_ON
from yoi_cli.orchestration.review import Reviewing
from yoi_cli.orchestration.texts import resolution, short
from yoi_cli.tickets.move import close_ticket

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.model.ids import TicketId
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position

#: What the next run may well not meet again: nobody is asked for it. Ctrl-C ends a git, too.
_PASSING = frozenset({"lock_timeout", "worker_limit", "worker_timeout", "git_ended"})
_AFTER_MERGE = frozenset({stages.MERGED, stages.CLEANUP, stages.KEPT})


class TicketRun:
    """One ticket that this process has in hand; its desk is held."""

    def __init__(self, tools: OrchestrationPorts, ticket: TicketId) -> None:
        hand = self._hand = TicketContext(tools, ticket)
        self.ticket, self.title = ticket, hand.title
        self._coding = Coding(hand)
        self._integration = Integration(hand)
        self._reviewing = Reviewing(hand, self._integration)
        self._tried_again = False
        self.stage = ""
        self.worker = ""

    def step(self) -> bool | RunOutcome:
        """Go one step: True where one was made, False where a worker is waited for."""
        try:
            at = self._hand.journal.look()
            self.stage, self.worker = at.stage, ""
            if not self._hand.journal.is_ours(at):
                return self._leave(at)
            return self._step(at)
        except ConflictError as error:
            if error.code == MOVED_ON:
                return True
            if error.code == CLAIM_LOST:
                return RunOutcome(self.ticket, self.title, LEFT, error.code, error.message)
            return self._fail(error)
        except YoiError as error:
            return self._fail(error)

    def _step(self, at: Position) -> bool | RunOutcome:
        # A move that a crash cut short holds git's index, for which every write waits.
        if at.state == states.INPROGRESS and at.stage != stages.ADVANCE:
            self._hand.journal.keep_claim(at)
        if at.state != states.INPROGRESS and at.stage not in _AFTER_MERGE:
            return RunOutcome(self.ticket, self.title, LEFT, at.state, f"It is {at.state} now.")
        steps: dict[str, Callable[[Position], bool | RunOutcome]] = {
            stages.ACCEPTED: self._coding.plan_worktree,
            stages.WORKTREE: self._coding.enter_worktree,
            stages.CODER: self._coding.follow,
            stages.VALIDATE: self._coding.validate,
            stages.REPORTED: self._reviewing.send,
            stages.NO_VERDICT: self._reviewing.send,
            stages.REJECTED: self._coding.send,
            stages.CHANGES: self._coding.send,
            stages.REVIEWER: self._reviewing.follow,
            stages.APPROVED: self._reviewing.approve,
            stages.MERGE: self._integration.merge,
            stages.VALIDATE_MERGE: self._integration.validate,
            stages.ADVANCE: self._integration.advance,
            stages.MERGED: self._close,
            stages.CLEANUP: self._clean_up,
            stages.KEPT: self._end,
            stages.PERSON: self._wait_for_person,
        }
        done = steps[at.stage](at)
        self.worker = self._hand.watch.worker
        return done

    def _close(self, at: Position) -> bool | RunOutcome:
        settings = self._hand.tools.settings.orchestration
        if at.state == states.DONE and settings.close:
            close_ticket(
                self._hand.tools.store,
                self.ticket,
                resolution(at),
                self._hand.tools.by,
                expect=states.DONE,
                book=self._hand.tools.book,
            )
            self._hand.tell("closed", "with what was merged", commit=at.merge)
            return True
        if settings.cleanup:
            text = f"Taking away `{at.worktree}` and `{at.branch}`, which are merged."
            return self._hand.record(at, stages.CLEANUP, text)
        return self._end(at)

    def _clean_up(self, at: Position) -> bool | RunOutcome:
        self._integration.drop()
        standing = self._hand.worktree(at)
        if standing is None:
            return self._end(at)
        views = self._hand.tools.runtime.all()
        busy = next((v for v in views if v.ticket == self.ticket and not v.has_ended), None)
        if busy is not None:
            text = f"`{at.worktree}` stays: the worker {busy.worker_id} is at work there."
            return self._hand.record(at, stages.KEPT, text)
        try:
            self._hand.tools.yard.remove(standing, force=False)
        except YoiError as error:
            return self._hand.record(at, stages.KEPT, f"`{at.worktree}` stays: {error.message}")
        return self._end(at)

    def _end(self, at: Position) -> RunOutcome:
        text = f"{at.state} and merged into {at.target} as {short(at.merge)}."
        return RunOutcome(self.ticket, self.title, MERGED, at.state, text, at.merge)

    def _wait_for_person(self, at: Position) -> bool | RunOutcome:
        """A commit of theirs, an approval of what stands there, or `--retry` is the answer."""
        head = self._hand.head(at)
        approved = bool(head) and at.verdict_on(head)[0] == events.APPROVE
        if head and (head != at.commit or (approved and head != at.reported)):
            standing = self._hand.worktree(at)
            if standing is not None and standing.branch == at.branch:
                return self._hand.take_evidence(at, head)
        if at.before == stages.ADVANCE and not self._tried_again:
            self._tried_again = True
            return self._integration.advance(at)
        why = f"`yoi ticket show {self.ticket}` says why"
        text = f"It waits for a person ({at.reason}): {why}, and --retry goes on."
        return RunOutcome(self.ticket, self.title, PERSON, at.reason, text, head)

    def resume(self) -> None:
        """Somebody asks to go on with what waits for a person."""
        at = self._hand.journal.look()
        if at.stage == stages.PERSON and self._hand.journal.is_ours(at):
            self._hand.record(at, stages.RESUMED, "Somebody asked to go on with `--retry`.")

    def _fail(self, error: YoiError) -> bool | RunOutcome:
        """What fails after acceptance stands on the ticket; nothing is silently taken back."""
        lasting = error.code not in _PASSING
        try:
            at = self._hand.journal.look()
            ours = at.state == states.INPROGRESS and self._hand.journal.is_ours(at)
            if lasting and ours and at.stage != stages.PERSON:
                self._hand.call_person(at, error.code, error.message)
            result = PERSON if lasting and ours else FAILURE
        except YoiError:
            result = FAILURE  # the log cannot be written: what was wrong first is said
        return RunOutcome(self.ticket, self.title, result, error.code, error.message)

    def _leave(self, at: Position) -> RunOutcome:
        """Somebody took the ticket back or over: its worker is not to go on."""
        runtime = self._hand.tools.runtime
        for view in runtime.all():
            if self._hand.watch.started(view) and not view.has_ended:
                runtime.stop(view.worker_id)
        text = f"It is {at.state}, and not this clone's orchestrators' any more."
        return RunOutcome(self.ticket, self.title, LEFT, "taken_back", text)
