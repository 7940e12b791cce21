"""The two ways in which a relation is named on the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.options import ticket_argument, ticket_option
from yoi_cli.errors import UsageError
from yoi_cli.model.relations import KINDS
from yoi_cli.tickets.relations import Link

complete_kinds = complete_words(KINDS)

TicketWord = Annotated[str | None, ticket_argument("The ticket that has the relation.")]
KindWord = Annotated[
    str | None,
    typer.Argument(
        metavar="[KIND]",
        help="depends_on, blocks, related, supersedes or duplicate_of.",
        autocompletion=complete_kinds,
        show_default=False,
    ),
]
TargetWord = Annotated[str | None, ticket_argument("The ticket that it names.", "[TARGET]")]
TicketOption = Annotated[str | None, ticket_option("--ticket", "The same as TICKET.")]
KindOption = Annotated[
    str | None,
    typer.Option("--kind", metavar="KIND", help="The same as KIND.", autocompletion=complete_kinds),
]
TargetOption = Annotated[
    str | None, ticket_option("--target", "The same as TARGET.", metavar="TARGET")
]


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
