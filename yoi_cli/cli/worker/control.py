"""`yoi worker input`, `stop`, `cancel`, `recover` and `prune`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yoi_cli.api import workers
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.worker.options import WorkerArgument
from yoi_cli.cli.worker.text import print_end, print_input, print_pruned, print_recovery
from yoi_cli.errors import UsageError


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
    worker_id = workers.give_input(session_of(ctx), worker, data, close=close)
    print_input(worker_id, len(data), closed=close, as_json=as_json)


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
    print_end(workers.stop(session_of(ctx), worker, grace=grace), as_json=as_json)


def cancel(ctx: typer.Context, worker: WorkerArgument, as_json: JsonOption = False) -> None:
    """Drop a worker that is queued; end one that runs, whose result counts for nothing."""
    print_end(workers.cancel(session_of(ctx), worker), as_json=as_json)


def recover(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Look after workers whose shim died: adopt what lives, settle what is over."""
    recovered = workers.recover(session_of(ctx))
    warn(recovered.warnings)
    print_recovery(recovered.found, as_json=as_json)
    warn(error.message for error in recovered.unreadable)


def prune(
    ctx: typer.Context,
    days: Annotated[
        float, typer.Option("--days", min=0, metavar="DAYS", help="Keep those that ended since.")
    ] = 14,
    as_json: JsonOption = False,
) -> None:
    """Forget workers that ended long ago, with what they wrote."""
    pruned = workers.prune(session_of(ctx), days=days)
    warn(pruned.warnings)
    print_pruned(pruned.ids, as_json=as_json)
