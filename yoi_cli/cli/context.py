"""What a command knows of the invocation it is part of."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Protocol

from yoi_cli.api.session import Session, Start, open_session
from yoi_cli.cli.text.marks import mark_ids_by
from yoi_cli.cli.text.pager import page_by
from yoi_cli.errors import UsageError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.cli.text.console import ProgressBar


class Context(Protocol):
    """What a command asks of Typer's context; a command that programs call is given one without it
    (`cli/plain`)."""

    @property
    def obj(self) -> object: ...

    @property
    def command_path(self) -> str: ...


class Invocation(NamedTuple):
    """The options that stand before the command."""

    folder: str | None = None
    here: bool = False
    no_pager: bool = False


def start_of(ctx: Context) -> Start:
    """Where this invocation starts from, and what it is called."""
    given = ctx.obj if isinstance(ctx.obj, Invocation) else Invocation()
    return Start(given.folder, given.here, ctx.command_path, os.environ)


def session_of(ctx: Context) -> Session:
    """The workspace that this invocation works on. Raises what `open_session` raises."""
    session = open_session(start_of(ctx))
    mark_ids_by(lambda: _ends_of_ids(session))
    given = ctx.obj
    if not (isinstance(given, Invocation) and given.no_pager):
        page_by(lambda: _pager_of(session))
    return session


def _pager_of(session: Session) -> str:
    from yoi_cli.api.diff import pager

    return pager(session)


def _ends_of_ids(session: Session) -> Mapping[str, int]:
    from yoi_cli.api.queries import ends_of_ids

    return ends_of_ids(session)


def claiming_session_of(ctx: Context, *, local: bool) -> Session:
    """The same, for what claims. With `--local` other clones are neither asked nor told, and what
    is given up by that is said."""
    session = session_of(ctx)
    if not local or session.config.claims_remote is None:
        return session
    from yoi_cli.api.claims import of_this_clone
    from yoi_cli.cli.text.report import warn

    warn(
        [
            f"--local: {session.config.claims_remote} is neither asked nor told, so another clone "
            "may work on the same ticket, and both may merge it."
        ]
    )
    return of_this_clone(session)


def ticket_or_own(
    ctx: Context, session: Session, ticket: str | None, source: str | None
) -> tuple[str, str | None]:
    """The ticket that is meant, and where its text is read from: without one, a worker's own, else
    the one whose branch or worktree one stands in.

    Raises `UsageError` where there is none, and what finding a worker's ticket raises.
    """
    if ticket == "-" and source is None:
        ticket, source = None, ticket
    if ticket is None:
        from yoi_cli.api.worker_scope import own_ticket

        ticket = own_ticket(session)
    return inferred_ticket(ctx) if ticket is None else ticket, source


def inferred_ticket(ctx: Context) -> str:
    """The ticket whose branch or worktree one stands in. Raises `UsageError` where it is none's."""
    from yoi_cli.api.here import ticket_here

    found = ticket_here(start_of(ctx))
    if not found:
        raise UsageError(
            "usage",
            "No ticket is named, and this is no ticket's branch or worktree.",
            hint=f"Name one, or stand in its worktree; `{ctx.command_path} --help` shows how to "
            "use it.",
        )
    return found


def reading_progress(session: Session) -> ProgressBar:
    """A progress bar for a pass over the threads of all tickets."""
    from yoi_cli.api.queries import count_tickets
    from yoi_cli.cli.text.console import progress

    return progress("Reading threads", count_tickets(session))


_kept: list[str] = []


def keep_draft(path: str) -> None:
    """Keep the file at `path` for as long as the command may fail."""
    _kept.append(path)


def forget_drafts() -> None:
    """Remove the files: their texts stand where they belong."""
    while _kept:
        with contextlib.suppress(OSError):
            os.unlink(_kept.pop())


def where_drafts_are() -> str:
    """A sentence that names the files that are kept; empty where there are none."""
    return f"Your text is in {', '.join(_kept)}." if _kept else ""
