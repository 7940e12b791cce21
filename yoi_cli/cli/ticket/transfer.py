"""`yoi ticket import` and `export`."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import transfer as api
from yoi_cli.api.transfer import FORMATS, JSONL
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    JsonOption,
    OutputOption,
    StatesOption,
    check_format,
    chosen_states,
    tickets_argument,
)
from yoi_cli.cli.output_file import output_file
from yoi_cli.cli.text.console import progress, write_stdout
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.errors import ConflictError, NotFoundError, OperationError, UsageError
from yoi_cli.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from yoi_cli.api.transfer import ExportedTicket, ImportProblem, ImportReport


def import_(
    ctx: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A file of JSON Lines (- for standard input), or a folder of tk or Backlog.md.",
            show_default=False,
        ),
    ],
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="jsonl, tk or backlog; default detected from SOURCE.",
            autocompletion=complete_words(FORMATS),
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be imported; write nothing.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit the tickets' files to git afterwards.")
    ] = False,
) -> int:
    """Take in whole tickets: an export, byte for byte, or another tool's tickets.

    What is here already is skipped, so it may be repeated. A ticket that exists
    here with other content is left as it is; the others are imported, and the exit code is 4.
    """
    if format_ is not None:
        check_format(format_, FORMATS)
    session = session_of(ctx)
    if format_ == JSONL or (format_ is None and not os.path.isdir(source)):
        # Read line by line, so that an export of any size comes in.
        with _opened(source) as stream, progress("Importing", None) as bar:
            outcome = api.import_lines(
                session,
                stream,
                source=source,
                dry_run=dry_run,
                commit=commit,
                advance=bar.advance,
            )
    else:
        outcome = api.import_folder(
            session, source, format_=format_, dry_run=dry_run, author=author, commit=commit
        )
    if as_json:
        from yoi_cli.api.documents.transfer import imported_document

        report_json("imported", imported_document(outcome, dry_run=dry_run))
    else:
        report_lines(_imported_rows(outcome), _imported_sentences(outcome, dry_run=dry_run))
    warn(_placed(one) for one in outcome.notices)
    warn(f"Left out: {one.message}" for one in outcome.conflicts)
    warn(f"Left out: {_placed(one)}" for one in outcome.problems)
    warn(outcome.warnings)
    if outcome.conflicts:
        return ConflictError.exit_code
    return OperationError.exit_code if outcome.problems else 0


@contextmanager
def _opened(source: str) -> Iterator[BinaryIO]:
    if source == "-":
        yield sys.stdin.buffer
        return
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, ValueError) as error:
        raise NotFoundError(
            "file_not_found",
            f"There is no file {source[:200]!r}.",
            hint="Check the path; nothing was written.",
        ) from error
    with open(descriptor, "rb") as file:
        yield file


def export(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None,
        tickets_argument("The tickets to export; default all."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every ticket (default).")] = False,
    state: StatesOption = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print whole tickets as JSON Lines: what is known of each, and its files byte for byte.

    `yoi ticket import` puts them back exactly as they were. A ticket that cannot be read is
    exported by its files, with the reason.
    """
    if tickets and everything:
        raise UsageError(
            "tickets_given_twice",
            "--all and TICKET cannot be given together.",
            hint="Give one or the other.",
        )
    states = chosen_states(state)
    session = session_of(ctx)
    chosen = api.chosen_tickets(session, tickets or ())
    exported = api.export_tickets(session, chosen, states=states)
    if output is None or output == "-":
        print_export(exported, as_json=as_json)
        return
    with output_file(output) as file:
        count = write_export(exported, len(chosen), file)
    if as_json:
        from yoi_cli.api.documents.transfer import ExportDocument

        report_json("export", ExportDocument(count=count, file=output, tickets=None))
    else:
        sentence = f"Exported {counted(count, 'ticket')} to {output}"
        report_lines([("exported", str(count), output)], [sentence])


def print_export(exported: Iterable[ExportedTicket], *, as_json: bool) -> None:
    """Print tickets as JSON Lines while they are read, or all of them as one document."""
    from yoi_cli.api.documents.envelope import json_line
    from yoi_cli.api.documents.transfer import ExportDocument, exported_document

    if as_json:
        tickets = tuple(exported_document(one) for one in _warned(exported))
        report_json("export", ExportDocument(count=len(tickets), file=None, tickets=tickets))
        return
    for one in _warned(exported):
        write_stdout(json_line(exported_document(one)))


def write_export(exported: Iterable[ExportedTicket], total: int, file: BinaryIO) -> int:
    """Write tickets as JSON Lines to `file`; how many there were."""
    from yoi_cli.api.documents.envelope import json_line
    from yoi_cli.api.documents.transfer import exported_document

    count = 0
    with progress("Exporting", total) as bar:
        for one in _warned(exported):
            file.write(json_line(exported_document(one)).encode())
            count += 1
            bar.advance()
    return count


def _warned(exported: Iterable[ExportedTicket]) -> Iterator[ExportedTicket]:
    for one in exported:
        if one.error is not None:
            warn([f"{one.view.id} cannot be read whole: {one.error.message}"])
        yield one


def _imported_rows(outcome: ImportReport) -> Iterator[tuple[str, str, str]]:
    yield from (("imported", one.id, one.source) for one in outcome.imported)
    yield from (("skipped", one.id, one.source) for one in outcome.skipped)
    yield from (("conflict", one.id, one.source) for one in outcome.conflicts)


def _imported_sentences(outcome: ImportReport, *, dry_run: bool) -> Iterator[str]:
    done = "Would import" if dry_run else "Imported"
    yield from (f"{done} {one.id} ({one.source}): {one.title}" for one in outcome.imported)
    if outcome.skipped:
        yield f"Skipped, being here already: {counted(len(outcome.skipped), 'ticket')}"
    elif not outcome.imported:
        yield "Nothing to import."


def _placed(problem: ImportProblem) -> str:
    line = "" if problem.line is None else f", line {problem.line}"
    return f"{problem.path}{line}: {problem.message}"
