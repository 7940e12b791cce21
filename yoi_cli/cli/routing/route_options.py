"""The options of `yoi route` alone: which tickets, what to do, and what is judged by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.options import tickets_argument
from yoi_cli.routing.rules import CLASSIFICATIONS

RoutedArgument = Annotated[
    list[str] | None, tickets_argument("The tickets to route; every open one where none is given.")
]
AllOpenOption = Annotated[bool, typer.Option("--all", help="Every open ticket.")]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="Draw what each ticket waits for, as a tree.")
]
RecordOption = Annotated[
    bool, typer.Option("--record", help="Append the decision to the ticket's log.")
]
AcceptOption = Annotated[
    bool, typer.Option("--accept", help="Take the ticket up: record, move and claim it.")
]
ClassOption = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="CLASS",
        help="Give the classification by hand; needs --reason.",
        autocompletion=complete_words(CLASSIFICATIONS),
    ),
]
MissingOption = Annotated[
    str | None, typer.Option("--missing", metavar="TEXT", help="What is not decided.")
]
CheckedOption = Annotated[
    str | None, typer.Option("--checked", metavar="TEXT", help="What was looked at.")
]
BeyondLatitudeOption = Annotated[
    str | None,
    typer.Option("--beyond-latitude", metavar="TEXT", help="Why the implementer cannot decide it."),
]
NextQuestionOption = Annotated[
    str | None,
    typer.Option("--next-question", metavar="TEXT", help="What planning is to answer."),
]
BranchOption = Annotated[
    str | None, typer.Option("--branch", metavar="NAME", help="The branch of the work.")
]
