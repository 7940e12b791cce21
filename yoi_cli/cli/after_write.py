"""What follows a write, where it is asked for: a commit of that ticket's files alone."""

from __future__ import annotations

from yoi_cli.bootstrap import Session


def commit_if_asked(session: Session, ticket: str, what: str, *, asked: bool) -> None:
    """Commit the ticket's folder with `--commit` or `[git] autocommit` (DESIGN section 9).

    Raises `OperationError` where git refuses; the ticket itself is written by then.
    """
    if not (asked or session.config.autocommit):
        return
    from yoi_cli.git.commit import commit_paths

    folder = f"{session.location.folder}/{ticket}"
    commit_paths(session.workspace, [folder], f"ticket {ticket}: {what}")
