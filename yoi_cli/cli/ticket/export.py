"""`yoi ticket export`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.filters import StatesOption, chosen_states
from yoi_cli.cli.options import JsonOption, OutputOption, tickets_argument
from yoi_cli.cli.ticket.transfer_text import print_export, say_exported, write_export
from yoi_cli.errors import UsageError
from yoi_cli.store.files.output_file import output_file
from yoi_cli.transfer.export import chosen_tickets, export_tickets


def export(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None,
        tickets_argument("The tickets to export; all of them where none is named."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every ticket, which is what no TICKET means too.")
    ] = False,
    state: StatesOption = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print whole tickets as JSON Lines: what is known of each, and its files byte for byte.

    `yoi ticket import` puts them back exactly as they were. A ticket that cannot be read is
    exported by its files, with the reason.
    """
    if tickets and everything:
        raise UsageError(
            "tickets_given_twice",
            "--all stands beside the names of tickets.",
            hint="Give one or the other.",
        )
    states = chosen_states(state)
    store = session_of(ctx).store
    chosen = chosen_tickets(store, tickets or ())
    exported = (
        one
        for one in export_tickets(store, chosen)
        if not states or one.error is not None or one.view.folded.state in states
    )
    if output is None or output == "-":
        print_export(exported, as_json=as_json)
        return
    with output_file(output) as file:
        count = write_export(exported, len(chosen), file)
    say_exported(count, output, as_json=as_json)
