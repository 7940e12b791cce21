"""`yoi ticket show`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.options import JsonOption, SinceOption, TicketArgument
from yoi_cli.cli.plain.show import show_ticket


def show(
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
    which. Where one of its files is broken, the rest is shown, and the exit code is 6; with
    --json the error's details have it.
    """
    show_ticket(ctx, ticket, events=events, since=since, as_json=as_json)
