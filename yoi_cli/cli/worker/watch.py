"""`yoi worker list`, `show`, `logs` and `wait`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import workers
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, ticket_option
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.worker.options import WaitOption, WorkerArgument
from yoi_cli.cli.worker.text import (
    print_end,
    print_output,
    print_output_part,
    print_worker,
    print_workers,
)

_BY_SIGNAL = 128


def list_(
    ctx: typer.Context,
    ticket: Annotated[str | None, ticket_option("--ticket", "Only those of this ticket.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Only those that have not ended.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the workers of this clone, the newest last."""
    found = workers.list_workers(session_of(ctx), ticket=ticket, only_live=live)
    print_workers(found.workers, as_json=as_json)
    warn(error.message for error in found.unreadable)


def show(ctx: typer.Context, worker: WorkerArgument, as_json: JsonOption = False) -> None:
    """Show how a worker stands, and what that is known by."""
    print_worker(workers.show(session_of(ctx), worker), as_json=as_json)


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
    session = session_of(ctx)
    if as_json:
        print_output_part(*workers.output(session, worker, since=since))
        return
    worker_id, parts = workers.follow_output(session, worker, since=since, follow=follow)
    print_output(worker_id, parts, raw=raw)


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
    ended = workers.wait(session_of(ctx), worker, timeout=timeout)
    print_end(ended, as_json=as_json)
    view = ended.worker
    if pass_on and view.exit_code is not None:
        return view.exit_code
    if pass_on and view.signal is not None:
        return _BY_SIGNAL + view.signal
    return 0 if view.exit_code == 0 else 1
