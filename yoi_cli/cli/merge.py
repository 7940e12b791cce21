"""`yoi resolve`, and `yoi merge-driver`, which git runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import merge
from yoi_cli.api.queries import count_tickets
from yoi_cli.api.session import open_session
from yoi_cli.cli.context import start_of
from yoi_cli.cli.options import JsonOption, tickets_argument
from yoi_cli.cli.plain.merge_driver import drive
from yoi_cli.cli.text.console import (
    console,
    is_terminal,
    progress,
    text,
)
from yoi_cli.cli.text.report import report_json, warn, write_rows
from yoi_cli.errors import ConflictError, UsageError

if TYPE_CHECKING:
    from yoi_cli.api.merge import Resolution

_HEADER = ("result", "code", "ticket", "path", "message")


def resolve(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None, tickets_argument("Only these tickets; default the whole store.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="The whole store.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Merge tickets that git left in conflict, and repair what earlier merges broke.

    It works from git's index, so that no merge driver is needed, and touches nothing outside
    of the store. Exits with 4 if something is left to a person.
    """
    if every and tickets:
        raise UsageError(
            "usage", "Name tickets, or give --all.", hint="Without either all are looked at."
        )
    # In a linked worktree the conflict is in that checkout's index, wherever its store is.
    session = open_session(start_of(ctx)._replace(here=True))
    wanted = merge.chosen_tickets(session, tickets or ())
    with progress("Looking at tickets", count_tickets(session)) as bar:
        found = merge.resolve(session, wanted, dry_run=dry_run, advance=bar.advance)
    print_resolution(found, as_json=as_json)
    return ConflictError.exit_code if found.questions else 0


def merge_driver(
    ctx: typer.Context,
    base: Annotated[str, typer.Argument(metavar="BASE", help="The ancestor's file: %O.")],
    ours: Annotated[str, typer.Argument(metavar="OURS", help="Our file, which is written: %A.")],
    theirs: Annotated[str, typer.Argument(metavar="THEIRS", help="The other side's file: %B.")],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Where the file belongs: %P.")],
    is_ancestor: Annotated[
        bool, typer.Option("--ancestor", help="Git merges two merge bases: ask nothing.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Merge one file of a ticket for git.

    `yoi init` configures git to run it. Exits with 0 where the file is merged, with 4 where
    it is and a person must look at it, and with 129, the file untouched, where it cannot be
    merged by meaning.
    """
    return drive(ctx, base, ours, theirs, path, is_ancestor=is_ancestor, as_json=as_json)


def print_resolution(found: Resolution, *, as_json: bool) -> None:
    """What was done, what is left to a person, and what is worth knowing (on stderr)."""
    if as_json:
        from yoi_cli.api.documents.merging import resolve_document

        report_json("resolved", resolve_document(found))
        return
    if is_terminal(sys.stdout):
        _print(found)
    else:
        write_rows(_rows(found))
    warn(found.notes)


def _rows(found: Resolution) -> list[tuple[str, ...]]:
    word = "planned" if found.planned else "done"
    rows: list[tuple[str, ...]] = [_HEADER]
    for step in found.steps:
        rows.append((word, step.action, step.ticket, " ".join(step.paths[:1]), step.message))
    for left in found.questions:
        rows.append(("left", left.code, left.ticket, left.path, left.message))
    return rows


def _print(found: Resolution) -> None:
    from rich.padding import Padding

    target = console(sys.stdout)
    for step in found.steps:
        line = text("would " if found.planned else "done  ", "cyan" if found.planned else "green")
        line.append_text(text(f"{step.ticket} ", "bold"))
        line.append_text(text(step.message))
        target.print(line)
    for left in found.questions:
        line = text("left  ", "bold yellow")
        line.append_text(text(f"{left.path or left.ticket} ", "bold"))
        line.append_text(text(left.code, "dim"))
        target.print(line)
        target.print(Padding(text(left.message), (0, 0, 0, 6)), soft_wrap=False)
    target.print(text(_summary(found), "yellow" if found.questions else "green"))


def _summary(found: Resolution) -> str:
    if found.questions:
        number = len(found.questions)
        return f"{number} {'thing is' if number == 1 else 'things are'} left to you."
    if not found.steps:
        return "Nothing is in conflict, and nothing needs repair."
    if found.planned:
        return "Nothing was changed; this is what would be."
    if found.added:
        return "Resolved. Go on with git: commit the merge, or continue the rebase or pick."
    return "Repaired. Look at `git diff`, and commit."
