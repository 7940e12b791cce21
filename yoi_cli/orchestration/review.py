"""The review of a reported commit, by a worker or a person (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import events
from yoi_cli.model.profile import BY_PERSON, REVIEWER
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.context import PERSON, RunOutcome
from yoi_cli.orchestration.evidence import changes_of_reviewer, tree_word, worker_sentence
from yoi_cli.orchestration.texts import reviewer_prompt, short, verdict_of
from yoi_cli.orchestration.worker_requests import how_it_ended
from yoi_cli.workers.model import EXITED

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.integration import Integration
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView

#: How many reviewers may end without a verdict on one commit before a person is asked for.
REVIEW_TRIES = 2
_REVIEW_BYTES = 200_000


class Reviewing:
    """Gets a verdict on the reported commit."""

    def __init__(self, hand: TicketContext, integration: Integration) -> None:
        self._hand = hand
        self._integration = integration

    def send(self, at: Position) -> bool | RunOutcome:
        """Record that a reviewer begins; a person is waited for instead where that is asked."""
        head = self._hand.head(at)
        if head and head != at.reported:
            return self._hand.take_evidence(at, head)
        if self._hand.tools.settings.orchestration.review == BY_PERSON:
            how = f"yoi ticket review {self._hand.ticket} --approve|--request-changes -m TEXT"
            text = f"{short(at.reported)} waits for a review: {how}"
            return RunOutcome(
                self._hand.ticket, self._hand.title, PERSON, "review", text, at.reported
            )
        if at.tries >= REVIEW_TRIES:
            text = f"{at.tries} reviewers ended without a verdict on {short(at.reported)}."
            return self._hand.call_person(at, "no_verdict", text)
        profile = self._hand.tools.settings.of_role(REVIEWER).name
        standing = self._hand.worktree(at)
        if standing is None:
            return self._hand.miss_worktree(at)
        return self._hand.record(
            at,
            stages.REVIEWER,
            f"The reviewer ({profile}) looks at {short(at.reported)}.",
            role=REVIEWER,
            round=str(at.round),
            tree=tree_word(standing.dirty),
            commit=at.reported,
        )

    def follow(self, at: Position) -> bool | RunOutcome:
        """Wait for the reviewer, and record what it says."""
        view = self._reviewer(at)
        if not view.has_ended:
            return False
        if self._hand.journal.look() != at:
            return True  # it gave its review itself, and the log has it
        standing = self._hand.worktree(at)
        if standing is None:
            return self._hand.miss_worktree(at)
        changed = changes_of_reviewer(at, standing)
        if changed:
            return self._hand.call_person(at, "reviewer_changed", changed)
        verdict = None
        if view.state == EXITED and view.exit_code == 0 and not view.cause:
            verdict = verdict_of(self._hand.jobs.output(view, _REVIEW_BYTES))
        if verdict is None:
            text = (
                f"No verdict on {short(at.commit)}: the reviewer ended with {how_it_ended(view)}, "
                f"and its last line was none.\n\n{worker_sentence(REVIEWER, view)}"
            )
            return self._hand.record(
                at, stages.NO_VERDICT, text, round=str(at.round), worker=view.worker_id,
                commit=at.commit, status=view.state,
            )  # fmt: skip
        text = self._hand.jobs.redacted(verdict.text) or "The reviewer said no more."
        review = self._hand.journal.event(
            events.REVIEW,
            text,
            author=f"{REVIEWER} ({view.profile or 'worker'})",
            status=verdict.status,
            round=str(at.round),
            worker=view.worker_id,
            commit=at.commit,
        )
        self._hand.journal.record(at, review)
        self._hand.tell(verdict.status, text.partition("\n")[0], view.worker_id, at.commit)
        return True

    def _reviewer(self, at: Position) -> WorkerView:
        folder, prompt = self._hand.folder(at), reviewer_prompt(self._hand.job, at)
        key = self._hand.jobs.key(at, REVIEWER, str(at.reviews))
        return self._hand.watch.follow(key, lambda: self._hand.jobs.reviewer(at, folder, prompt))

    def approve(self, at: Position) -> bool | RunOutcome:
        """The approval holds for one commit; whoever gave it must have ended."""
        if at.reviews:
            view = self._hand.tools.runtime.find(self._hand.jobs.key(at, REVIEWER, str(at.reviews)))
            if view is not None and not view.has_ended:
                return False
        head = self._hand.head(at)
        if head != at.reported:
            return self._hand.take_evidence(at, head)
        return self._integration.begin(at)
