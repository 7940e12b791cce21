"""`yoi plan list`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.app.plan import list_plans
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, ticket_argument
from yoi_cli.cli.plan_add import complete_kinds
from yoi_cli.render.plan import say_plans


def command(
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
