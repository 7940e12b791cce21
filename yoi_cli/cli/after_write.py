"""What follows a write, where it is asked for: a commit of that ticket's files alone."""

from __future__ import annotations

from collections.abc import Sequence

from yoi_cli.bootstrap import Session


def commit_if_asked(session: Session, ticket: str, what: str, *, asked: bool) -> None:
    """Commit the ticket's folder with `--commit` or `[git] autocommit` (DESIGN section 9).

    Raises `OperationError` where git refuses; the ticket itself is written by then.
    """
    folder = f"{session.location.folder}/{ticket}"
    # One line: a title must not be able to add a trailer to the message.
    message = " ".join(f"ticket {ticket}: {what}".split())
    commit_folders_if_asked(session, [folder], message, asked=asked)


def commit_folders_if_asked(
    session: Session, folders: Sequence[str], message: str, *, asked: bool
) -> None:
    """Commit what a command wrote below `folders` (relative to the workspace), and no more.

    Raises `OperationError` where git refuses; the files are written by then.
    """
    if not (asked or session.config.autocommit):
        return
    from yoi_cli.git.commit import commit_paths

    commit_paths(session.workspace, folders, message)
