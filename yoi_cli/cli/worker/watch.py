"""`yoi worker list`, `show`, `logs` and `wait`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import workers
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    DatesOption,
    JsonOption,
    RuntimeOption,
    WaitOption,
    WorkerArgument,
    ticket_option,
)
from yoi_cli.cli.text.console import is_terminal, write_stdout
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.cli.text.table import ID, TEXT, TIME, Cell, Column, print_table
from yoi_cli.model.text import visible
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from yoi_cli.api.far_workers import FarList, FarWorkers
    from yoi_cli.api.session import Session
    from yoi_cli.api.worker_rows import Missing
    from yoi_cli.api.workers import AgentReport, LoggedWorker, Output, WorkerList, WorkerView


_BY_SIGNAL = 128


def far_workers(session: Session, runtime: str) -> FarWorkers:
    """The workers of the runtime that --runtime names."""
    from yoi_cli.api.far_workers import FarWorkers

    return FarWorkers(session, runtime)


def list_(
    ctx: typer.Context,
    ticket: Annotated[str | None, ticket_option("--ticket", "Only those of this ticket.")] = None,
    live: Annotated[bool, typer.Option("--live", help="Only those that have not ended.")] = False,
    runtime: RuntimeOption = None,
    dates: DatesOption = False,
    as_json: JsonOption = False,
) -> None:
    """List the workers of this clone, the newest last."""
    session = session_of(ctx)
    found: WorkerList | FarList
    away: Missing | None = None
    if runtime is None:
        found = workers.list_workers(session, ticket=ticket, only_live=live)
    else:
        found = far_workers(session, runtime).list_workers(ticket=ticket, only_live=live)
        away = found.away
    since = None if away is None else away.since
    if as_json:
        from yoi_cli.api.documents.workers import workers_document

        report_json("workers", workers_document(found.workers, since))
    else:
        rows = [
            (
                view.worker_id,
                Cell(view.state, _STYLES.get(view.state, "")),
                _text(view.exit_code),
                view.ticket or "",
                view.profile or "",
                _time(view.started_at),
                view.evidence,
            )
            for view in found.workers
        ]
        print_table(_COLUMNS, rows, empty="There are no workers.", dates=dates)
    if away is not None:
        seen = f"It is unreachable since {stamp(away.since)}; its workers are as they were then."
        warn([f"{away.error.message} {seen}"])
    warn(error.message for error in found.unreadable)


def show(
    ctx: typer.Context,
    worker: WorkerArgument,
    runtime: RuntimeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a worker's status, and the evidence for it."""
    session = session_of(ctx)
    if runtime is None:
        view = workers.show(session, worker)
        told = workers.report(session, worker)
    else:
        far = far_workers(session, runtime)
        view = far.show(worker)
        told = far.report(view)
    if as_json:
        _print_json(view, told)
        return
    rows = [
        ("worker_id", view.worker_id),
        ("state", view.state),
        ("exit_code", _text(view.exit_code)),
        ("signal", _text(view.signal)),
        ("cause", view.cause),
        ("evidence", view.evidence),
        ("ticket", view.ticket or ""),
        ("role", view.role or ""),
        ("profile", view.profile or ""),
        ("confine", view.confine),
        ("landlock", str(view.landlock)),
        ("changes", ", ".join(view.changes)),
        ("terminal", "yes" if view.has_terminal else "no"),
        ("created_at", stamp(view.created_at)),
        ("started_at", _time(view.started_at)),
        ("ended_at", _time(view.ended_at)),
        ("output_size", str(view.output_size)),
    ]
    if told is not None:
        rows += [
            ("agent", view.agent),
            ("session", told.session),
            ("tokens_in", _text(told.input_tokens)),
            ("tokens_out", _text(told.output_tokens)),
            ("cost", "" if told.cost is None else f"{told.cost:.4f}"),
            ("last_message", told.last_message),
            ("error", told.error),
        ]
    report_lines(rows, [f"{name:<12} {value}" for name, value in rows if value])


def logs(
    ctx: typer.Context,
    worker: WorkerArgument,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Follow the output until it ends.")
    ] = False,
    since: Annotated[
        int,
        typer.Option(
            "--since", metavar="CURSOR", help="Start at this byte; negative counts from the end."
        ),
    ] = 0,
    raw: Annotated[
        bool, typer.Option("--raw", help="Print the bytes as they came, whoever wrote them.")
    ] = False,
    runtime: RuntimeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print what a worker wrote, to stdout and stderr.

    Of a coding agent, what it says and does as text. A pipe gets the bytes of any other as they
    came; on a terminal, control characters are shown instead of obeyed. --json prints one
    stretch of at most 1 MiB, with the cursor to go on from.
    """
    session = session_of(ctx)
    far = None if runtime is None else far_workers(session, runtime)
    if as_json:
        if far is None:
            print_output_part(*workers.output(session, worker, since=since))
        else:
            print_output_part(*far.output(worker, since=since))
        return
    if far is None:
        worker_id, parts = workers.follow_output(session, worker, since=since, follow=follow)
        agent = None if raw else workers.transcript(session, worker)
    else:
        worker_id, parts = far.follow_output(worker, since=since, follow=follow)
        agent = None if raw else far.transcript(worker_id)
    shows = is_terminal(sys.stdout) and not raw
    lines = _Lines()
    for part in parts:
        if part.resync:
            warn([f"What {worker_id} wrote before byte {part.start} is not kept any more."])
        if agent is not None:
            write_stdout(_shown(agent.feed(part.data)))
        elif shows:
            write_stdout(lines.feed(part.data))
        else:
            _write_bytes(part.data)
    write_stdout(lines.rest() if agent is None else _shown(agent.rest()))


def wait(
    ctx: typer.Context,
    worker: WorkerArgument,
    timeout: WaitOption = None,
    pass_on: Annotated[
        bool,
        typer.Option("--exit-code", help="Exit with the worker's code; 128 + N for signal N."),
    ] = False,
    runtime: RuntimeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Wait until a worker has ended, and nothing of it runs.

    Exits 0 where it exited 0, else 1.
    """
    session = session_of(ctx)
    if runtime is None:
        ended = workers.wait(session, worker, timeout=timeout)
    else:
        ended = far_workers(session, runtime).wait(worker, timeout=timeout)
    print_end(ended, as_json=as_json)
    view = ended.worker
    if pass_on and view.exit_code is not None:
        return view.exit_code
    if pass_on and view.signal is not None:
        return _BY_SIGNAL + view.signal
    return 0 if view.exit_code == 0 else 1


_COLUMNS = (
    Column("worker", ID, style="bold"),
    Column("state"),
    Column("exit", justify="right"),
    Column("ticket", ID),
    Column("profile"),
    Column("started", TIME),
    Column("evidence", TEXT),
)
_STYLES = {"queued": "blue", "running": "yellow", "exited": "green", "killed": "red", "lost": "red"}


def print_end(ended: LoggedWorker, *, as_json: bool, following: str | None = None) -> None:
    """A worker has ended; what its ticket could not be told comes first. `following` is what comes
    next, for JSON."""
    warn(ended.warnings)
    view = ended.worker
    if as_json:
        _print_json(view, following=following)
        return
    code = _text(view.exit_code)
    sentence = f"{view.worker_id} {view.ending}. {view.evidence}"
    report_lines([(view.state, view.worker_id, code, view.cause)], [sentence])


def print_output_part(worker_id: str, part: Output) -> None:
    """One stretch of output, as JSON."""
    from yoi_cli.api.documents.workers import output_document

    report_json("worker_output", output_document(worker_id, part))


class _Lines:
    """Bytes as text that may be shown: a character that a chunk cuts through waits for the
    rest, and so does a carriage return, which belongs to the newline that may follow."""

    def __init__(self) -> None:
        import codecs

        self._decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self._held = ""

    def feed(self, data: bytes) -> str:
        text = self._held + self._decoder.decode(data)
        self._held = "\r" if text.endswith("\r") else ""
        return _shown(text.removesuffix("\r") if self._held else text)

    def rest(self) -> str:
        return _shown(self._held + self._decoder.decode(b"", final=True))


def _shown(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join("\t".join(map(visible, line.split("\t"))) for line in lines)


def _write_bytes(data: bytes) -> None:
    sys.stdout.flush()
    view = memoryview(data)
    while view:
        view = view[os.write(sys.stdout.fileno(), view) :]


def _print_json(
    view: WorkerView, told: AgentReport | None = None, following: str | None = None
) -> None:
    from yoi_cli.api.documents.workers import worker_document

    report_json("worker", worker_document(view, told, following))


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _time(milliseconds: int | None) -> str:
    return "" if milliseconds is None else stamp(milliseconds)
