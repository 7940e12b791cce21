"""The worktrees in which workers work that were ordered with a base (docs/runtime.md, "Base" and
"Branches")."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError, StoreInvalidError
from yoi_cli.workers.local.ordered_branches import OrderedBranches
from yoi_cli.workers.runtime import Delivery, LeftWorktree
from yoi_cli.worktrees.git.base import remove_worktree_of, require_commit, worktree_for
from yoi_cli.worktrees.git.creation import exclude
from yoi_cli.worktrees.git.listing import main_and_linked
from yoi_cli.worktrees.target import ordered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.model.workers.spec import WorkerSpec
    from yoi_cli.workers.local.runtime import FileRuntime
    from yoi_cli.worktrees.git.listing import WorktreeEntry


class LocalOrderWorktrees:
    """`OrderWorktrees` of the clone whose local folder is `folder`, and whose workers are
    `workers`."""

    def __init__(self, repository: RepositoryPaths, folder: str, workers: FileRuntime) -> None:
        self._repository = repository
        self._branches = OrderedBranches(folder)
        self._workers = workers

    def make(self, name: str, *, ref: str, commit: str, folder: str) -> tuple[str, bool]:
        return worktree_for(self._repository, name, ref=ref, commit=commit, folder=folder)

    def make_on(
        self, branch: str, key: str, *, ref: str, commit: str, folder: str
    ) -> tuple[str, bool]:
        holder = self._branches.holder(branch)
        if holder is not None and holder != key:
            view = self._workers.find(holder)
            if view is not None and not view.has_ended:
                raise _running(view.worker_id)
        return ordered.worktree_on_branch(
            self._repository,
            ordered.OrderedBranch(branch, ref, commit, folder),
            is_known=holder is not None,
            mark=lambda: self._branches.hold(branch, key),
        )

    def remove(self, name: str) -> None:
        remove_worktree_of(self._repository, name)

    def take_back(self, folder: str, ref: str, branch: str, commit: str) -> Sequence[str]:
        kept = ordered.release(self._repository, folder, ref=ref, branch=branch, commit=commit)
        if branch:
            self._branches.let_go(branch)
        return kept

    def require(self, ref: str, commit: str) -> None:
        require_commit(self._repository, ref, commit)

    def ignore(self, pattern: str) -> None:
        with self._repository.locked():
            exclude(self._repository, pattern)

    def deliver(self, worker_id: str) -> Delivery:
        spec = self._ended(worker_id)
        found = ordered.deliver(
            self._repository, spec.cwd, ref=spec.base_ref, branch=spec.base_branch
        )
        return Delivery(worker_id, *found)

    def release(self, worker_id: str) -> Sequence[str]:
        spec = self._ended(worker_id)
        return self.take_back(spec.cwd, spec.base_ref, spec.base_branch, spec.base_commit)

    def left(self) -> Sequence[LeftWorktree]:
        _, linked = main_and_linked(self._repository)
        found: dict[str, tuple[str, WorkerSpec, WorktreeEntry]] = {}
        for worker_id, spec in self._with_base() if linked else ():
            entry = ordered.entry_around(linked, spec.cwd)
            if (
                entry is not None
                and not entry.is_missing
                and self._holder(spec) in (None, spec.key)
            ):
                found[entry.path] = worker_id, spec, entry
        return [self._left(*one) for one in found.values()]

    def _with_base(self) -> Iterator[tuple[str, WorkerSpec]]:
        for worker_id in self._workers.ids():
            with suppress(NotFoundError, StoreInvalidError):
                spec = self._workers.spec(worker_id)
                if spec.base_ref:
                    yield worker_id, spec

    def _left(self, worker_id: str, spec: WorkerSpec, entry: WorktreeEntry) -> LeftWorktree:
        risks = ordered.risks(
            self._repository,
            entry,
            ref=spec.base_ref,
            branch=spec.base_branch,
            commit=spec.base_commit,
        )
        dirty = entry.tree.uncommitted()
        return LeftWorktree(
            worker_id,
            entry.path,
            bool(risks),
            len(dirty),
            next((risk.code for risk in risks if risk.is_fatal), ""),
            f"{entry.head} {entry.branch} {sorted(dirty)}",
        )

    def _holder(self, spec: WorkerSpec) -> str | None:
        """The key of the order that has the worktree on a worker's branch."""
        return self._branches.holder(spec.base_branch) if spec.base_branch else None

    def _ended(self, worker_id: str) -> WorkerSpec:
        """The record of a worker that has ended, and had a worktree that is its own still."""
        view, spec = self._workers.show(worker_id), self._workers.spec(worker_id)
        if not view.has_ended:
            raise _running(worker_id)
        if not spec.base_ref:
            raise NotFoundError(
                "work_not_found",
                f"Worker {worker_id} has no worktree of its own.",
                hint="One that is ordered with a base has.",
                details={"worker_id": worker_id},
            )
        if self._holder(spec) not in (None, spec.key):
            raise ConflictError(
                "work_taken_over",
                f"Another worker went on in the worktree of {worker_id}.",
                hint="Ask for the work of that one.",
                details={"worker_id": worker_id},
            )
        return spec


def _running(worker_id: str) -> ConflictError:
    return ConflictError(
        "worker_running",
        f"Worker {worker_id} has not ended.",
        hint="Wait for its end, or stop it.",
        details={"worker_id": worker_id},
    )
