"""How exports are written, and how the outcome of an import is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents.envelope import json_line
from yoi_cli.api.documents.transfer import exported_document, imported_document
from yoi_cli.cli.text.console import progress, write_stdout
from yoi_cli.cli.text.report import report, report_json, warn
from yoi_cli.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from yoi_cli.transfer.export import ExportedTicket
    from yoi_cli.transfer.model import ImportProblem
    from yoi_cli.transfer.report import ImportReport


def print_export(exported: Iterable[ExportedTicket], *, as_json: bool) -> None:
    """Print tickets as JSON Lines while they are read, or all of them as one document."""
    if as_json:
        tickets = [exported_document(one) for one in _warned(exported)]
        report_json("export", {"count": len(tickets), "file": None, "tickets": tickets})
        return
    for one in _warned(exported):
        write_stdout(json_line(exported_document(one)))


def write_export(exported: Iterable[ExportedTicket], total: int, file: BinaryIO) -> int:
    """Write tickets as JSON Lines to `file`; how many there were."""
    count = 0
    with progress("Exporting", total) as bar:
        for one in _warned(exported):
            file.write(json_line(exported_document(one)).encode())
            count += 1
            bar.advance()
    return count


def say_exported(count: int, path: str, *, as_json: bool) -> None:
    """Tickets were written to a file."""
    report(
        as_json,
        "export",
        {"count": count, "file": path, "tickets": None},
        piped=[("exported", str(count), path)],
        spoken=[f"Exported {counted(count, 'ticket')} to {path}"],
    )


def _warned(exported: Iterable[ExportedTicket]) -> Iterator[ExportedTicket]:
    for one in exported:
        if one.error is not None:
            warn([f"{one.view.id} cannot be read whole: {one.error.message}"])
        yield one


def say_imported(outcome: ImportReport, *, dry_run: bool, as_json: bool) -> None:
    """What came in, what was there already, and what was left out."""
    done = "Would import" if dry_run else "Imported"
    spoken = [f"{done} {one.id} ({one.source}): {one.title}" for one in outcome.imported]
    if outcome.skipped:
        spoken.append(f"Skipped, being here already: {counted(len(outcome.skipped), 'ticket')}")
    if not spoken:
        spoken.append("Nothing to import.")
    report(
        as_json,
        "imported",
        imported_document(outcome, dry_run=dry_run),
        piped=[
            *(("imported", one.id, one.source) for one in outcome.imported),
            *(("skipped", one.id, one.source) for one in outcome.skipped),
            *(("conflict", one.id, one.source) for one in outcome.conflicts),
        ],
        spoken=spoken,
    )
    warn(_placed(one) for one in outcome.notices)
    warn(f"Left out: {one.message}" for one in outcome.conflicts)
    warn(f"Left out: {_placed(one)}" for one in outcome.problems)


def _placed(problem: ImportProblem) -> str:
    line = "" if problem.line is None else f", line {problem.line}"
    return f"{problem.path}{line}: {problem.message}"
