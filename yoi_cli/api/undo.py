"""Taking back the last command of whoever asks (docs/undo.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.noted import NotedCommand
    from yoi_cli.tickets.undo.service import UndoneTicket as UndoneTicket
    from yoi_cli.workspace.session import Session


class Undone(NamedTuple):
    """The command that was taken back, who had typed it and when, and what came of each ticket that
    it had written to. After a dry run nothing was."""

    command: str
    author: str
    at: str
    is_dry_run: bool
    tickets: tuple[UndoneTicket, ...]


def undo(
    session: Session,
    ticket: str | None = None,
    *,
    author: str | None = None,
    dry_run: bool = False,
    commit: bool = False,
) -> Undone:
    """Take back what the last command of `author` in this clone recorded, or the last on `ticket`,
    by events and changes of its own.

    Raises `NotFoundError` (`nothing_to_undo`) where none is known, and `ConflictError`:
    `undo_impossible` for what others go by at once, `undo_overtaken` where somebody acted since,
    `blocked` and `claimed` where the ticket may not be again what it was.
    """
    import time

    from yoi_cli.model.time import stamp
    from yoi_cli.tickets.undo.claim import ClaimRequestAgain
    from yoi_cli.tickets.undo.service import Undoing, plan_undo, undo_command

    by = session.author(author)
    noted = _newest(session, ticket, by.author)
    lease = session.config.lease_minutes * 60_000
    undoing = Undoing(by, session.claims, ClaimRequestAgain(lease, by.author))
    if dry_run:
        done = plan_undo(session.store, noted, undoing, time.time_ns() // 1_000_000)
    else:
        done = tuple(_committed(session, undo_command(session.store, noted, undoing), asked=commit))
    return Undone(noted.command, by.author, stamp(noted.at_ms), dry_run, done)


def _committed(
    session: Session, done: tuple[UndoneTicket, ...], *, asked: bool
) -> Iterator[UndoneTicket]:
    from yoi_cli.api.autocommit import commit_if_asked

    for one in done:
        warnings = commit_if_asked(session, one.ticket, "undo", asked=asked)
        yield one._replace(warnings=(*one.warnings, *warnings, *_left_behind(session, one)))


def _left_behind(session: Session, done: UndoneTicket) -> tuple[str, ...]:
    """What of work that was begun stays, since it may hold something: its worktree."""
    from yoi_cli.model.states import INPROGRESS

    if done.origin != INPROGRESS or done.state == INPROGRESS or session.checkout is None:
        return ()
    from yoi_cli.errors import YoiError
    from yoi_cli.workers.open import open_worktree_service

    try:
        service = open_worktree_service(session)
        worktree = service.worktrees.of(done.ticket, service.target())
    except YoiError:
        return ()
    if worktree is None:
        return ()
    return (f"{worktree.path} stays; `yoi worktree remove {done.ticket}` removes it.",)


def _newest(session: Session, ticket: str | None, author: str) -> NotedCommand:
    """The last command of `author` that is noted, on `ticket` where one is meant."""
    from yoi_cli.errors import NotFoundError
    from yoi_cli.tickets.lookup import identify

    meant = None if ticket is None else identify(session.store, ticket)
    known = [one for one in session.undo_notes.commands() if meant is None or meant in one.tickets]
    own = [one for one in known if (one.author or _default_author(session)) == author]
    if own:
        return own[-1]
    others = list(dict.fromkeys(one.author for one in reversed(known) if one.author))
    hint = "What was noted of commands is kept in this clone, and for a while only."
    if others:
        hint = f"The last was {others[0]}'s: --author says that it was yours."
    where = "in this clone" if meant is None else f"on {meant} in this clone"
    raise NotFoundError(
        "nothing_to_undo",
        f"No command of {author} {where} is known.",
        hint=hint,
        details={"author": author, "ticket": meant},
    )


def _default_author(session: Session) -> str:
    """Who writes where no variable says it."""
    environment = {k: v for k, v in session.environment.items() if k != "YOI_AUTHOR"}
    return session._replace(environment=environment).author(None).author
