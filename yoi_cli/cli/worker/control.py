"""`yoi worker stop`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.routing.options import now_ms
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.worker.options import WorkerArgument, tell_tickets, worker_of
from yoi_cli.cli.worker.text import print_end, print_input, print_pruned, print_recovery
from yoi_cli.errors import UsageError
from yoi_cli.workers.open import open_runtime


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
    print_end(view, as_json=as_json)


def cancel(ctx: typer.Context, worker: WorkerArgument, as_json: JsonOption = False) -> None:
    """Drop a worker that is queued; end one that runs, whose result counts for nothing."""
    session = session_of(ctx)
    runtime, worker_id = worker_of(session, worker)
    view = runtime.cancel(worker_id)
    tell_tickets(session, view)
    print_end(view, as_json=as_json)


def input_(
    ctx: typer.Context,
    worker: WorkerArgument,
    message: Annotated[
        str | None,
        typer.Option("--message", "-m", metavar="TEXT", help="One line; else standard input."),
    ] = None,
    close: Annotated[
        bool, typer.Option("--close", help="Then close it: the worker reads to its end.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Give a worker that was started with --input something to read."""
    if message is None and sys.stdin.isatty() and not close:
        raise UsageError(
            "text_missing", "There is nothing to give.", hint="Use --message, or a pipe."
        )
    if message is not None:
        data = (message + "\n").encode("utf-8", "surrogateescape")
    else:
        data = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    runtime, worker_id = worker_of(session_of(ctx), worker)
    runtime.input(worker_id, data, close=close)
    print_input(worker_id, len(data), closed=close, as_json=as_json)


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
    print_pruned(runtime.prune(now_ms() - round(days * _DAY_MS)), as_json=as_json)


def recover(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Look after workers whose shim died: adopt what lives, settle what is over."""
    session = session_of(ctx)
    runtime = open_runtime(session)
    found = runtime.recover()
    tell_tickets(session, *runtime.all())
    print_recovery(found, as_json=as_json)
    warn(error.message for error in runtime.unreadable())
