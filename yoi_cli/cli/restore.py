"""`yoi restore` (docs/durability.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import restore as api
from yoi_cli.api.session import open_session
from yoi_cli.cli.context import start_of
from yoi_cli.cli.options import JsonOption, tickets_argument
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.errors import StoreInvalidError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.restore import MissingWrites, Restored

_HEADER = ("result", "ticket", "what", "where")


def restore(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None, tickets_argument("Only these tickets; default the whole store.")
    ] = None,
    leave: Annotated[
        bool,
        typer.Option("--leave", help="It was taken away on purpose: ask for it no more."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what is missing, and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Bring back what was recorded and is in no file, stash or commit, and lost records.

    Lost are relations and plan records that git's history has, and that a merge or a
    checkout took out of the files.

    What a stash or an autostash holds is told, and left to git. Exits with 6 while
    anything is missing.
    """
    if leave and dry_run:
        raise UsageError("usage", "--leave changes something, and --dry-run nothing.")
    session = open_session(start_of(ctx))
    words = tickets or []
    if dry_run:
        missing = api.all_missing(session)
        print_restored((), tuple(missing.values()), (), as_json=as_json)
        return StoreInvalidError.exit_code if missing else 0
    found: Restored = (api.leave if leave else api.restore)(session, words)
    print_restored(found.restored, found.missing, found.left, as_json=as_json)
    return StoreInvalidError.exit_code if found.missing else 0


def print_restored(
    restored: Sequence[MissingWrites],
    missing: Sequence[MissingWrites],
    left: Sequence[MissingWrites],
    *,
    as_json: bool,
) -> None:
    """What was brought back, what is missing still and where it may be: JSON or lines."""
    if as_json:
        from yoi_cli.api.documents.restore import restored_document

        report_json("restored", restored_document(restored, missing, left))
        return
    groups = (("restored", restored), ("left", left), ("missing", missing))
    rows = [
        (word, one.ticket, one.what, one.where if word == "missing" else "")
        for word, found in groups
        for one in found
    ]
    sentences = [
        f"{word}: {ticket}, {what}" + (f" ({where})" if where else "")
        for word, ticket, what, where in rows
    ]
    report_lines([_HEADER, *rows], sentences or ["Nothing is missing."])
    if missing:
        from yoi_cli.model.missing import hint_for

        warn([hint_for(missing)])
