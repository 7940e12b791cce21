"""`yoi ticket close`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.autocommit import commit_if_asked
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    ExpectOption,
    FileOption,
    JsonOption,
    MessageOption,
    SourceArgument,
    TicketArgument,
)
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import given_text, required_text
from yoi_cli.cli.ticket.outcomes import say_moved
from yoi_cli.tickets.move import close_ticket
from yoi_cli.workers.open import live_worker


def close(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    resolution: Annotated[
        list[str] | None,
        typer.Option("--resolution", metavar="TEXT", help="The same as --message."),
    ] = None,
    message: MessageOption = None,
    file: FileOption = None,
    expect: ExpectOption = None,
    author: AuthorOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Even while a worker is at work for it.")
    ] = False,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Close a ticket with a resolution: what came of it.

    Tickets that waited only for this one are named as unblocked.
    """
    session = session_of(ctx)
    by = session.recorder(author)
    text = given_text([*(message or ()), *(resolution or ())], file, source)
    if text is None:
        text = required_text(None, None)
    moved = close_ticket(
        session.store,
        ticket,
        text,
        by,
        expect=expect,
        book=session.claims,
        live=(lambda _ticket: None) if force else lambda full_id: live_worker(session, full_id),
    )
    say_moved(moved, as_json=as_json)
    if moved.changed:
        warn(commit_if_asked(session, moved.ticket, "close", asked=commit))
