"""The options of `yoi gate` alone."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.options import tickets_argument
from yoi_cli.cli.routing.gate_text import FORMATS
from yoi_cli.model.naming import BRANCH_PREFIX
from yoi_cli.routing.gate import REQUIREMENTS

GatedArgument = Annotated[
    list[str] | None,
    tickets_argument("The tickets; that of the current branch where none is given."),
]
CommitsOption = Annotated[
    str | None,
    typer.Option("--commits", metavar="A..B", help="Every ticket that a commit of it names."),
]
BranchOption = Annotated[
    str | None,
    typer.Option("--branch", metavar="NAME", help=f"The ticket of {BRANCH_PREFIX}<id>-…"),
]
AllowNoneOption = Annotated[
    bool, typer.Option("--allow-none", help="With --commits: none need name a ticket.")
]
RequireOption = Annotated[
    str,
    typer.Option(
        "--require",
        metavar="WHAT",
        help="ready, approved or done.",
        autocompletion=complete_words(REQUIREMENTS),
    ),
]
HeadOption = Annotated[
    str | None,
    typer.Option(
        "--head", metavar="COMMIT", help="What must be approved; B of the range, or HEAD."
    ),
]
FormatOption = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="text, json, junit or github.",
        autocompletion=complete_words(FORMATS),
    ),
]
ExplainOption = Annotated[
    bool, typer.Option("--explain", help="With text: draw what each ticket waits for.")
]
