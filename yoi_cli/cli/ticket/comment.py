"""`yoi ticket comment`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api.autocommit import commit_if_asked
from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    FileOption,
    JsonOption,
    MessageOption,
    ShaOption,
    SourceArgument,
    TicketArgument,
)
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.text_input import required_text
from yoi_cli.cli.ticket.outcomes import print_appended
from yoi_cli.errors import UsageError
from yoi_cli.model.events import COMMENT, COMMENT_ROLES
from yoi_cli.model.text import one_of
from yoi_cli.tickets.comment import add_comment


def comment(
    ctx: typer.Context,
    ticket: TicketArgument,
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
    if role not in COMMENT_ROLES:
        raise UsageError(
            "role_unknown",
            f"{role[:40]!r} is not a role.",
            hint=f"The roles are {', '.join(COMMENT_ROLES)}.",
        )
    session = session_of(ctx)
    by = session.author(author)
    text = required_text(message, file, source)
    done = add_comment(session.store, ticket, role, text, by, commit=sha)
    print_appended(role, done, as_json=as_json)
    warn(
        commit_if_asked(
            session, done.ticket, f"{role.replace('_', ' ')} by {by.author}", asked=commit
        )
    )
