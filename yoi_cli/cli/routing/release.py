"""`yoi release`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption, TicketArgument
from yoi_cli.cli.routing.claims_text import say_claim
from yoi_cli.cli.routing.options import desk_of
from yoi_cli.routing.claims import release_claim


def release(
    ctx: typer.Context,
    ticket: TicketArgument,
    generation: Annotated[
        int | None,
        typer.Option(
            "--generation",
            metavar="N",
            help="Only if the claim is still of this generation; programs should say so.",
        ),
    ] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a claimed ticket back."""
    desk = desk_of(session_of(ctx), author)
    say_claim("released", release_claim(desk, ticket, generation), as_json=as_json)
