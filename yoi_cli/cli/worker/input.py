"""`yoi worker input`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.options import WorkerArgument, worker_of
from yoi_cli.cli.worker.text import say_input
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
    runtime, worker_id = worker_of(session_of(ctx), worker)
    runtime.input(worker_id, data, close=close)
    say_input(worker_id, len(data), closed=close, as_json=as_json)
