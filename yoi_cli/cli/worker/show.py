"""`yoi worker show`."""

from __future__ import annotations

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.options import WorkerArgument, worker_of
from yoi_cli.cli.worker.text import say_worker


def show(ctx: typer.Context, worker: WorkerArgument, as_json: JsonOption = False) -> None:
    """Show how a worker stands, and what that is known by."""
    runtime, worker_id = worker_of(session_of(ctx), worker)
    say_worker(runtime.show(worker_id), as_json=as_json)
