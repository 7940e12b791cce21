"""`yoi claims`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.routing.claims_text import say_claims
from yoi_cli.cli.routing.options import now_ms
from yoi_cli.cli.text.report import warn


def claims(
    ctx: typer.Context,
    every: Annotated[
        bool, typer.Option("--all", help="Ended ones too, with their generations.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List who holds which ticket, and for how long."""
    now = now_ms()
    book = session_of(ctx).claims
    shown = [claim for claim in book.all().values() if every or not claim.is_released]
    say_claims(shown, now, as_json=as_json)
    warn(f"The claim of {ticket} cannot be read." for ticket in book.unreadable())
