"""The options of `yoi ticket create` alone."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.options import ticket_option

TitleOption = Annotated[
    str, typer.Option("--title", "-t", metavar="TEXT", help="What it is about, in one line.")
]
EditOption = Annotated[bool, typer.Option("--edit", "-e", help="Write the text in $EDITOR.")]
PriorityOption = Annotated[
    str | None, typer.Option("--priority", "-p", metavar="P0..P4", help="How urgent; P0 is most.")
]
TagOption = Annotated[
    list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag; may be repeated.")
]
AssigneeOption = Annotated[
    str | None, typer.Option("--assignee", metavar="NAME", help="Who does it.")
]
ReadinessOption = Annotated[
    str | None, typer.Option("--readiness", metavar="WORD", help="How ready it is, in a word.")
]
RiskFlagOption = Annotated[
    list[str] | None, typer.Option("--risk-flag", metavar="RISK", help="A risk; may be repeated.")
]
DependsOnOption = Annotated[
    list[str] | None, ticket_option("--depends-on", "A ticket to wait for; may be repeated.")
]
BlocksOption = Annotated[
    list[str] | None,
    ticket_option("--blocks", "A ticket that waits for this one; may be repeated."),
]
RelatedOption = Annotated[
    list[str] | None, ticket_option("--related", "A ticket to read with it; may be repeated.")
]
