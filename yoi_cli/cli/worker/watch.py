"""`yoi worker list`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, ticket_option
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.worker.text import say_workers
from yoi_cli.tickets.lookup import identify
from yoi_cli.workers.open import open_runtime


def list_(
    ctx: typer.Context,
    ticket: Annotated[str | None, ticket_option("--ticket", "Only those of this ticket.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Only those that have not ended.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the workers of this clone, the newest last."""
    session = session_of(ctx)
    full_id = identify(session.store, ticket) if ticket is not None else None
    runtime = open_runtime(session)
    views = [
        view
        for view in runtime.all()
        if full_id in (None, view.ticket) and not (live and view.has_ended)
    ]
    say_workers(views, as_json=as_json)
    warn(error.message for error in runtime.unreadable())
