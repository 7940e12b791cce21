"""How the outcome of a writing command is said.

The JSON types are imported where JSON is asked for: other commands do not pay for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.model.states import CLOSED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.relations import RelationChange
    from yoi_cli.api.tickets import Committed, Moved
    from yoi_cli.model.fold import Folded


def print_created(title: str, done: Committed, *, as_json: bool) -> None:
    """A ticket was made."""
    if as_json:
        from yoi_cli.api.documents.outcomes import created_document

        report_json("created", created_document(title, done))
    else:
        report_lines([("created", done.ticket)], [f"Created {done.ticket}: {title}"])
    warn(done.warnings)


def print_appended(kind: str, done: Committed, *, as_json: bool) -> None:
    """An event was added to a ticket."""
    spoken = f"Added to {done.ticket}: {kind.replace('_', ' ')}"
    _print_written("appended", kind, done, spoken, as_json=as_json)


def print_reviewed(result: str, done: Committed, *, as_json: bool) -> None:
    """A review was recorded."""
    spoken = f"Reviewed {done.ticket}: {result.replace('_', ' ')}"
    _print_written("reviewed", result, done, spoken, as_json=as_json)


def _print_written(word: str, kind: str, done: Committed, spoken: str, *, as_json: bool) -> None:
    if as_json:
        from yoi_cli.api.documents.outcomes import written_document

        report_json(word, written_document(kind, done))
    else:
        report_lines([(word, done.ticket, kind)], [spoken])
    warn(done.warnings)


def print_moved(moved: Moved, *, as_json: bool) -> None:
    """A ticket was moved, or was there already."""
    if as_json:
        from yoi_cli.api.documents.outcomes import moved_document

        report_json("moved", moved_document(moved))
    else:
        is_closed = moved.state == CLOSED
        row = ("closed", moved.ticket) if is_closed else ("state", moved.ticket, moved.state)
        said = f"{moved.ticket} is {moved.state} (was {moved.origin})"
        if not moved.changed:
            said = f"{moved.ticket} is {moved.state} already; nothing was written"
        report_lines(
            [row, *(("unblocked", ticket) for ticket in moved.unblocked)],
            [said, *(f"Unblocked: {ticket}" for ticket in moved.unblocked)],
        )
    warn(moved.warnings)


def print_state(ticket: str, folded: Folded, *, as_json: bool) -> None:
    """A ticket's state, and whether its log is consistent about it."""
    if as_json:
        from yoi_cli.api.documents.outcomes import state_document

        report_json("state", state_document(ticket, folded))
    else:
        report_lines([("state", ticket, folded.state)], [f"{ticket} is {folded.state}"])
    warn(divergence.message for divergence in folded.diverged)


def print_edited(done: Committed, changed: Sequence[str], *, as_json: bool) -> None:
    """An item was changed; `changed` are the keys, or `body`."""
    if as_json:
        from yoi_cli.api.documents.outcomes import edited_document

        report_json("edited", edited_document(done, changed))
    else:
        what = ", ".join(changed) or "nothing; it says so already"
        report_lines([("edited", done.ticket, *changed)], [f"Changed {done.ticket}: {what}"])
    warn(done.warnings)


def print_related(related: RelationChange, *, removed: bool, as_json: bool) -> None:
    """A relation was recorded, stood already, or was taken away."""
    relation = related.relation
    row = ("relation", relation.ticket_id, relation.kind, relation.target)
    if as_json:
        from yoi_cli.api.documents.relations import related_document

        report_json("relation", related_document(related, removed=removed))
    else:
        word = "Removed" if removed else "Recorded" if related.changed else "Recorded already"
        report_lines([row], [f"{word}: {' '.join(row[1:])}"])
    warn(related.committed.warnings)
