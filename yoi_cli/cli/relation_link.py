"""The two ways in which a relation is named on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.app.relate import Link
from yoi_cli.cli.complete import complete_tickets
from yoi_cli.domain.relations import KINDS
from yoi_cli.errors import UsageError


def complete_kinds(incomplete: str) -> list[str]:
    """The kinds of relation that begin with what is typed."""
    return [kind for kind in KINDS if kind.startswith(incomplete)]


TicketWord = Annotated[
    str | None,
    typer.Argument(metavar="[TICKET]", autocompletion=complete_tickets, show_default=False),
]
KindWord = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]",
        help="depends_on, blocks, related, supersedes or duplicate_of.",
        autocompletion=complete_kinds,
        show_default=False,
    ),
]
TargetWord = Annotated[
    str | None,
    typer.Argument(metavar="[TARGET]", autocompletion=complete_tickets, show_default=False),
]
TicketOption = Annotated[
    str | None,
    typer.Option("--ticket", metavar="TICKET", autocompletion=complete_tickets),
]
KindOption = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", autocompletion=complete_kinds)
]
TargetOption = Annotated[
    str | None,
    typer.Option("--target", metavar="TARGET", autocompletion=complete_tickets),
]
NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="Why.")]


def link_of(
    words: tuple[str | None, str | None, str | None],
    options: tuple[str | None, str | None, str | None],
    note: str | None,
) -> Link:
    """The relation that the words, or the options, or both together name.

    Raises `UsageError` where a part is missing or is given twice.
    """
    given = [word for word in words if word is not None]
    missing = [index for index, option in enumerate(options) if option is None]
    if len(given) != len(missing):
        raise UsageError(
            "relation_incomplete",
            "A relation is a ticket, a kind and a target.",
            hint="Write `A depends_on B`, or --ticket A --kind depends_on --target B.",
        )
    parts = [option or "" for option in options]
    for index, word in zip(missing, given, strict=True):
        parts[index] = word
    return Link(parts[0], parts[1], parts[2], note)
