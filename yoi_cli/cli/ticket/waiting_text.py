"""How long tickets waited, on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.api.documents.stats import _document
from yoi_cli.cli.text.console import console, is_terminal, write_stdout
from yoi_cli.cli.text.plot import bars, duration
from yoi_cli.cli.text.report import report_json, warn
from yoi_cli.model.safe_text import tsv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.routing.waiting import Waited

_WIDEST_PLOT = 80
_MOST_ROWS = 10
_TITLES = {
    "human_gate": "ready, not queued",
    "dependency": "behind a dependency",
    "ordering": "by the plan's order",
    "conflict": "apart from other work",
    "capacity": "for capacity",
    "pick_up": "free, not picked up",
}


def say_waiting(waited: Waited, *, as_json: bool) -> None:
    """Print how long tickets waited, and for what."""
    if as_json:
        report_json("waiting", _document(waited))
        return
    if is_terminal(sys.stdout):
        _print_plots(waited)
    else:
        rows = [tsv(("metric", "name", "value")), *(tsv(row) for row in _rows(waited))]
        write_stdout("\n".join(rows) + "\n")
    warn(f"{ticket} cannot be read and is left out." for ticket in waited.unreadable)


def _rows(waited: Waited) -> Iterator[tuple[str, str, str]]:
    for reason, seconds in waited.by_reason.items():
        yield ("waited", reason, str(seconds))
        yield ("tickets", reason, str(waited.tickets[reason]))
    for blocker, seconds in _longest(waited.by_blocker):
        yield ("held_up_others", blocker, str(seconds))


def _longest(times: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(times.items(), key=lambda row: (-row[1], row[0]))


def _print_plots(waited: Waited) -> None:
    from rich.text import Text

    target = console(sys.stdout)
    width = min(target.width, _WIDEST_PLOT) - 2
    totals = {ticket: sum(spent.values()) for ticket, spent in waited.by_ticket.items()}
    sections = (
        ("Waited, all tickets together", [(_TITLES[r], s) for r, s in waited.by_reason.items()]),
        ("Held others up longest", _longest(waited.by_blocker)[:_MOST_ROWS]),
        ("Waited longest", _longest(totals)[:_MOST_ROWS]),
    )
    for title, rows in sections:
        target.print(Text(title, "bold"))
        lines = bars([(name, float(seconds)) for name, seconds in rows], width, show=duration)
        for line in lines or ["none"]:
            target.print(Text(f"  {line}"))
        target.print()
