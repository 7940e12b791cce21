"""The worktrees of tickets (docs/worktrees.md).

`ticket` is an id or a part of one. Outside of a git repository everything here raises
`NotFoundError` (`repository_not_found`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.checks import WorktreeFinding as WorktreeFinding
    from yoi_cli.worktrees.model import Worktree as Worktree
    from yoi_cli.worktrees.ports import RemovedWorktree as RemovedWorktree
    from yoi_cli.worktrees.service import AddedWorktree as AddedWorktree
    from yoi_cli.worktrees.service import Pruned as Pruned
    from yoi_cli.worktrees.service import WorktreeDetails as WorktreeDetails
    from yoi_cli.worktrees.service import WorktreeView as WorktreeView


def add(
    session: Session, ticket: str, *, base: str | None = None, branch: str | None = None
) -> AddedWorktree:
    """Make a worktree and a branch for a ticket, which is not written to.

    A new branch begins at `base`, by default the target branch; `branch` may name one that is
    there. Raises `ConflictError` (`worktree_exists`, `branch_exists`, `path_taken`).
    """
    from yoi_cli.workers.open import open_worktree_service
    from yoi_cli.worktrees.service import add_worktree

    return add_worktree(open_worktree_service(session), ticket, base=base, branch=branch)


def list_worktrees(session: Session) -> Sequence[WorktreeView]:
    """Every worktree but the main one, with its ticket."""
    from yoi_cli.workers.open import open_worktree_service
    from yoi_cli.worktrees.service import list_worktrees

    return list_worktrees(open_worktree_service(session))


def show(session: Session, ticket: str) -> WorktreeDetails:
    """A ticket's worktree, and what removing it would lose.

    Raises `NotFoundError` (`worktree_not_found`).
    """
    from yoi_cli.workers.open import open_worktree_service
    from yoi_cli.worktrees.service import show_worktree

    return show_worktree(open_worktree_service(session), ticket)


def remove(session: Session, ticket: str, *, force: bool = False) -> RemovedWorktree:
    """Remove a ticket's worktree, and its branch where that is merged or rescued.

    Raises `NotFoundError` (`worktree_not_found`), and `ConflictError` (`worktree_unsafe`):
    always while a worker is at work there, for what would be lost only without `force`.
    """
    from yoi_cli.workers.open import open_worktree_service
    from yoi_cli.worktrees.service import remove_worktree

    return remove_worktree(open_worktree_service(session), ticket, force=force)


def prune(session: Session, *, days: int = 7, dry_run: bool = False) -> Sequence[Pruned]:
    """Remove worktrees whose ticket has been done or closed for `days`, where nothing is lost."""
    import time

    from yoi_cli.workers.open import open_worktree_service
    from yoi_cli.worktrees.service import prune_worktrees

    service, now_ms = open_worktree_service(session), time.time_ns() // 1_000_000
    return prune_worktrees(service, days=days, now_ms=now_ms, dry_run=dry_run)


def examine(session: Session) -> Sequence[WorktreeFinding]:
    """Worktrees, folders, branches and claims that are left over; nothing is changed."""
    from yoi_cli.workers.open import examine_worktrees

    return examine_worktrees(session)
