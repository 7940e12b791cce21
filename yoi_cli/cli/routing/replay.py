"""`yoi replay`: recorded decisions against what the logs say of their instants."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import routing
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption, tickets_argument
from yoi_cli.cli.text.console import is_terminal, progress
from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, warn_of_unreadable
from yoi_cli.cli.text.table import ID, TEXT, Cell, Column, Row, print_table, state_style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.routing import Blocker, IllegalMove, MovePastBlockers, Replay, ReplayedDecision


def replay(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None, tickets_argument("Only the decisions about these tickets.")
    ] = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="On a terminal, also show what agrees.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Check recorded decisions against what the logs say of that time.

    Exits with 1 if a decision said ready of a ticket that was blocked, else with 0:
    what else disagrees is for people to read.
    """
    session = session_of(ctx)
    chosen = routing.replayed_tickets(session, tickets or ())
    with progress("Replaying tickets", len(chosen)) as bar:
        replayed = routing.replay(session, chosen, advance=bar.advance)
    print_replay(replayed, as_json=as_json, show_all=show_all)
    return 1 if replayed.ready_while_blocked else 0


_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("at"),
    Column("recorded"),
    Column("computed"),
    Column("blockers", TEXT),
    Column("reason", TEXT),
)
_MOVE_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("at"),
    Column("from"),
    Column("to"),
    Column("author", TEXT),
)
_STYLES = {"ready": "green", "blocked": "yellow"}


def print_replay(replay: Replay, *, as_json: bool, show_all: bool) -> None:
    """Print a replay; `show_all` is for a terminal, which else gets the disagreements."""
    if as_json:
        from yoi_cli.api.documents.replay import replay_document

        report_json("replay", replay_document(replay))
        return
    if is_terminal(sys.stdout):
        _print_on_terminal(replay, show_all=show_all)
    else:
        empty = "No decision says ready or blocked."
        print_table(_COLUMNS, map(_row, replay.rows), empty=empty)
    warn_of_unreadable(replay.unreadable)


def _print_on_terminal(replay: Replay, *, show_all: bool) -> None:
    _summary(replay, show_all=show_all).show()
    shown = [row for row in replay.rows if show_all or not row.agrees]
    if shown:
        _headed("Decisions" if show_all else "Disagreements")
        print_table(_COLUMNS, map(_row, shown), empty="")
    if replay.illegal_moves and show_all:
        _headed("Illegal moves")
        print_table(_MOVE_COLUMNS, map(_move, replay.illegal_moves), empty="")
    if replay.moves_past_blockers:
        _headed("Moves past a blocker")
        past = [(*_move(move), _names(move.blockers)) for move in replay.moves_past_blockers]
        print_table((*_MOVE_COLUMNS, Column("blockers")), past, empty="")


def _summary(replay: Replay, *, show_all: bool) -> Page:
    page = Page()
    disagree = len(replay.rows) - replay.agree
    bad = replay.ready_while_blocked
    others = ", ".join(f"{name} {count}" for name, count in replay.other.items())
    illegal = str(len(replay.illegal_moves))
    if replay.illegal_moves and not show_all:
        illegal += "  (--all lists them)"
    page.facts(
        [
            ("decisions", f"{len(replay.rows)} that say ready or blocked"),
            ("agree", f"{replay.agree} by relations alone"),
            ("disagree", f"{disagree}, of which {replay.explained} are explained"),
            ("ready while blocked", Cell(str(bad), "bold red" if bad else "green")),
            ("other decisions", f"{sum(replay.other.values())}{_listed(others, show_all)}"),
            ("illegal moves", illegal),
            ("moves past a blocker", str(len(replay.moves_past_blockers))),
        ]
    )
    return page


def _listed(others: str, show_all: bool) -> str:
    return f": {others}" if others and show_all else ""


def _headed(title: str) -> None:
    page = Page()
    page.heading(title)
    page.show()


def _row(row: ReplayedDecision) -> Row:
    return (
        row.ticket,
        row.at,
        Cell(row.recorded, _STYLES.get(row.recorded, "")),
        Cell(row.computed, _STYLES.get(row.computed, "")),
        _names(row.blockers),
        "ready_while_blocked" if row.is_ready_while_blocked else row.reason or "",
    )


def _move(move: IllegalMove | MovePastBlockers) -> Row:
    return (
        move.ticket,
        move.at,
        Cell(move.origin, state_style(move.origin)),
        Cell(move.target, state_style(move.target)),
        move.author,
    )


def _names(blockers: Sequence[Blocker]) -> str:
    return " ".join(blocker.ticket for blocker in blockers)
