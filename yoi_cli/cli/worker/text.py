"""Workers on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_terminal, write_stdout
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.cli.text.table import Cell, Column, print_table
from yoi_cli.model.text import counted, visible
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.api.workers import LoggedWorker, Output, Recovery, WorkerView

_COLUMNS = (
    Column("worker", style="bold", no_wrap=True),
    Column("state", no_wrap=True),
    Column("exit", justify="right", no_wrap=True),
    Column("ticket", no_wrap=True),
    Column("profile", no_wrap=True),
    Column("started", no_wrap=True),
    Column("evidence", ratio=1),
)
_STYLES = {"queued": "blue", "running": "yellow", "exited": "green", "killed": "red", "lost": "red"}


def print_started(view: WorkerView, *, as_json: bool) -> None:
    """A worker was started, or is queued."""
    if as_json:
        _print_json(view)
        return
    waits = " It waits for room in its group." if view.state == "queued" else ""
    report_lines(
        [("worker_id", view.worker_id)],
        [
            f"Started {view.worker_id}.{waits}",
            f"`yoi worker logs --follow {view.worker_id}` shows what it writes.",
        ],
    )


def print_worker(view: WorkerView, *, as_json: bool) -> None:
    """One worker, with everything that is known of it."""
    if as_json:
        _print_json(view)
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
        ("created_at", stamp(view.created_at)),
        ("started_at", _time(view.started_at)),
        ("ended_at", _time(view.ended_at)),
        ("output_size", str(view.output_size)),
    ]
    report_lines(rows, [f"{name:<12} {value}" for name, value in rows if value])


def print_end(ended: LoggedWorker, *, as_json: bool) -> None:
    """A worker has ended; what its ticket could not be told comes first."""
    warn(ended.warnings)
    view = ended.worker
    if as_json:
        _print_json(view)
        return
    code = _text(view.exit_code)
    spoken = f"{view.worker_id} {view.ending}. {view.evidence}"
    report_lines([(view.state, view.worker_id, code, view.cause)], [spoken])


def print_workers(views: Sequence[WorkerView], *, as_json: bool) -> None:
    """The workers that are kept."""
    if as_json:
        from yoi_cli.api.documents.workers import workers_document

        report_json("workers", workers_document(views))
        return
    rows = [
        [
            Cell(view.worker_id),
            Cell(view.state, _STYLES.get(view.state, "")),
            Cell(_text(view.exit_code)),
            Cell(view.ticket or ""),
            Cell(view.profile or ""),
            Cell(_time(view.started_at)),
            Cell(view.evidence),
        ]
        for view in views
    ]
    print_table(_COLUMNS, rows, empty="There are no workers.")


def print_input(worker_id: str, size: int, *, closed: bool, as_json: bool) -> None:
    """A worker was given something to read."""
    if as_json:
        from yoi_cli.api.documents.workers import InputGivenDocument

        given = InputGivenDocument(worker_id=worker_id, bytes=size, closed=closed)
        report_json("worker_input", given)
        return
    ending = ", and its input is closed" if closed else ""
    row = ("input", worker_id, str(size), "closed" if closed else "open")
    report_lines([row], [f"Gave {size} bytes to {worker_id}{ending}."])


def print_recovery(found: Sequence[Recovery], *, as_json: bool) -> None:
    """What was done for workers that had not ended."""
    if as_json:
        from yoi_cli.api.documents.workers import recovery_document

        report_json("worker_recovery", recovery_document(found))
        return
    report_lines(
        [(one.action, one.worker.worker_id, one.worker.state, one.message) for one in found],
        [f"{one.worker.worker_id}: {one.action}. {one.message}" for one in found]
        or ["Every worker has ended."],
    )


def print_pruned(ids: Sequence[str], *, as_json: bool) -> None:
    """Workers were forgotten."""
    if as_json:
        from yoi_cli.api.documents.workers import PrunedWorkersDocument

        report_json("workers_pruned", PrunedWorkersDocument(pruned=tuple(ids)))
        return
    forgot = f"Forgot {counted(len(ids), 'worker')}."
    report_lines([("pruned", worker_id) for worker_id in ids], [forgot])


def print_output(worker_id: str, parts: Iterable[Output], *, raw: bool) -> None:
    """A worker's output: in a pipe, or `raw`, the bytes as they came; on a terminal lines in
    which nothing drives it."""
    shows = is_terminal(sys.stdout) and not raw
    lines = _Lines()
    for part in parts:
        if part.resync:
            warn([f"What {worker_id} wrote before byte {part.start} is not kept any more."])
        if shows:
            write_stdout(lines.feed(part.data))
        else:
            _write_bytes(part.data)
    write_stdout(lines.rest())


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


def _print_json(view: WorkerView) -> None:
    from yoi_cli.api.documents.workers import worker_document

    report_json("worker", worker_document(view))


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _time(milliseconds: int | None) -> str:
    return "" if milliseconds is None else stamp(milliseconds)
