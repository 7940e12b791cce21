"""Which commit a review is about, and who may give one (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError

if TYPE_CHECKING:
    from yoi_cli.workspace.session import Session

#: This variable tells workers their role. Of these roles the work is reviewed by others.
ROLE_VARIABLE = "YOI_ROLE"
_REVIEWED = frozenset({"coder", "validator"})


def check_reviewer(session: Session) -> None:
    """Raise `ConflictError` (`review_not_yours`) in a worker whose own work is judged."""
    role = session.environment.get(ROLE_VARIABLE, "")
    if role in _REVIEWED:
        raise ConflictError(
            "review_not_yours",
            f"A {role} does not review: its own work is what is judged.",
            hint="Commit the work; whoever orchestrates sends a reviewer, or asks a person.",
            details={"role": role},
        )


def commit_under_review(session: Session, word: str, sha: str | None, folder: str) -> str | None:
    """The full id of the commit that a review of a ticket is bound to.

    That is `sha`, as it is where git does not know it: HEAD is that of the worktree which
    `folder` (absolute) lies in. Where none is given, it is the head of the branch on which
    the ticket is in progress, None where there is no such branch.
    """
    if session.checkout is None:
        return sha
    from yoi_cli.worktrees.open import open_repository, open_worktrees

    if sha is not None:
        from yoi_cli.git.checkout import find_checkout
        from yoi_cli.git.repository import RepositoryPaths

        here = find_checkout(folder)
        if here is None or here.common_dir != session.checkout.common_dir:
            here = session.checkout
        return RepositoryPaths(here.root, here.git_dir).commit_of(sha) or sha
    from yoi_cli.model import states
    from yoi_cli.orchestration.position import position_of
    from yoi_cli.tickets.lookup import identify

    ticket = identify(session.store, word)
    at = position_of(session.store.thread(ticket).events)
    if at.state != states.INPROGRESS:
        return None
    if at.branch:
        return open_repository(session).commit_of(f"refs/heads/{at.branch}")
    worktree = open_worktrees(session).of(ticket, "HEAD")
    return worktree.head if worktree is not None and worktree.branch else None
