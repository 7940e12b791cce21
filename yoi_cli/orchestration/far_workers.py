"""The workers of a ticket on other runtimes: their orders, and how each is known again
(docs/orchestrate.md, "Other runtimes")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from yoi_cli.errors import YoiError
from yoi_cli.model.naming import WORK_REFS
from yoi_cli.model.workers.order import Base, Run, Tip, WorkerOrder
from yoi_cli.model.workers.profiles import CODER, REVIEWER
from yoi_cli.orchestration.elsewhere import FarJob
from yoi_cli.orchestration.noticed import not_ours
from yoi_cli.worktrees.model import Worktree

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.orchestration.elsewhere import Away, FarEnd, FarState
    from yoi_cli.orchestration.ports import OrchestrationPorts
    from yoi_cli.orchestration.position import Position


def owner_of(holder: str) -> str:
    """What the keys of all workers begin with that the runs of a clone have elsewhere: no two
    clones' keys are ever the same."""
    return f"{holder} "


def keys_of(holder: str, ticket: str) -> str:
    """What the keys of those of one ticket begin with."""
    return f"{owner_of(holder)}{ticket}:"


class FarWorkers:
    """Those of one ticket. `away` is why the one that is waited for cannot be asked, and `ended`
    are those that have ended, by their ids."""

    def __init__(self, ports: OrchestrationPorts, ticket: str) -> None:
        self._ports = ports
        self._ticket = ticket
        self.away: Away | None = None
        self.ended: dict[str, FarEnd] = {}

    def coder(self, at: Position, prompt: Callable[[], str]) -> FarState:
        """The coder of the round that was recorded, which begins at `at.start` on its branch."""
        target = self._ports.repository.commit_of(f"refs/heads/{at.target}")
        tips = () if target is None else ((self._ref("target"), target),)
        job = self._job(at.coder_runtime, at, CODER, at.coder, at.start)
        job = job._replace(branch=at.branch, tips=tips)
        base = Base(ref=job.ref, commit=job.commit, branch=at.branch)
        return self._follow(job, lambda: self._order(job, at, CODER, base, prompt()))

    def coder_again(self, at: Position) -> FarState:
        """The coder that has ended, for what is to be said of it; it is never started anew. Raises
        `NotFoundError` (`worker_not_found`)."""
        job = self._job(at.coder_runtime, at, CODER, at.coder, at.start)
        return self._follow(job._replace(branch=at.branch), None)

    def reviewer(self, at: Position, prompt: Callable[[], str]) -> FarState:
        """The reviewer that was recorded, which looks at `at.reported`."""
        job = self._job(at.reviewer_runtime, at, REVIEWER, at.reviews, at.reported)
        base = Base(ref=job.ref, commit=job.commit)
        return self._follow(job, lambda: self._order(job, at, REVIEWER, base, prompt()))

    def left(self, end: FarEnd) -> Worktree | None:
        """What a worker left in its worktree there, as one here is described; None where it worked
        in the ticket's own."""
        work = end.work
        return work and Worktree("", self._ticket, work.branch, work.commit, dirty=work.uncommitted)

    def end(self, *runtimes: str) -> None:
        """Have the ticket's workers ended: it is not this clone's any more."""
        for runtime in dict.fromkeys(filter(None, runtimes)):
            self._ports.elsewhere.end(runtime, keys_of(self._ports.holder, self._ticket))

    def clear(self, *runtimes: str) -> None:
        """Have everything taken away there that was made for the ticket."""
        refs = [self._ref(name) for name in (CODER, REVIEWER, "target")]
        keys = keys_of(self._ports.holder, self._ticket)
        for runtime in dict.fromkeys(filter(None, runtimes)):
            self._ports.elsewhere.clear(runtime, self._ticket, keys, refs)

    def _job(self, runtime: str, at: Position, role: str, number: int, commit: str) -> FarJob:
        key = f"{keys_of(self._ports.holder, self._ticket)}{at.generation}:{role}:{number}"
        return FarJob(runtime, key, self._ticket, self._ref(role), commit)

    def _ref(self, name: str) -> str:
        """A ref that is this clone's alone, by the last part of the name that it claims by."""
        clone = self._ports.holder.rpartition("/")[2]
        return f"{WORK_REFS}{self._ticket}/{clone}.{name}"

    def _follow(self, job: FarJob, order: Callable[[], WorkerOrder] | None) -> FarState:
        try:
            state = self._ports.elsewhere.follow(job, order)
        except YoiError as error:
            text = f"On {job.runtime}: {error.message}"
            details = {**error.details, "runtime_id": job.runtime}
            raise type(error)(error.code, text, hint=error.hint, details=details) from error
        if state.end is not None and state.end.noticed:
            noticed = not_ours(self._ports.store, state.end.noticed)
            state = state._replace(end=state.end._replace(noticed=noticed))
        self.away = None if state.end is not None else self._ports.elsewhere.away(job.runtime)
        if state.end is not None:
            self.ended.clear()
            self.ended[state.end.view.worker_id] = state.end
        return state

    def _order(self, job: FarJob, at: Position, role: str, base: Base, prompt: str) -> WorkerOrder:
        settings = self._ports.settings
        profile = settings.profiles.get(at.profile) or settings.of_role(role)
        tips = tuple(Tip(ref=ref, commit=commit) for ref, commit in job.tips)
        return WorkerOrder(
            key=job.key,
            profile=profile.name,
            ticket=self._ticket,
            role=role,
            prompt=self._ports.redaction.text(prompt),
            base=base,
            model=profile.model or UNSET,
            run=Run(
                branch=at.branch,
                target=at.target,
                generation=at.generation,
                round=at.round,
                tips=tips,
            ),
        )
