"""The options of `yoi ticket create` alone."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.options import ticket_option

TitleOption = Annotated[str, typer.Option("--title", "-t", help="What it is about, in one line.")]
EditOption = Annotated[bool, typer.Option("--edit", "-e", help="Write the text in $EDITOR.")]
PriorityOption = Annotated[
    str | None, typer.Option("--priority", "-p", help="P0 (most urgent) to P4.")
]
TagOption = Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be repeated.")]
AssigneeOption = Annotated[str | None, typer.Option("--assignee", help="Who does it.")]
ReadinessOption = Annotated[
    str | None, typer.Option("--readiness", help="How ready it is, in a word.")
]
RiskFlagOption = Annotated[
    list[str] | None, typer.Option("--risk-flag", help="A risk; may be repeated.")
]
DependsOnOption = Annotated[
    list[str] | None, ticket_option("--depends-on", "A ticket to wait for.")
]
BlocksOption = Annotated[
    list[str] | None, ticket_option("--blocks", "A ticket that waits for this one.")
]
RelatedOption = Annotated[list[str] | None, ticket_option("--related", "A ticket to read with it.")]
