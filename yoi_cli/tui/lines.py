"""The lines of the list as they are drawn. Words carry what colour says, for who sees none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style

from yoi_cli.tui.cells import (
    BOLD,
    DIM,
    GOOD,
    LINK,
    REVERSE,
    WAITING,
    WRONG,
    fit,
    state_style,
    strip,
)
from yoi_cli.tui.rows import CHILD, HEADING, Row

if TYPE_CHECKING:
    from textual.strip import Strip

    from yoi_cli.api.overview import OverviewRow, WorkerView
    from yoi_cli.tui.cells import Piece

_STATE_WIDTH = 11
_SHORT = {
    "planning": "plan",
    "ready": "ready",
    "queued": "q",
    "inprogress": "prog",
    "done": "done",
    "closed": "cls",
}
_ACTIONS = {
    "intake": "Enter: clarify",
    "queue": "Enter: queue",
    "wait": "Enter: look",
    "close": "Enter: close",
}
_GATES = {"open": "gate open", "waits": "waits", "broken": "broken"}
_NEEDS = {
    "answer_needed": "asks a question",
    "person_needed": "needs a person",
    "unreviewed_work": "to be reviewed",
    "changes_requested": "changes requested",
    "approved": "approved",
    "stalled": "stalled",
}
_PLAIN = Style.null()


def line(row: Row, part: int, width: int, *, is_selected: bool) -> Strip:
    """The line `part` (0 or 1) of a row, in `width` cells."""
    over = REVERSE if is_selected else _PLAIN
    mark = "▌" if is_selected else " "
    if row.ticket is not None:
        pieces = _second(row.ticket, width) if part else _first(row.ticket)
        return strip([(mark, BOLD), *pieces], width, over)
    if row.worker is not None:
        return strip([(mark, BOLD), *_worker(row.worker, row.kind == CHILD)], width, over)
    if row.broken is not None:
        pieces = [
            (fit("unreadable", _STATE_WIDTH), WRONG),
            (row.broken.ticket, BOLD),
            (f"  {row.broken.error.message}", DIM),
        ]
        return strip([(mark, BOLD), *pieces], width, over)
    style = BOLD if row.kind == HEADING else DIM
    return strip([(" ", _PLAIN), (row.text, style)], width)


def _first(row: OverviewRow) -> list[Piece]:
    """State and title."""
    state = row.state
    if row.there:
        state = f"{_SHORT.get(row.state, row.state)}→{_SHORT.get(row.there, row.there)}"
    style = state_style(row.there or row.state)
    title: list[Piece] = [(row.title or "(no title)", BOLD if row.gate != "waits" else _PLAIN)]
    if row.priority:
        title.insert(0, (f"{row.priority} ", WRONG if row.priority == "P0" else DIM))
    return [(fit(state, _STATE_WIDTH), style), *title]


def _second(row: OverviewRow, width: int) -> list[Piece]:
    """Id, gate, blockers, action, claim, worker: what is likeliest to be needed comes first."""
    ident = row.ticket if width >= 60 else f"…{row.ticket[-6:]}"
    pieces: list[Piece] = [(" " * _STATE_WIDTH if width >= 60 else "  ", _PLAIN), (ident, DIM)]
    if row.needs_person or row.reason in ("changes_requested", "approved"):
        pieces.append((f"  {_NEEDS.get(row.reason, row.reason)}", WAITING))
    if row.gate:
        style = {"open": GOOD, "broken": WRONG}.get(row.gate, WAITING)
        pieces.append((f"  {_GATES[row.gate]}", style))
    if row.blockers:
        pieces.append((f"  {_blockers(row)}", DIM))
    if row.action is not None:
        pieces.append((f"  {_ACTIONS[row.action]}", LINK if row.action != "wait" else DIM))
    if row.claim:
        over = " (lease over)" if row.is_claim_over else ""
        pieces.append((f"  claim {row.claim}{over}", DIM))
    if row.workers:
        many = f" +{len(row.workers) - 1}" if len(row.workers) > 1 else ""
        pieces.append((f"  worker …{row.workers[0][-6:]}{many}", DIM))
    if row.why and not row.blockers and (row.action is None or row.gate):
        why = row.why.removeprefix(f"Nothing is decided about {row.ticket}: ")
        pieces.append((f"  {why.removeprefix(f'{row.ticket} ')}", DIM))
    return pieces


def _blockers(row: OverviewRow) -> str:
    """Up to three blockers and their states, and how many more there are."""
    shown = ", ".join(f"…{ticket[-6:]} ({state})" for ticket, state in row.blockers[:3])
    more = len(row.blockers) - 3
    return f"by {shown}" + (f" (+{more} more)" if more > 0 else "")


def _worker(view: WorkerView, is_child: bool) -> list[Piece]:
    state = {"running": GOOD, "queued": WAITING, "lost": WRONG, "killed": WAITING}
    ending = view.ending if view.has_ended else view.state
    about = " ".join(one for one in (view.role, view.profile or view.agent) if one)
    pieces: list[Piece] = [("    └ " if is_child else "  ", DIM), (f"…{view.worker_id[-8:]}", BOLD)]
    pieces += [(f"  {ending}", state.get(view.state, _PLAIN)), (f"  {about}", DIM)]
    if not is_child and view.ticket:
        pieces.append((f"  for {view.ticket}", DIM))
    return pieces
