"""`yoi worker input`, `stop`, `cancel`, `recover` and `prune`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import workers
from yoi_cli.api.next_action import next_action
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, RuntimeOption, WorkerArgument
from yoi_cli.cli.text.report import report_json, report_lines, warn, write_next
from yoi_cli.cli.worker.watch import far_workers, print_end
from yoi_cli.errors import UsageError
from yoi_cli.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.session import Session
    from yoi_cli.api.workers import LoggedWorker


WorkerReasonOption = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Why, for its ticket's log.")
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Also where it is what this command runs in.")
]


def input_(
    ctx: typer.Context,
    worker: WorkerArgument,
    message: Annotated[
        str | None,
        typer.Option("--message", "-m", metavar="TEXT", help="One line; else standard input."),
    ] = None,
    close: Annotated[bool, typer.Option("--close", help="Close the input afterwards.")] = False,
    runtime: RuntimeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send input to a worker that was started with --input or --terminal."""
    if message is None and sys.stdin.isatty() and not close:
        raise UsageError(
            "text_missing", "There is no input to send.", hint="Use --message, or a pipe."
        )
    if message is not None:
        data = (message + "\n").encode("utf-8", "surrogateescape")
    else:
        data = b"" if sys.stdin.isatty() else sys.stdin.buffer.read()
    session = session_of(ctx)
    if runtime is None:
        worker_id = workers.give_input(session, worker, data, close=close)
    else:
        worker_id = far_workers(session, runtime).give_input(worker, data, close=close)
    size = len(data)
    if as_json:
        from yoi_cli.api.documents.workers import InputGivenDocument

        given = InputGivenDocument(worker_id=worker_id, bytes=size, closed=close)
        report_json("worker_input", given)
        return
    ending = ", and its input is closed" if close else ""
    row = ("input", worker_id, str(size), "closed" if close else "open")
    report_lines([row], [f"Gave {size} bytes to {worker_id}{ending}."])


def stop(
    ctx: typer.Context,
    worker: WorkerArgument,
    grace: Annotated[
        float | None,
        typer.Option(
            "--grace",
            min=0,
            metavar="SECONDS",
            help="How long it may take to end; default as started.",
        ),
    ] = None,
    reason: WorkerReasonOption = "",
    force: ForceOption = False,
    runtime: RuntimeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a worker to end, then kill it after its grace, with all that it started."""
    session = session_of(ctx)
    if runtime is None:
        done = workers.stop(session, worker, grace=grace, reason=reason, force=force)
    else:
        far = far_workers(session, runtime)
        done = far.end(worker, grace=grace, reason=reason, force=force)
    _print_ended(session, done, as_json=as_json)


def cancel(
    ctx: typer.Context,
    worker: WorkerArgument,
    reason: WorkerReasonOption = "",
    force: ForceOption = False,
    runtime: RuntimeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Drop a queued worker; stop a running one, and ignore its result."""
    session = session_of(ctx)
    if runtime is None:
        done = workers.cancel(session, worker, reason=reason, force=force)
    else:
        far = far_workers(session, runtime)
        done = far.end(worker, cancel=True, reason=reason, force=force)
    _print_ended(session, done, as_json=as_json)


def _print_ended(session: Session, done: LoggedWorker, *, as_json: bool) -> None:
    """A worker was ended, and what comes next for its ticket, or how else to see what it left."""
    ticket = done.worker.ticket
    usual = f"`yoi worker logs {done.worker.worker_id}` shows what it wrote."
    found = next_action(session, ticket) if ticket and as_json else None
    print_end(done, as_json=as_json, following=found.text if found else usual)
    if not as_json:
        write_next(session, ticket or "", "" if ticket else usual)


def recover(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Recover workers whose shim died: adopt those that run, record the end of others."""
    recovered = workers.recover(session_of(ctx))
    warn(recovered.warnings)
    if as_json:
        from yoi_cli.api.documents.workers import recovery_document

        report_json("worker_recovery", recovery_document(recovered.found))
    else:
        report_lines(
            [
                (one.action, one.worker.worker_id, one.worker.state, one.message)
                for one in recovered.found
            ],
            [f"{one.worker.worker_id}: {one.action}. {one.message}" for one in recovered.found]
            or ["Every worker has ended."],
        )
    warn(error.message for error in recovered.unreadable)


def prune(
    ctx: typer.Context,
    days: Annotated[
        float,
        typer.Option("--days", min=0, metavar="DAYS", help="Keep those that ended within DAYS."),
    ] = 14,
    as_json: JsonOption = False,
) -> None:
    """Forget workers that ended long ago, with their output."""
    pruned = workers.prune(session_of(ctx), days=days)
    warn(pruned.warnings)
    print_pruned(pruned.ids, as_json=as_json)


def print_pruned(ids: Sequence[str], *, as_json: bool) -> None:
    """Workers were forgotten."""
    if as_json:
        from yoi_cli.api.documents.workers import PrunedWorkersDocument

        report_json("workers_pruned", PrunedWorkersDocument(pruned=tuple(ids)))
        return
    forgot = f"Forgot {counted(len(ids), 'worker')}."
    report_lines([("pruned", worker_id) for worker_id in ids], [forgot])
