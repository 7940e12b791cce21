"""The JSON types of `yoi undo` (docs/undo.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value, from_values

if TYPE_CHECKING:
    from yoi_cli.api.undo import Undone


class UndoStepDocument(Struct, frozen=True, kw_only=True):
    """One thing that was taken back: `what` is state, comment, field, relation, plan or claim."""

    what: str
    text: str


class UndoneTicketDocument(Struct, frozen=True, kw_only=True):
    """What was taken back on one ticket, which goes from the state `origin` to `state`. `at` is
    null where nothing was written."""

    ticket: str
    origin: str
    state: str
    steps: tuple[UndoStepDocument, ...]
    at: str | None
    event_ids: tuple[str, ...] = field(name="events")
    warnings: tuple[str, ...]


class UndoneDocument(Struct, frozen=True, kw_only=True):
    """A command that was taken back, or would be: whose it was, and since when. `next_action` is of
    the first ticket."""

    command: str
    author: str
    at: str
    is_dry_run: bool = field(name="dry_run")
    tickets: tuple[UndoneTicketDocument, ...]
    next_action: str | None


def undone_document(done: Undone) -> UndoneDocument:
    tickets = tuple(
        from_value(
            UndoneTicketDocument,
            one,
            steps=from_values(UndoStepDocument, one.steps),
            at=one.at or None,
        )
        for one in done.tickets
    )
    return from_value(UndoneDocument, done, tickets=tickets, next_action=None)
