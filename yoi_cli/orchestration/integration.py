"""Bringing an approved commit into the target branch: tried apart, validated, then moved with
a compare-and-swap (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model import events
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.position import FAILED
from yoi_cli.orchestration.texts import (
    conflict_report,
    failed_merge_report,
    merge_message,
    merged_report,
    short,
)

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.position import Position


class Integration:
    """The last stretch of one ticket. True is a step made, False a wait."""

    def __init__(self, hand: TicketContext) -> None:
        self._hand = hand
        self._repository = hand.tools.repository
        self._tried: dict[str, str] = {}

    def begin(self, at: Position) -> bool:
        """Record that the approved commit is to be merged."""
        text = f"Merge the approved commit {short(at.reported)} into `{at.target}`."
        return self._decide(at, stages.MERGE, text, commit=at.reported)

    def merge(self, at: Position) -> bool:
        """Try the merge in a worktree of its own, unless it is in already."""
        target = self._target(at)
        if self._repository.is_ancestor(at.reported, target):
            return self._finish(at)
        head = self._hand.head(at)
        if head != at.reported:
            return self._hand.take_evidence(at, head)
        message = merge_message(self._hand.job.ticket, self._hand.job.title, at.branch)
        tried = self._repository.try_merge(at.target, at.reported, message, self._hand.ticket)
        if tried.commit is None:
            self.drop()
            return self._send_back(at, conflict_report(at, tried.conflicts))
        if self._target(at) != target:
            return True  # it moved meanwhile; the merge is tried again
        self._tried[tried.commit] = tried.path
        step = self._hand.journal.step(
            stages.VALIDATE_MERGE,
            f"Merged {short(at.reported)} into {short(target)} of `{at.target}` apart, as "
            f"{short(tried.commit)}.",
            generation=str(at.generation),
            commit=at.reported,
            merge=tried.commit,
            old=target,
        )
        self._hand.journal.record(at, step)
        said = f"merged apart as {short(tried.commit)}"
        self._hand.tell(stages.VALIDATE_MERGE, said, commit=tried.commit)
        return True

    def validate(self, at: Position) -> bool:
        """Run the validation commands where the merge is checked out."""
        if not self._hand.tools.settings.orchestration.validate:
            return self._advance_next(at)
        folder = self._folder(at)
        if folder is None:
            return self.begin(at)
        results = self._hand.watch.validate(self._hand.jobs, at, f"m{at.merges}", folder)
        if results is None:
            return False
        if not all(one.is_good for one in results):
            self.drop()
            return self._send_back(at, failed_merge_report(at, at.merge, results))
        return self._advance_next(at)

    def advance(self, at: Position) -> bool:
        """Move the target branch, once: if it holds the commit, that is done."""
        target = self._target(at)
        if target not in (at.old, at.merge):
            if self._repository.is_ancestor(at.reported, target):
                return self._finish(at)
            return self.begin(at)
        if self._repository.commit_of(at.merge) is None:
            return self.begin(at)
        try:
            self._repository.advance(at.target, old=at.old, new=at.merge)
        except ConflictError as error:
            if error.code == "target_moved":
                return True
            raise
        return self._finish(at)

    def drop(self) -> None:
        """Take the worktree of the trial away."""
        self._repository.drop_try(self._hand.ticket)

    def _advance_next(self, at: Position) -> bool:
        text = f"Move `{at.target}` from {short(at.old)} to {short(at.merge)}."
        said = {"commit": at.reported, "merge": at.merge, "old": at.old}
        return self._decide(at, stages.ADVANCE, text, **said)

    def _finish(self, at: Position) -> bool:
        merge = at.merge if at.merge and self._is_in(at.merge, at) else ""
        done = at._replace(merge=merge or self._target(at))
        report = self._hand.journal.event(
            events.IMPLEMENTATION_REPORT,
            merged_report(done),
            step=stages.MERGED,
            generation=str(at.generation),
            merge=done.merge,
            commit=done.reported,
        )
        self._hand.journal.finish(at, report)
        self._hand.tell(stages.MERGED, f"in {at.target} as {short(done.merge)}", commit=done.merge)
        return True

    def _send_back(self, at: Position, text: str) -> bool:
        report = self._hand.journal.event(
            events.IMPLEMENTATION_REPORT,
            text,
            step=stages.INTEGRATION,
            status=FAILED,
            generation=str(at.generation),
            commit=at.reported,
        )
        self._hand.journal.record(at, report)
        self._hand.tell("merge failed", text.partition("\n")[0], commit=at.reported)
        return True

    def _decide(self, at: Position, step: str, text: str, **said: str) -> bool:
        said["generation"] = str(at.generation)
        decision = self._hand.journal.event(events.DECISION, text, step=step, **said)
        self._hand.journal.record(at, decision)
        self._hand.tell(step, text, commit=said.get("merge", said["commit"]))
        return True

    def _folder(self, at: Position) -> str | None:
        """Where the merge of `at` is checked out, also one that an earlier run made."""
        known = self._tried.get(at.merge)
        if known is not None:
            return known
        for one in self._hand.tools.yard.all(at.target):
            if one.branch is None and one.head == at.merge and not one.is_missing:
                return one.path
        return None

    def _target(self, at: Position) -> str:
        return self._repository.commit_of(f"refs/heads/{at.target}") or ""

    def _is_in(self, merge: str, at: Position) -> bool:
        return self._repository.is_ancestor(merge, self._target(at))
