"""`yoi ticket show`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.filters import SinceOption, instant
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.ticket.show_text import say_ticket
from yoi_cli.tickets.show import EventWindow, Readable, neighbours, show_ticket


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
    window = EventWindow(events, instant(since))
    session = session_of(ctx)
    view, errors = show_ticket(session.store, ticket)
    around = {} if as_json else neighbours(session.store, view.around)
    if not errors:
        say_ticket(view, window, around, as_json=as_json)
        return
    from yoi_cli.cli.ticket.show_broken_text import say_what_can_be_read
    from yoi_cli.doctor.examine import examine_ticket
    from yoi_cli.doctor.open import open_inspector

    found = examine_ticket(open_inspector(session), view.id)
    raise say_what_can_be_read(
        Readable(view, errors), found.diagnostics, window, around, as_json=as_json
    )
