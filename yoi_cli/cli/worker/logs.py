"""`yoi worker logs`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.worker.options import WorkerArgument, worker_of
from yoi_cli.cli.worker.text import say_output, say_output_part

_PART = 1 << 20


def logs(
    ctx: typer.Context,
    worker: WorkerArgument,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on until it has ended.")
    ] = False,
    since: Annotated[
        int,
        typer.Option(
            "--since", metavar="CURSOR", help="From this byte on; a negative one is from the end."
        ),
    ] = 0,
    raw: Annotated[
        bool, typer.Option("--raw", help="On a terminal too, the bytes as they came.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print what a worker wrote, to both of its outputs.

    A pipe gets the bytes as they came; on a terminal, control characters are shown instead
    of obeyed. --json prints one stretch of at most 1 MiB, with the cursor to go on from.
    """
    runtime, worker_id = worker_of(session_of(ctx), worker)
    if as_json:
        say_output_part(worker_id, runtime.output(worker_id, since, _PART))
        return
    say_output(worker_id, runtime.read(worker_id, since, follow=follow), raw=raw)
