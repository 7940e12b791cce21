"""`yoi inbox`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from yoi_cli.api import inbox as api
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import is_terminal, write_stdout
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, warn_of_unreadable, write_rows
from yoi_cli.cli.text.table import Cell

if TYPE_CHECKING:
    from yoi_cli.api.inbox import Inbox, Waiting

#: So many of an agent's last lines are shown on a terminal.
_LINES = 8


def inbox(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show what waits for a person: why, what the agent said last, and what answers it.

    That is what `yoi orchestrate` stopped at, questions, reports to be reviewed, and profiles
    that need a login. What waits longest comes first. In a pipe a line each: ticket, reason,
    since when, command, why, last words, title.
    """
    found = api.inbox(session_of(ctx))
    if as_json:
        from yoi_cli.api.documents.inbox import inbox_document

        report_json("inbox", inbox_document(found))
    elif is_terminal(sys.stdout):
        print_inbox(found)
    else:
        write_rows(_row(one) for one in found.waiting)
    warn_of_unreadable(found.unreadable)


def _row(one: Waiting) -> tuple[str, ...]:
    line = " ".join(one.why.split())
    words = " ".join(one.last_words.split())
    return (one.ticket, one.reason, one.since, one.commands[0], line, words, one.title)


def print_inbox(found: Inbox) -> None:
    """A paragraph for everything that waits."""
    if not found.waiting:
        write_stdout("Nothing waits for you.\n")
        return
    page = Page()
    for number, one in enumerate(found.waiting):
        if number:
            page.blank()
        page.line(Cell(one.ticket or "profile", "bold"), "  ", one.title)
        page.line(Cell(one.reason, "magenta"), Cell(f"  {one.since}" if one.since else "", "dim"))
        page.prose(one.why)
        said = one.last_words.removesuffix(one.why).rstrip()
        words = "\n".join(said.split("\n")[-_LINES:])
        if words:
            page.line(Cell("last words:", "dim"))
            page.prose(words)
        for command in one.commands:
            page.command(command)
    page.show()
