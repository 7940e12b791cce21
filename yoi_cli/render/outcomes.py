"""How the outcome of a writing command is said."""

from __future__ import annotations

from yoi_cli.app.move import Moved
from yoi_cli.app.ports import Committed
from yoi_cli.domain.fold import Folded
from yoi_cli.domain.states import CLOSED
from yoi_cli.render.documents import created_document, moved_document, written_document
from yoi_cli.render.report import report, warn


def say_created(title: str, done: Committed, *, as_json: bool) -> None:
    """A ticket was made."""
    report(
        as_json,
        "created",
        created_document(title, done),
        piped=[("created", done.ticket)],
        spoken=[f"Created {done.ticket}: {title}"],
    )
    warn(done.warnings)


def say_appended(kind: str, done: Committed, *, as_json: bool) -> None:
    """An event was added to a ticket."""
    report(
        as_json,
        "appended",
        written_document(kind, done),
        piped=[("appended", done.ticket, kind)],
        spoken=[f"Added to {done.ticket}: {kind.replace('_', ' ')}"],
    )
    warn(done.warnings)


def say_reviewed(result: str, done: Committed, *, as_json: bool) -> None:
    """A review was recorded."""
    report(
        as_json,
        "reviewed",
        written_document(result, done),
        piped=[("reviewed", done.ticket, result)],
        spoken=[f"Reviewed {done.ticket}: {result.replace('_', ' ')}"],
    )
    warn(done.warnings)


def say_moved(moved: Moved, *, as_json: bool) -> None:
    """A ticket was moved, or was there already."""
    is_closed = moved.state == CLOSED
    row = ("closed", moved.ticket) if is_closed else ("state", moved.ticket, moved.state)
    said = f"{moved.ticket} is {moved.state} (was {moved.origin})"
    if not moved.changed:
        said = f"{moved.ticket} is {moved.state} already; nothing was written"
    spoken = [said, *(f"Unblocked: {ticket}" for ticket in moved.unblocked)]
    piped = [row, *(("unblocked", ticket) for ticket in moved.unblocked)]
    report(as_json, "moved", moved_document(moved), piped=piped, spoken=spoken)
    warn(moved.warnings)


def say_state(ticket: str, folded: Folded, *, as_json: bool) -> None:
    """A ticket's state, and whether its log is of one mind about it."""
    report(
        as_json,
        "state",
        {"ticket": ticket, "state": folded.state, "diverged": folded.is_diverged},
        piped=[("state", ticket, folded.state)],
        spoken=[f"{ticket} is {folded.state}"],
    )
    warn(divergence.message for divergence in folded.diverged)


def say_edited(done: Committed, changed: list[str], *, as_json: bool) -> None:
    """An item was changed; `changed` are the keys, or `body`."""
    what = ", ".join(changed) or "nothing"
    report(
        as_json,
        "edited",
        {**written_document("edit", done), "changed": changed},
        piped=[("edited", done.ticket, *changed)],
        spoken=[f"Changed {done.ticket}: {what}"],
    )
    warn(done.warnings)
