"""`yoi ticket export`."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import transfer as api
from yoi_cli.api.transfer import EXPORT_FORMATS, JSONL
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.filter_options import (
    AssigneesOption,
    BlockedOption,
    DueByOption,
    PrioritiesOption,
    ReverseOption,
    SearchOption,
    SortOption,
    TagsOption,
)
from yoi_cli.cli.given_words import chosen_states, due_by
from yoi_cli.cli.options import (
    JsonOption,
    LimitOption,
    OutputOption,
    StatesOption,
    check_format,
    tickets_argument,
)
from yoi_cli.cli.output_file import output_file, output_folder
from yoi_cli.cli.refusals import options_clash
from yoi_cli.cli.saved_filters import run_with_saved
from yoi_cli.cli.text.console import progress, write_stdout
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.errors import OperationError, UsageError
from yoi_cli.model.text import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from yoi_cli.api.transfer import ExportedTicket, ForeignExport


def export(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None,
        tickets_argument("The tickets to export; default all. @NAME: a saved filter."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", "-a", help="Every ticket (default).")
    ] = False,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="jsonl (whole, for yoi), beads, github-json, markdown or csv.",
            autocompletion=complete_words(EXPORT_FORMATS),
        ),
    ] = JSONL,
    state: StatesOption = None,
    tag: TagsOption = None,
    assignee: AssigneesOption = None,
    priority: PrioritiesOption = None,
    blocked: BlockedOption = False,
    due: DueByOption = None,
    search: SearchOption = None,
    sort: SortOption = "id",
    reverse: ReverseOption = False,
    limit: LimitOption = None,
    output: OutputOption = None,
    as_json: JsonOption = False,
) -> object:
    """Print whole tickets: as JSON Lines, or as another tool reads them.

    `yoi ticket import` puts JSON Lines back exactly as they were; a ticket that cannot be
    read is exported by its files, with the reason. The other formats hold what docs/import.md
    says; the rest is counted on stderr, and with --json. Options that filter are those of
    `yoi list`, but that closed tickets come, too. With --format markdown, --output may name a
    folder (DIR/), which gets a file for each ticket.
    """
    check_format(format_, EXPORT_FORMATS)
    named = [word for word in tickets or () if not word.startswith("@")]
    if named and everything:
        raise UsageError(
            "tickets_given_twice",
            "--all and TICKET cannot be given together.",
            hint="Give one or the other.",
        )
    session = session_of(ctx)
    if saved := [word for word in tickets or () if word.startswith("@")]:
        return run_with_saved(ctx, session, "tickets", saved, named)
    states = chosen_states(state)
    chosen = api.chosen_tickets(
        session,
        named,
        fields={"tags": tag, "assignee": assignee, "priority": priority},
        only_blocked=blocked,
        due_by=due_by(due),
        query=search,
        sort=sort,
        reverse=reverse,
    )
    is_own = format_ == JSONL
    exported = api.export_tickets(session, chosen, states=states, limit=limit, with_files=is_own)
    target = None if output == "-" else output
    if is_own:
        _export_lines(exported, len(chosen), target, as_json=as_json)
        return None
    foreign = api.foreign_export(session, format_, chosen)
    return _export_foreign(foreign, exported, format_, len(chosen), target, as_json=as_json)


def _export_lines(
    exported: Iterable[ExportedTicket], total: int, file: str | None, *, as_json: bool
) -> None:
    """Our own lines: to `file`, or to standard output while tickets are read."""
    from yoi_cli.api.documents.envelope import json_line
    from yoi_cli.api.documents.transfer import export_document, exported_document

    if file is None and as_json:
        tickets = tuple(exported_document(one) for one in _warned(exported))
        report_json("export", export_document(len(tickets), None, tickets))
        return
    count = 0
    with _target(file, total) as write:
        for one in _warned(exported):
            write(json_line(exported_document(one)))
            count += 1
    if file is not None:
        if as_json:
            report_json("export", export_document(count, file))
        else:
            _report(count, file)


def _warned(exported: Iterable[ExportedTicket]) -> Iterator[ExportedTicket]:
    for one in exported:
        if one.error is not None:
            warn([f"{one.view.id} cannot be read whole: {one.error.message}"])
        yield one


def _export_foreign(
    foreign: ForeignExport,
    exported: Iterable[ExportedTicket],
    form: str,
    total: int,
    file: str | None,
    *,
    as_json: bool,
) -> int:
    """Another tool's format; the exit code says whether a ticket was left out."""
    suffix = foreign.writer.suffix
    if file is None and as_json:
        raise options_clash(
            f"--json has no place for {form}: that is no document of yoi.", "--json"
        )
    if file is not None and _is_folder(file):
        if not suffix:
            raise UsageError(
                "output_is_folder",
                f"{file[:200]!r} is a folder, and {form} is one file.",
                hint="Name a file, or take --format markdown, of which each ticket is a file.",
            )
        with output_folder(file) as put, progress("Exporting", total) as bar:
            for one in foreign.written(exported):
                put(one.id + suffix, one.text.encode())
                bar.advance()
    else:
        with _target(file, total) as write:
            for text in foreign.document(exported):
                write(text)
    if file is not None and as_json:
        from yoi_cli.api.documents.transfer import foreign_export_document

        report_json("export", foreign_export_document(foreign, form, file))
    elif file is not None:
        _report(foreign.count, file)
    warn(f"Left out: {id_}: {message}" for id_, message in foreign.unreadable.items())
    warn(
        f"{form} has no place for: {lost.kind} ({lost.count}, of {counted(lost.tickets, 'ticket')})"
        for lost in foreign.out.losses.found()
    )
    return OperationError.exit_code if foreign.unreadable else 0


def _is_folder(path: str) -> bool:
    return path.endswith("/") or os.path.isdir(path)


@contextmanager
def _target(file: str | None, total: int) -> Iterator[Callable[[str], object]]:
    """What writes text: to standard output, or to `file`, which is there once it is whole."""
    if file is None:
        yield write_stdout
        return
    with output_file(file) as stream, progress("Exporting", total) as bar:

        def write(text: str) -> None:
            stream.write(text.encode())
            bar.advance()

        yield write


def _report(count: int, file: str) -> None:
    sentence = f"Exported {counted(count, 'ticket')} to {file}"
    report_lines([("exported", str(count), file)], [sentence])
