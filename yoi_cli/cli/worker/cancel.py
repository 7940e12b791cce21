"""`yoi worker cancel`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.options import WorkerArgument, tell_tickets, worker_of
from yoi_cli.cli.worker.text import say_end


def cancel(ctx: typer.Context, worker: WorkerArgument, as_json: JsonOption = False) -> None:
    """Drop a worker that is queued; end one that runs, whose result counts for nothing."""
    session = session_of(ctx)
    runtime, worker_id = worker_of(session, worker)
    view = runtime.cancel(worker_id)
    tell_tickets(session, view)
    say_end(view, as_json=as_json)
