"""`yoi worker prune`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.routing.options import now_ms
from yoi_cli.cli.worker.options import tell_tickets
from yoi_cli.cli.worker.text import say_pruned
from yoi_cli.workers.open import open_runtime

_DAY_MS = 86_400_000


def prune(
    ctx: typer.Context,
    days: Annotated[
        float, typer.Option("--days", min=0, metavar="DAYS", help="Keep those that ended since.")
    ] = 14,
    as_json: JsonOption = False,
) -> None:
    """Forget workers that ended long ago, with what they wrote."""
    session = session_of(ctx)
    runtime = open_runtime(session)
    tell_tickets(session, *runtime.all())
    say_pruned(runtime.prune(now_ms() - round(days * _DAY_MS)), as_json=as_json)
