"""The options that choose and order tickets, which `list` and `export` share."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.candidates import complete_tags, complete_words
from yoi_cli.model.fields import SORTS

TagsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="TAG",
        help="Only with this tag; several: with every one.",
        autocompletion=complete_tags,
    ),
]
AssigneesOption = Annotated[
    list[str] | None,
    typer.Option("--assignee", metavar="NAME", help="Only of NAME; '' for unassigned."),
]
PrioritiesOption = Annotated[
    list[str] | None,
    typer.Option("--priority", metavar="P0..P4", help="Only of this one; several: of any."),
]
BlockedOption = Annotated[
    bool, typer.Option("--blocked", help="Only those with an unresolved blocker.")
]
DueByOption = Annotated[
    str | None,
    typer.Option(
        "--due",
        metavar="DAY",
        help="Only what is due by then: today, week, overdue, 2026-12-01 or 3d.",
        autocompletion=complete_words(("today", "week", "overdue")),
    ),
]
SearchOption = Annotated[
    str | None,
    typer.Option(
        "--search", metavar="WORDS", help="Only with these words, in any order, anywhere."
    ),
]
SortOption = Annotated[
    str,
    typer.Option(
        "--sort",
        metavar="KEY",
        help=", ".join(SORTS) + ".",
        autocompletion=complete_words(SORTS),
    ),
]
ReverseOption = Annotated[bool, typer.Option("--reverse", "-r", help="Reverse the order.")]
