"""`yoi ticket show`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.app.show import show_ticket
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.render.show import EventWindow, say_ticket


def command(
    ctx: typer.Context,
    ticket: TicketArgument,
    events: Annotated[
        int | None, typer.Option("--events", metavar="N", min=0, help="Only the newest N events.")
    ] = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="TIME", help="Only events since TIME, or an age: 3d."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show one ticket: item, thread, relations, blockers, artifacts and resolution."""
    view = show_ticket(session_of(ctx).store, ticket)
    say_ticket(view, EventWindow(events, since), as_json=as_json)
