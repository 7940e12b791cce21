"""`yoi undo`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.api import undo as api
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import (
    AuthorOption,
    CommitOption,
    JsonOption,
    ticket_argument,
)
from yoi_cli.cli.refusals import options_clash
from yoi_cli.cli.text.report import report_json, report_lines, warn, with_next, write_next


def undo(
    ctx: typer.Context,
    ticket: Annotated[str | None, ticket_argument("Only the last command on this ticket.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be taken back; write nothing.")
    ] = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
    commit: CommitOption = False,
) -> None:
    """Take back what your last command recorded, by events of its own; nothing is deleted.

    A ticket goes back to the state that it was in, a comment is withdrawn, fields and texts are
    what they were, relations go or come back, a claim is given back or taken again, and a ticket
    that was made is closed. Nothing is written where somebody acted on a ticket since, or where
    others go by what was said: a review, a report, an answer. Twice takes back the first.

    \b
    Example:
      yoi undo --dry-run
    """
    if dry_run and commit:
        raise options_clash("A dry run writes nothing that could be committed.", "--commit")
    session = session_of(ctx)
    done = api.undo(session, ticket, author=author, dry_run=dry_run, commit=commit)
    first = done.tickets[0].ticket
    if as_json:
        from yoi_cli.api.documents.undo import undone_document

        report_json("undone", with_next(session, first, undone_document(done)))
    else:
        what = "Would take back" if dry_run else "Took back"
        rows = [("undone", t.ticket, s.what, s.text) for t in done.tickets for s in t.steps]
        said = [f"{what} `{done.command}` of {done.at}:"]
        said += [f"  {t.ticket}  {step.text}" for t in done.tickets for step in t.steps]
        report_lines(rows, said)
        if not dry_run:
            write_next(session, first)
    warn(warning for one in done.tickets for warning in one.warnings)
