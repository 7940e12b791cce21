"""Taking a worktree away without losing anything (docs/worktrees.md)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.model.naming import BRANCH_PREFIX, ticket_of_branch
from yoi_cli.worktrees.git.listing import all_entries
from yoi_cli.worktrees.git.rescue import rescue
from yoi_cli.worktrees.git.risks import survey
from yoi_cli.worktrees.git.uncommitted import index_copy_of
from yoi_cli.worktrees.model import unsafe
from yoi_cli.worktrees.ports import RemovedWorktree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.worktrees.git.listing import WorktreeEntry
    from yoi_cli.worktrees.model import Risk, Worktree


def own_branch(worktree: Worktree) -> str | None:
    """The branch that `yoi` made with the worktree, and may take away with it."""
    if worktree.ticket is None:
        return None
    for branch in (worktree.branch, BRANCH_PREFIX + os.path.basename(worktree.path)):
        if branch is not None and ticket_of_branch(branch) == worktree.ticket:
            return branch
    return None


def risks_of(
    repository: RepositoryPaths, entry: WorktreeEntry, worktree: Worktree
) -> tuple[Risk, ...]:
    """What speaks against removing a worktree; nothing is changed."""
    with index_copy_of(entry.tree) as scratch:
        return survey(repository, scratch, entry, own_branch(worktree), worktree.target).risks


def remove(
    repository: RepositoryPaths, entry: WorktreeEntry, worktree: Worktree, *, force: bool
) -> RemovedWorktree:
    """Remove the worktree, which git lists as `entry`, and its branch where nothing is lost by
    that.

    Raises `ConflictError` (`worktree_unsafe`), and `OperationError` where git refuses; what
    was rescued by then stays rescued.
    """
    branch = own_branch(worktree)
    with index_copy_of(entry.tree) as scratch:
        found = survey(repository, scratch, entry, branch, worktree.target)
        if any(risk.is_fatal or not force for risk in found.risks):
            raise unsafe(worktree, found.risks)
        rescued: tuple[str, ...] = ()
        if found.risks:
            rescued = rescue(repository, scratch, worktree.ticket or "other", found.wanted)
    _remove_folder(repository, entry, rescued)
    dropped = None
    if branch is not None and found.branch_commit is not None and branch != worktree.target:
        dropped = _drop_branch(repository, branch, found.branch_commit)
    return RemovedWorktree(worktree.path, dropped, rescued, found.ignored)


def _remove_folder(
    repository: RepositoryPaths, entry: WorktreeEntry, rescued: Sequence[str]
) -> None:
    """Git looks once more by itself where nothing was rescued; submodules it never removes
    without force, and what is locked only with more of it."""
    has_modules = os.path.isdir(entry.tree.own("modules"))
    is_forced = bool(rescued) or has_modules
    options = ["--force"] * (2 if entry.is_unfinished else int(is_forced))
    answer = repository.ask(["worktree", "remove", *options, entry.path])
    if answer.code:
        kept = f" What it held is kept under {', '.join(rescued)}." if rescued else ""
        raise OperationError(
            "worktree_not_removed",
            f"git did not remove {entry.path}: {answer.said}.{kept}",
            hint="Nothing is lost; see what is left in the folder, then try again.",
            details={"path": entry.path, "rescued": list(rescued)},
        )


def _drop_branch(repository: RepositoryPaths, branch: str, commit: str) -> str | None:
    """Delete a branch that is checked out nowhere and still is at `commit`; its name, or None
    where it stays."""
    if any(entry.branch == branch for entry in all_entries(repository)):
        return None
    asked = ["update-ref", "-m", "yoi worktree remove", "-d", f"refs/heads/{branch}", commit]
    return branch if repository.ask(asked).code == 0 else None
