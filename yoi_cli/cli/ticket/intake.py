"""`yoi ticket intake`."""

from __future__ import annotations

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
    ReasonOption,
    SourceArgument,
    TicketArgument,
)
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import required_text
from yoi_cli.cli.ticket.outcomes import say_moved
from yoi_cli.model.states import READY
from yoi_cli.tickets.move import MoveRequest, move_ticket


def intake(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    message: MessageOption = None,
    file: FileOption = None,
    reason: ReasonOption = None,
    expect: ExpectOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Mark a planned ticket ready, with a summary of what was settled."""
    session = session_of(ctx)
    by = session.recorder(author)
    summary = required_text(message, file, source)
    request = MoveRequest(
        READY, summary, reason or "planning_ready", expect, by_command="yoi ticket intake"
    )
    moved = move_ticket(session.store, ticket, request, by)
    say_moved(moved, as_json=as_json)
    if moved.changed:
        warn(commit_if_asked(session, moved.ticket, "intake: ready", asked=commit))
