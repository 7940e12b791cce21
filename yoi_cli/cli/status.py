"""`yoi status`, which is also what `yoi` alone says."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from yoi_cli.api import status as api
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import is_terminal
from yoi_cli.cli.text.report import report_json, write_rows

if TYPE_CHECKING:
    from yoi_cli.api.status import Startable, Status

#: So many lines of each part: with the headings they fit the 24 of a terminal.
_MOST = {"overdue": 1, "mine": 3, "may start": 4, "planned": 4, "waits for you": 2, "runs": 2}
_MORE = {
    "overdue": "yoi list --due overdue",
    "mine": "yoi claims",
    "may start": "yoi next -n 99",
    "planned": "yoi list",
    "waits for you": "yoi inbox",
    "runs": "yoi worker list",
}


def status(ctx: typer.Context, as_json: JsonOption = False) -> None:
    """Show what is yours, what may start, what waits for a person, and what runs.

    The same as `yoi` alone. In a pipe a line each: part, ticket, what, and what answers it.
    """
    found = api.status(session_of(ctx))
    if as_json:
        from yoi_cli.api.documents.daily import status_document

        report_json("status", status_document(found))
    elif is_terminal(sys.stdout):
        print_status(found)
    else:
        write_rows([(part, *row) for part, rows in _parts(found).items() for row in rows])


def _parts(found: Status) -> dict[str, list[tuple[str, str, str]]]:
    """Every part with its rows: what it is about, what it is, and what is to be done.

    What is only planned is told where nothing may start, since it can be started by hand.
    """
    return {
        "overdue": [
            (one.ticket, f"{one.due} {one.title}", f"yoi show {one.ticket}")
            for one in found.overdue
        ],
        "mine": [(one.ticket, one.title, one.next_action) for one in found.mine],
        "may start": _startable(found.startable),
        "planned": [] if found.startable else _startable(found.planned),
        "waits for you": [
            (one.ticket or "profile", f"{one.reason}: {one.title}", one.commands[0])
            for one in found.waiting
        ],
        "runs": [
            (one.ticket or one.worker_id, f"{one.role or 'worker'} {one.state}", one.worker_id)
            for one in found.running
        ],
    }


def _startable(tickets: tuple[Startable, ...]) -> list[tuple[str, str, str]]:
    return [
        (one.ticket, f"{one.priority} {one.title}".strip(), f"yoi start {one.ticket}")
        for one in tickets
    ]


def print_status(found: Status) -> None:
    """The parts that have something, each with its first rows, in 24 lines."""
    from rich.text import Text

    from yoi_cli.cli.text.console import console
    from yoi_cli.model.text import visible

    def line(*pieces: tuple[str, str]) -> None:
        text = Text.assemble(*((visible(piece), style) for piece, style in pieces))
        console(sys.stdout).print(text, no_wrap=True, overflow="ellipsis", soft_wrap=False)

    counts = ", ".join(f"{number} {state}" for state, number in found.states.items())
    line((counts or "No tickets yet: `yoi create TITLE` makes one.", "dim"))
    if found.unreadable:
        line((f"{found.unreadable} cannot be read: `yoi ticket doctor` says why", "red"))
    for part, rows in _parts(found).items():
        if not rows:
            continue
        more = f"  {len(rows)}: `{_MORE[part]}`" if len(rows) > _MOST[part] else ""
        how = "  `yoi start ID` begins one" if part == "planned" else ""
        line((part, "bold"), (how + more, "dim"))
        for ticket, what, command in rows[: _MOST[part]]:
            line(("  ", ""), (ticket, "bold"), ("  ", ""), (what, ""))
            if part in ("mine", "waits for you"):
                line(("    ", ""), (command, "cyan"))
