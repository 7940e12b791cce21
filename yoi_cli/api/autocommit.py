"""What follows a write, where it is asked for: a commit of what was written, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.store.values import Committed
    from yoi_cli.workspace.session import Session


def with_commit(session: Session, done: Committed, what: str, *, asked: bool) -> Committed:
    """`done` after the commit of its ticket's folder, with the warnings of that."""
    warnings = commit_if_asked(session, done.ticket, what, asked=asked)
    return done._replace(warnings=(*done.warnings, *warnings))


def commit_if_asked(session: Session, ticket: str, what: str, *, asked: bool) -> tuple[str, ...]:
    """Commit the ticket's folder with `--commit` or `[git] autocommit`; warnings, if any."""
    folder = f"{session.location.folder}/{ticket}"
    # One line: a title must not be able to add a trailer to the message.
    message = " ".join(f"ticket {ticket}: {what}".split())
    return commit_folders_if_asked(session, [folder], message, asked=asked)


def commit_folders_if_asked(
    session: Session, folders: Sequence[str], message: str, *, asked: bool
) -> tuple[str, ...]:
    """Commit what a command wrote below `folders` (relative to the workspace), and no more.

    Where git refuses, that is a warning: the files are written and acknowledged by then, and
    who took it for a failure and tried again would write the event twice (docs/format.md).
    """
    if not (asked or session.config.autocommit):
        return ()
    from yoi_cli.git.commits import commit_paths

    try:
        commit_paths(session.workspace, folders, message)
    except (YoiError, OSError) as error:
        why = str(error).partition("\n")[0].rstrip(".")
        paths = " ".join(folders)
        return (f"Recorded, but not committed ({why}). Once it can be: `git add {paths}`, commit.",)
    return ()
