"""`yoi worker wait`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.options import WaitOption, WorkerArgument, tell_tickets, worker_of
from yoi_cli.cli.worker.text import say_end

_BY_SIGNAL = 128


def wait(
    ctx: typer.Context,
    worker: WorkerArgument,
    timeout: WaitOption = None,
    pass_on: Annotated[
        bool,
        typer.Option(
            "--exit-code", help="Exit as the worker did; 128 and its number for a signal."
        ),
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Wait until a worker has ended, and nothing of it runs.

    Exits 0 where it exited 0, else 1.
    """
    session = session_of(ctx)
    runtime, worker_id = worker_of(session, worker)
    view = runtime.wait(worker_id, timeout)
    tell_tickets(session, view)
    say_end(view, as_json=as_json)
    if pass_on and view.exit_code is not None:
        return view.exit_code
    if pass_on and view.signal is not None:
        return _BY_SIGNAL + view.signal
    return 0 if view.exit_code == 0 else 1
