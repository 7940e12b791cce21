"""`yoi ticket show`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.app.show import EventWindow, neighbours, show_ticket
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.reading import SinceOption, instant
from yoi_cli.render.show import say_ticket


def command(
    ctx: typer.Context,
    ticket: TicketArgument,
    events: Annotated[
        int | None, typer.Option("--events", metavar="N", min=0, help="Only the newest N events.")
    ] = None,
    since: SinceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one ticket: item, thread, relations, blockers, artifacts and resolution.

    On a terminal, only the newest events of a long thread, unless --events or --since says
    which.
    """
    window = EventWindow(events, instant(since))
    store = session_of(ctx).store
    view = show_ticket(store, ticket)
    around = {} if as_json else neighbours(store, view.around)
    say_ticket(view, window, around, as_json=as_json)
