"""The options and arguments that several commands share, so that they mean the same."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_states, complete_tickets


def ticket_argument(what: str, metavar: str = "[TICKET]") -> object:
    """An argument that names a ticket, or tickets; `what` it is for is its help."""
    return typer.Argument(
        metavar=metavar, help=what, autocompletion=complete_tickets, show_default=False
    )


def tickets_argument(what: str) -> object:
    """An argument that names any number of tickets; `what` it is for is its help."""
    return ticket_argument(what, "[TICKET]...")


def ticket_option(flag: str, what: str, metavar: str = "TICKET") -> object:
    """An option that names a ticket; `what` it is for is its help."""
    return typer.Option(flag, metavar=metavar, help=what, autocompletion=complete_tickets)


TicketArgument = Annotated[
    str,
    ticket_argument(
        "The ticket's id, or 4 or more characters of its beginning or end.", metavar="TICKET"
    ),
]
SourceArgument = Annotated[
    str | None,
    typer.Argument(metavar="[-]", help="Read the text from standard input.", show_default=False),
]
MessageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--message", "-m", metavar="TEXT", help="The text; repeated, a paragraph each time."
    ),
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
NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")]
OutputOption = Annotated[
    str | None,
    typer.Option("--output", "-o", metavar="FILE", help="Write to FILE, whole or not at all."),
]
