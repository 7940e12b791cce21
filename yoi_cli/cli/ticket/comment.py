"""`yoi ticket comment`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.candidates import complete_words
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
from yoi_cli.cli.plain.comment import add_comment
from yoi_cli.model.events import COMMENT, COMMENT_ROLES
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
) -> int:
    """Add a comment, plan, decision or implementation report to a ticket.

    Without a text, on a terminal, your editor opens.
    """
    return add_comment(
        ctx,
        ticket,
        source,
        role=role,
        message=message,
        file=file,
        sha=sha,
        author=author,
        as_json=as_json,
        commit=commit,
    )
