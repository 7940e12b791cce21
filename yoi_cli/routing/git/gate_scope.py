"""Which tickets a gate is asked about, and which commit is to be approved (docs/ci.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.git.commits import current_branch, resolve_commit
from yoi_cli.model.commits import TRAILER
from yoi_cli.model.naming import BRANCH_PREFIX, ticket_of_branch

if TYPE_CHECKING:
    from yoi_cli.git.commits import CommitRange


def ticket_of(cwd: str, branch: str | None) -> str:
    """The ticket of a branch by its name; of the current one where none is given.

    Raises `UsageError` (`ticket_not_named`).
    """
    name = branch if branch is not None else current_branch(cwd)
    ticket = ticket_of_branch(name) if name else None
    if ticket is None:
        what = f"The branch {name[:80]!r} names no ticket." if name else "HEAD is on no branch."
        raise UsageError(
            "ticket_not_named",
            what,
            hint=f"Name a ticket, a range with --commits, or a branch {BRANCH_PREFIX}<id>-… "
            "with --branch.",
        )
    return ticket


def head_of(cwd: str, head: str | None, commits: CommitRange | None) -> str:
    """The full id of the commit that is to be approved: that of `head`, else the end of the
    range, else HEAD."""
    if head is not None:
        return resolve_commit(cwd, head)
    return commits.head if commits is not None else resolve_commit(cwd, "HEAD")


def no_trailers(commits: CommitRange, text: str) -> UsageError:
    """The error for a range of which no commit names a ticket."""
    return UsageError(
        "trailers_missing",
        f"None of the {len(commits.commits)} commits of {text} names a ticket.",
        hint=f"Give one of them a `{TRAILER}: <id>` trailer, or pass --allow-none.",
    )
