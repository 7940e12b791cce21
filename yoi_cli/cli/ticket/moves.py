"""`yoi ticket moves`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import moves as api
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, TicketArgument
from yoi_cli.cli.text.console import is_terminal
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, write_rows
from yoi_cli.cli.text.table import Cell, state_style

if TYPE_CHECKING:
    from yoi_cli.api.moves import Move, TicketMoves


def moves(
    ctx: typer.Context,
    ticket: TicketArgument,
    every: Annotated[bool, typer.Option("--all", help="Those that may not be made, too.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what may be done with a ticket now, and the command that does it.

    With --all also what may not, and why: the commands would say the same. In a pipe a line
    each: action, yes or no, command, code and reason. --json has all of them.
    """
    found = api.moves(session_of(ctx), ticket)
    if as_json:
        from yoi_cli.api.documents.moves import moves_document

        report_json("moves", moves_document(found))
        return
    shown = [move for move in found.moves if every or move.is_enabled]
    if is_terminal(sys.stdout):
        print_moves(found, shown)
    else:
        write_rows(_row(move) for move in shown)


def _row(move: Move) -> tuple[str, ...]:
    return (move.action, "yes" if move.is_enabled else "no", move.command, move.code, move.why)


def print_moves(found: TicketMoves, shown: list[Move]) -> None:
    """The ticket, how it stands, and a line for every move."""
    page = Page()
    page.line(Cell(found.ticket, "bold"), "  ", found.title)
    page.line(Cell(found.state or "unknown", state_style(found.state)), "  ", *found.reasons[:1])
    if found.why:
        page.line(Cell(found.why, "yellow"))
    width = max((len(move.label) for move in shown), default=0) + 2
    for move in shown:
        if move.is_enabled:
            is_first = move.action == found.primary
            style = "bold green" if is_first else ""
            page.line(Cell(move.label.ljust(width), style), Cell(move.command, "cyan"))
        else:
            page.line(Cell(move.label.ljust(width), "dim"), Cell(move.why, "dim"))
    page.show()
