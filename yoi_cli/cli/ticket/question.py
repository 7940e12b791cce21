"""`yoi ticket ask` and `yoi ticket answer`."""

from __future__ import annotations

import typer

from yoi_cli.api import tickets
from yoi_cli.cli.context import session_of, ticket_or_own
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    FileOption,
    JsonOption,
    MessageOption,
    OwnTicketArgument,
    SourceArgument,
    TicketArgument,
)
from yoi_cli.cli.text.report import print_written
from yoi_cli.cli.text_input import required_text
from yoi_cli.model.events import ANSWER, QUESTION


def ask(
    ctx: typer.Context,
    ticket: OwnTicketArgument = None,
    source: SourceArgument = None,
    message: MessageOption = None,
    file: FileOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Ask a question that somebody has to answer before the work can go on.

    A coder that asks and ends has not failed: it is started again with the answer.
    """
    session = session_of(ctx)
    author = session.author(author).author  # known before anybody writes a text
    ticket, source = ticket_or_own(ctx, session, ticket, source)
    text = required_text(message, file, source)
    done = tickets.ask(session, ticket, text, author=author, commit=commit)
    print_written(
        "asked", QUESTION, done, f"Asked on {done.ticket}", as_json=as_json, session=session
    )


def answer(
    ctx: typer.Context,
    ticket: TicketArgument,
    source: SourceArgument = None,
    message: MessageOption = None,
    file: FileOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Answer the question that a ticket waits with; the next `yoi orchestrate` goes on."""
    session = session_of(ctx)
    tickets.check_question(session, ticket)
    author = session.author(author).author
    text = required_text(message, file, source)
    done = tickets.answer(session, ticket, text, author=author, commit=commit)
    print_written(
        "answered", ANSWER, done, f"Answered on {done.ticket}", as_json=as_json, session=session
    )
