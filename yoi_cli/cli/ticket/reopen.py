"""`yoi ticket reopen`."""

from __future__ import annotations

import typer

from yoi_cli.api.autocommit import commit_if_asked
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    FileOption,
    JsonOption,
    MessageOption,
    ReasonOption,
    TicketArgument,
)
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import given_text
from yoi_cli.cli.ticket.outcomes import say_moved
from yoi_cli.tickets.move import reopen_ticket


def reopen(
    ctx: typer.Context,
    ticket: TicketArgument,
    reason: ReasonOption = None,
    message: MessageOption = None,
    file: FileOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Take a done or closed ticket back to planning; --reason says why.

    The old resolution stays readable in the ticket's thread.
    """
    session = session_of(ctx)
    by = session.recorder(author)
    moved = reopen_ticket(session.store, ticket, reason or "", given_text(message, file), by)
    say_moved(moved, as_json=as_json)
    warn(commit_if_asked(session, moved.ticket, "reopen", asked=commit))
