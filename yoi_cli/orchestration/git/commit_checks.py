"""What would keep git from committing a ticket that is about to be moved, each check with a name.

A commit that fails after the move would leave the ticket moved: so it is asked before.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.git.command import ask_git, look_up
from yoi_cli.git.commits import current_branch
from yoi_cli.git.identity import commit_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.workspace.session import Session

#: In the middle of one of these git commits nothing but the whole.
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


def check_commit(session: Session, ticket: str) -> None:
    """Raise `ConflictError` (`commit_check_failed`), which names the check, where a commit of the
    files of `ticket` would fail."""
    for name, check in _CHECKS.items():
        why = check(session, ticket)
        if why:
            raise ConflictError(
                "commit_check_failed",
                f"{name}: {why}",
                hint="Nothing was changed. Mend that, or switch `autocommit` below `[git]` off.",
                details={"ticket": ticket, "check": name},
            )


def _worktree_identity(session: Session, _ticket: str) -> str:
    if session.checkout is None:
        return "the workspace is in no git repository, and commits are asked for."
    top = look_up(["rev-parse", "--show-toplevel"], cwd=session.workspace)
    if os.path.realpath(top) != os.path.realpath(session.checkout.root):
        return f"git takes {top} for the worktree, and not {session.checkout.root}."
    return ""


def _branch(session: Session, _ticket: str) -> str:
    is_on_branch = current_branch(session.workspace) is not None
    return "" if is_on_branch else "no branch is checked out, so a commit would be on none."


def _user(session: Session, _ticket: str) -> str:
    problem = commit_problem(session.workspace, session.environment)
    return "" if problem is None else f"git does not know who commits, or cannot sign: {problem[1]}"


def _under_way(session: Session, _ticket: str) -> str:
    if session.checkout is None:
        return ""
    folder = session.checkout.git_dir
    found = [name for name in _UNDER_WAY if os.path.lexists(os.path.join(folder, name))]
    return f"git is in the middle of something ({found[0]})." if found else ""


def _unmerged(session: Session, _ticket: str) -> str:
    found = look_up(["ls-files", "--unmerged"], cwd=session.workspace)
    return "the index has conflicts." if found else ""


def _path_scope(session: Session, ticket: str) -> str:
    path = f"{session.location.folder}/{ticket}"
    asked = ask_git(["check-ignore", "--quiet", "--", path], cwd=session.workspace)
    return "" if asked.code else f"git ignores {path}."


_CHECKS: dict[str, Callable[[Session, str], str]] = {
    "root-worktree-identity": _worktree_identity,
    "root-branch": _branch,
    "root-git-user": _user,
    "root-operation": _under_way,
    "root-index": _unmerged,
    "commit-pathscope": _path_scope,
}
#: The names of the checks.
CHECKS = tuple(_CHECKS)
