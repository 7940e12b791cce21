"""`yoi plan list`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, ticket_argument
from yoi_cli.cli.routing.plan import complete_kinds
from yoi_cli.cli.routing.plan_text import say_plans
from yoi_cli.tickets.plan_records import list_plans


def list_(
    ctx: typer.Context,
    ticket: Annotated[
        str | None, ticket_argument("Only the records that this ticket has or is named by.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind", metavar="KIND", help="Only this kind.", autocompletion=complete_kinds
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List plan records: those around a ticket, or all of the store."""
    say_plans(list_plans(session_of(ctx).store, ticket, kind), as_json=as_json)
