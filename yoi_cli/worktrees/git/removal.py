"""Taking a worktree away without losing anything (docs/worktrees.md)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.model.naming import BRANCH_PREFIX, ticket_of_branch
from yoi_cli.worktrees.git.rescue import rescue
from yoi_cli.worktrees.git.risks import survey
from yoi_cli.worktrees.git.uncommitted import scratch_of
from yoi_cli.worktrees.ports import RemovedWorktree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.worktrees.git.listing import WorktreeEntry
    from yoi_cli.worktrees.git.risks import RemovalSurvey
    from yoi_cli.worktrees.model import Risk, Worktree


class RemovalOrder(NamedTuple):
    """A worktree to be removed: git's entry of it, and what the caller knows of it."""

    entry: WorktreeEntry
    worktree: Worktree
    target: str
    force: bool


def own_branch(worktree: Worktree) -> str | None:
    """The branch that `yoi` made with the worktree, and may take away with it."""
    if worktree.ticket is None:
        return None
    for branch in (worktree.branch, BRANCH_PREFIX + os.path.basename(worktree.path)):
        if branch is not None and ticket_of_branch(branch) == worktree.ticket:
            return branch
    return None


def risks_of(place: RepositoryPaths, order: RemovalOrder) -> tuple[Risk, ...]:
    """What speaks against removing a worktree; nothing is changed."""
    with scratch_of(order.entry.tree) as scratch:
        return survey(place, scratch, order.entry, own_branch(order.worktree), order.target).risks


def remove(
    place: RepositoryPaths, order: RemovalOrder, others: Iterable[WorktreeEntry]
) -> RemovedWorktree:
    """Remove the worktree, and its branch where nothing is lost by that.

    `others` are the worktrees that stay. Raises `ConflictError` (`worktree_unsafe`), and
    `OperationError` where git refuses; what was rescued by then stays rescued.
    """
    branch = own_branch(order.worktree)
    with scratch_of(order.entry.tree) as scratch:
        found = survey(place, scratch, order.entry, branch, order.target)
        if any(risk.is_fatal or not order.force for risk in found.risks):
            raise unsafe(order.worktree, found.risks)
        rescued: tuple[str, ...] = ()
        if found.risks:
            ticket = order.worktree.ticket or "other"
            rescued = rescue(place, scratch, ticket, found.wanted)
    _remove_folder(place, order, rescued)
    if branch is not None and not _may_go(order, branch, found, others):
        branch = None
    if branch is not None:
        branch = _drop_branch(place, branch, found)
    return RemovedWorktree(order.worktree.path, branch, rescued, found.ignored)


def _remove_folder(place: RepositoryPaths, order: RemovalOrder, rescued: Sequence[str]) -> None:
    """Git looks once more by itself where nothing was rescued; submodules it never removes
    without being told twice."""
    has_modules = os.path.isdir(order.entry.tree.own("modules"))
    told = bool(rescued) or has_modules or order.entry.is_unfinished
    options = ["--force"] * (2 if order.entry.is_unfinished else int(told))
    answer = place.ask(["worktree", "remove", *options, order.entry.path])
    if answer.code:
        kept = f" What it held is kept under {', '.join(rescued)}." if rescued else ""
        raise OperationError(
            "worktree_not_removed",
            f"git did not remove {order.entry.path}: {answer.said}.{kept}",
            hint="Nothing is lost; see what is left in the folder, then try again.",
            details={"path": order.entry.path, "rescued": list(rescued)},
        )


def _may_go(
    order: RemovalOrder, branch: str, found: RemovalSurvey, others: Iterable[WorktreeEntry]
) -> bool:
    taken = any(entry.branch == branch for entry in others)
    return found.branch_commit is not None and branch != order.target and not taken


def _drop_branch(place: RepositoryPaths, branch: str, found: RemovalSurvey) -> str | None:
    """Delete the branch where it still is what was surveyed; its name, or None if it stays."""
    ref, commit = f"refs/heads/{branch}", found.branch_commit or ""
    answer = place.ask(["update-ref", "-m", "yoi worktree remove", "-d", ref, commit])
    return branch if answer.code == 0 else None


def unsafe(worktree: Worktree, risks: Sequence[Risk]) -> ConflictError:
    """The error for a worktree that would take work along."""
    fatal = [risk for risk in risks if risk.is_fatal]
    name = worktree.ticket or os.path.basename(worktree.path)
    hint = (
        "Settle that first: no force removes it."
        if fatal
        else "Commit and merge it, or let --force keep all of it under refs/yoi/rescue/ first."
    )
    return ConflictError(
        "worktree_unsafe",
        f"The worktree of {name} stays: " + " ".join(risk.text for risk in fatal or risks),
        hint=hint,
        details={
            "path": worktree.path,
            "ticket": worktree.ticket,
            "reasons": [{"code": risk.code, "text": risk.text} for risk in risks],
        },
    )
