"""Whole tickets out of a store and into it (docs/commands.md, `export` and `import`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from yoi_cli.model.ids import TicketId
    from yoi_cli.transfer.export import ExportedTicket as ExportedTicket
    from yoi_cli.transfer.model import ImportProblem as ImportProblem
    from yoi_cli.transfer.report import ImportReport as ImportReport
    from yoi_cli.workspace.session import Session

JSONL = "jsonl"
FORMATS = (JSONL, "tk", "backlog")


def chosen_tickets(session: Session, words: Sequence[str] = ()) -> Sequence[TicketId]:
    """The tickets that `words` mean, each once; all of them where there is none."""
    from yoi_cli.transfer.export import chosen_tickets

    return chosen_tickets(session.store, words)


def export_tickets(
    session: Session, tickets: Sequence[TicketId], *, states: Collection[str] = ()
) -> Iterator[ExportedTicket]:
    """Each of `tickets` in turn, those in one of `states` and those that cannot be read."""
    from yoi_cli.transfer.export import export_tickets

    for one in export_tickets(session.store, tickets):
        if not states or one.error is not None or one.view.folded.state in states:
            yield one


def import_lines(
    session: Session,
    lines: Iterable[bytes],
    *,
    source: str,
    dry_run: bool = False,
    commit: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> ImportReport:
    """Put back exported tickets, each as soon as its line was read (`advance`).

    `source` is how messages call where the lines come from, "-" standard input. What is here
    already is skipped, what differs is refused, and the others come in.
    """
    from yoi_cli.transfer.formats.jsonl import read_lines
    from yoi_cli.transfer.import_lines import restore

    def counted() -> Iterator[bytes]:
        for line in lines:
            yield line
            advance()

    path = "standard input" if source == "-" else source
    report = restore(session.store, read_lines(counted(), path=path), dry_run=dry_run)
    return report if dry_run else _committed(session, report, source, asked=commit)


def import_folder(
    session: Session,
    folder: str,
    *,
    format_: str | None = None,
    dry_run: bool = False,
    author: str | None = None,
    commit: bool = False,
) -> ImportReport:
    """Take in the tickets of another tool (tk or Backlog.md) that were not taken in before.

    Without `format_`, the folder tells which tool. Raises `NotFoundError` for a folder that is
    not there, and `UsageError` (`format_unclear`).
    """
    import time

    from yoi_cli.store.files.ticket_files import encode_ticket
    from yoi_cli.transfer.formats.detect import find_tool, read_folder
    from yoi_cli.transfer.import_foreign import adopt, preview

    found = read_folder(*find_tool(folder, format_))
    by = session.author(author)
    if dry_run:
        return preview(session.store, found, by, encode_ticket, time.time_ns() // 1_000_000)
    report = adopt(session.store, found, by, encode_ticket)
    return _committed(session, report, folder, asked=commit)


def _committed(session: Session, report: ImportReport, source: str, *, asked: bool) -> ImportReport:
    if not report.imported:
        return report
    import os
    from dataclasses import replace

    from yoi_cli.api.autocommit import commit_folders_if_asked

    folders = [f"{session.location.folder}/{one.id}" for one in report.imported]
    name = os.path.basename(source.rstrip("/")) or source
    message = f"tickets: import {len(folders)} from {name}"
    return replace(report, warnings=commit_folders_if_asked(session, folders, message, asked=asked))
