"""The coder's rounds: a worktree, a worker in it, and what it left behind (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import events
from yoi_cli.model.profile import CODER
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.evidence import examine, settle, worker_sentence
from yoi_cli.orchestration.position import FAILED
from yoi_cli.orchestration.texts import coder_prompt, evidence_report, short
from yoi_cli.worktrees.ports import NewWorktree

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView


class Coding:
    """Gets a commit out of a coder that can be reviewed. True is a step made, False a wait."""

    def __init__(self, hand: TicketContext) -> None:
        self._hand = hand

    def plan_worktree(self, at: Position) -> bool:
        """Branch, path and base are what the accepted plan says, and the log from now on."""
        tools = self._hand.tools
        plans = [record.accepted_plan for record in tools.store.plan(self._hand.ticket)]
        agreed = next((plan for plan in reversed(plans) if plan is not None), None)
        if agreed is None:
            text = "the accepted plan, which names branch and worktree, is not there any more."
            return self._hand.call_person(at, "plan_missing", text)
        branch, worktree, target = agreed.branch or "", agreed.worktree or "", tools.target
        head = tools.repository.commit_of(f"refs/heads/{target}") or ""
        if tools.repository.commit_of(f"refs/heads/{branch}") is not None:
            head = tools.history.fork_point(f"refs/heads/{branch}", head) or head
        text = f"Worktree `{worktree}` on `{branch}`, from {short(head)} of `{target}`."
        said = {"branch": branch, "worktree": worktree, "target": target, "base": head}
        return self._hand.record(at, stages.WORKTREE, text, **said)

    def enter_worktree(self, at: Position) -> bool:
        """Make the worktree where it does not stand, and begin the first round."""
        standing = self._hand.worktree(at)
        if standing is None or standing.is_unfinished:
            is_there = bool(self._hand.head(at))
            new = NewWorktree(self._hand.ticket, at.worktree, at.branch, at.base, is_there)
            self._hand.tools.yard.add(new)
        return self.send(at)

    def send(self, at: Position) -> bool:
        """Record the next round, or that there were enough of them."""
        rounds = self._hand.tools.settings.orchestration.rounds
        if at.spent > rounds:
            return self._hand.call_person(
                at, "rounds_spent", f"The coder was sent back {rounds} times, and it is not done."
            )
        number = at.round + 1
        profile = self._hand.tools.settings.of_role(CODER).name
        return self._hand.record(
            at,
            stages.CODER,
            f"Round {number}: the coder ({profile}) begins on `{at.branch}`.",
            role=CODER,
            round=str(number),
            head=self._hand.head(at),
        )

    def follow(self, at: Position) -> bool:
        """Wait for the coder, and look at what it left."""
        view = self._coder(at)
        if not view.has_ended:
            return False
        standing = self._hand.worktree(at)
        if standing is None:
            return self._hand.miss_worktree(at)
        if view.cause in ("stopped", "cancelled"):
            return self._hand.call_person(
                at, "worker_stopped", f"Somebody ended the coder: {worker_sentence(CODER, view)}"
            )
        found = examine(self._hand.tools, at, standing, view)
        if found.problems:
            return self._report(at, evidence_report(found), FAILED, found.commit, view)
        return self._hand.take_evidence(at, found.commit)

    def _coder(self, at: Position) -> WorkerView:
        folder, prompt = self._hand.folder(at), coder_prompt(self._hand.job, at, at.round)
        key = self._hand.jobs.key(at, CODER, str(at.round))
        return self._hand.watch.follow(key, lambda: self._hand.jobs.coder(at, folder, prompt))

    def validate(self, at: Position) -> bool:
        """Run the validation commands on the commit, and report."""
        results = self._hand.watch.validate(
            self._hand.jobs, at, f"v{at.validations}", self._hand.folder(at)
        )
        if results is None:
            return False
        standing = self._hand.worktree(at)
        if standing is None:
            return self._hand.miss_worktree(at)
        view = self._hand.tools.runtime.find(self._hand.jobs.key(at, CODER, str(at.round)))
        found = settle(self._hand.tools, at, standing, view, results)
        status = FAILED if found.problems else stages.PASSED
        return self._report(at, evidence_report(found), status, at.commit, view)

    def _report(
        self, at: Position, text: str, status: str, commit: str, view: WorkerView | None
    ) -> bool:
        event = self._hand.journal.event(
            events.IMPLEMENTATION_REPORT,
            self._hand.jobs.redacted(text),
            step=stages.EVIDENCE,
            status=status,
            round=str(at.round),
            worker=view.worker_id if view else "",
            generation=str(at.generation),
            commit=commit,
        )
        self._hand.journal.record(at, event)
        said = text.partition("\n")[0]
        self._hand.tell(f"report {status}", said, view.worker_id if view else "", commit)
        return True
