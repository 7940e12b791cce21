"""`yoi ticket comment`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import tickets
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import session_of, ticket_or_own
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    FileOption,
    JsonOption,
    MessageOption,
    OwnTicketArgument,
    ShaOption,
    SourceArgument,
)
from yoi_cli.cli.text.report import print_written
from yoi_cli.cli.text_input import required_text
from yoi_cli.model.events import COMMENT, COMMENT_ROLES, check_role
from yoi_cli.model.text import one_of


def comment(
    ctx: typer.Context,
    ticket: OwnTicketArgument = None,
    source: SourceArgument = None,
    role: Annotated[
        str,
        typer.Option(
            "--role",
            metavar="ROLE",
            help=f"{one_of(COMMENT_ROLES)}.",
            autocompletion=complete_words(COMMENT_ROLES),
        ),
    ] = COMMENT,
    message: MessageOption = None,
    file: FileOption = None,
    sha: ShaOption = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Add a comment, plan, decision or implementation report to a ticket.

    Without a text, on a terminal, your editor opens.
    """
    check_role(role)
    session = session_of(ctx)
    author = session.author(author).author  # known before anybody writes a text
    ticket, source = ticket_or_own(ctx, session, ticket, source)
    text = required_text(message, file, source)
    done = tickets.comment(session, ticket, text, role=role, sha=sha, author=author, commit=commit)
    sentence = f"Added to {done.ticket}: {role.replace('_', ' ')}"
    print_written("appended", role, done, sentence, as_json=as_json, session=session)
