"""`yoi ticket import`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, BinaryIO

import typer

from yoi_cli.api.autocommit import commit_folders_if_asked
from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import AuthorOption, JsonOption
from yoi_cli.cli.text.console import ProgressBar, progress
from yoi_cli.cli.text.report import warn
from yoi_cli.cli.ticket.transfer_text import say_imported
from yoi_cli.errors import ConflictError, NotFoundError, OperationError, UsageError
from yoi_cli.store.formats.ticket import encode_ticket
from yoi_cli.transfer.formats.detect import BACKLOG, TK, find_tool, read_folder
from yoi_cli.transfer.formats.jsonl import read_lines
from yoi_cli.transfer.import_foreign import adopt, preview
from yoi_cli.transfer.import_lines import restore
from yoi_cli.transfer.report import ImportReport
from yoi_cli.workspace.session import Session

_JSONL = "jsonl"
_FORMATS = (_JSONL, TK, BACKLOG)


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
            help="jsonl, tk or backlog; told from SOURCE otherwise.",
            autocompletion=complete_words(_FORMATS),
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come in; write nothing.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit the tickets' files to git afterwards.")
    ] = False,
) -> int:
    """Take in whole tickets: an export, byte for byte, or another tool's tickets.

    What is here already is skipped, so doing it again does no harm. A ticket that stands
    here with other content is left as it is; the others come in, and the exit code is 4.
    """
    if format_ not in (None, *_FORMATS):
        raise UsageError(
            "format_unknown",
            f"{format_[:40]!r} is not a format." if format_ else "The format is empty.",
            hint=f"The formats are {', '.join(_FORMATS)}.",
        )
    session = session_of(ctx)
    if format_ == _JSONL or (format_ is None and not os.path.isdir(source)):
        outcome = _restored(session, source, dry_run=dry_run)
    else:
        outcome = _adopted(session, source, format_, author, dry_run=dry_run)
    say_imported(outcome, dry_run=dry_run, as_json=as_json)
    if outcome.imported and not dry_run:
        folders = [f"{session.location.folder}/{one.id}" for one in outcome.imported]
        what = f"import {len(folders)} from {os.path.basename(source.rstrip('/')) or source}"
        warn(commit_folders_if_asked(session, folders, f"tickets: {what}", asked=commit))
    if outcome.conflicts:
        return ConflictError.exit_code
    return OperationError.exit_code if outcome.problems else 0


def _restored(session: Session, source: str, *, dry_run: bool) -> ImportReport:
    """Read line by line, so that an export of any size comes in."""
    shown = "standard input" if source == "-" else source
    with _opened(source) as stream, progress("Importing", None) as bar:
        tickets = read_lines(_counted(stream, bar), path=shown)
        return restore(session.store, tickets, dry_run=dry_run)


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


def _counted(lines: Iterable[bytes], bar: ProgressBar) -> Iterator[bytes]:
    for line in lines:
        yield line
        bar.advance()


def _adopted(
    session: Session, source: str, format_: str | None, author: str | None, *, dry_run: bool
) -> ImportReport:
    found = read_folder(*find_tool(source, format_))
    by = session.recorder(author)
    if dry_run:
        return preview(session.store, found, by, encode_ticket, time.time_ns() // 1_000_000)
    return adopt(session.store, found, by, encode_ticket)
