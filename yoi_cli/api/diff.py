"""What a ticket's branch changes (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.orchestration.git.ticket_diff import TicketDiff as TicketDiff
    from yoi_cli.orchestration.ports import Changes as Changes
    from yoi_cli.workspace.session import Session

#: As much of a patch is shown to people; `yoi ticket diff` prints all of it.
LONGEST_PATCH = 2 << 20


def find(session: Session, ticket: str, *, candidate: int | None = None) -> TicketDiff:
    """The range of commits that is a ticket's work: its branch since it left the target, or the
    merge of that; of several coders' the work of `candidate`. Raises `NotFoundError`
    (`branch_missing`, `candidate_missing`, `repository_not_found`)."""
    from yoi_cli.orchestration.git.ticket_diff import candidate_diff_of, diff_of

    if candidate is not None:
        return candidate_diff_of(session, ticket, candidate)
    return diff_of(session, ticket)


def changes(session: Session, found: TicketDiff) -> Changes:
    """The commits and the files of the range, with how many lines came and went."""
    from yoi_cli.orchestration.git.ticket_diff import changes_of

    return changes_of(session, found)


def patch(session: Session, found: TicketDiff, *, stat: int | None = None) -> bytes:
    """The range as git prints it: a patch, or with `stat` (columns) a line for every file.

    It is what somebody committed, as bytes: whoever shows it to a person escapes it first.
    """
    from yoi_cli.orchestration.git.ticket_diff import patch_of

    return patch_of(session, found, stat=stat)


def open_tool(session: Session, found: TicketDiff) -> int:
    """Open git's own diff tool on the range, with this process's terminal; its exit code."""
    from yoi_cli.orchestration.git.ticket_diff import show_in_tool

    return show_in_tool(session, found)


def pager(session: Session) -> str:
    """The pager that git is configured to use, as a line of shell, but for GIT_PAGER."""
    from yoi_cli.git.command import look_up

    return look_up(["var", "GIT_PAGER"], cwd=session.workspace)
