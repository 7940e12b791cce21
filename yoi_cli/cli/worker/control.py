"""`yoi worker stop`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.options import WorkerArgument, tell_tickets, worker_of
from yoi_cli.cli.worker.text import say_end


def stop(
    ctx: typer.Context,
    worker: WorkerArgument,
    grace: Annotated[
        float | None,
        typer.Option(
            "--grace",
            min=0,
            metavar="SECONDS",
            help="How long it may take to end; else as it was started with.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a worker to end, and after its grace make it; nothing that it started stays."""
    session = session_of(ctx)
    runtime, worker_id = worker_of(session, worker)
    view = runtime.stop(worker_id, grace)
    tell_tickets(session, view)
    say_end(view, as_json=as_json)
