"""The options and arguments that several commands share, so that they mean the same."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.complete import complete_states, complete_tickets

TicketArgument = Annotated[
    str,
    typer.Argument(
        metavar="TICKET",
        help="The ticket's id, or 4 or more characters of its beginning or end.",
        autocompletion=complete_tickets,
        show_default=False,
    ),
]
StateArgument = Annotated[
    str,
    typer.Argument(
        metavar="STATE",
        help="planning, ready, queued, inprogress or done.",
        autocompletion=complete_states,
        show_default=False,
    ),
]
SourceArgument = Annotated[
    str | None,
    typer.Argument(metavar="[-]", help="Read the text from standard input.", show_default=False),
]
MessageOption = Annotated[
    str | None, typer.Option("--message", "-m", metavar="TEXT", help="The text.")
]
FileOption = Annotated[
    str | None,
    typer.Option("--file", "-F", metavar="FILE", help="Read the text from FILE; - for stdin."),
]
AuthorOption = Annotated[
    str | None,
    typer.Option("--author", metavar="NAME", help="Who writes; YOI_AUTHOR or git's user.name."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
CommitOption = Annotated[
    bool, typer.Option("--commit", help="Commit this ticket's files to git afterwards.")
]
ExpectOption = Annotated[
    str | None,
    typer.Option(
        "--expect",
        metavar="STATE",
        help="Fail unless the ticket is in STATE now.",
        autocompletion=complete_states,
    ),
]
ReasonOption = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="Why, in one line; it stands in the log."),
]
ShaOption = Annotated[
    str | None,
    typer.Option("--sha", metavar="COMMIT", help="Bind the event to this commit."),
]
