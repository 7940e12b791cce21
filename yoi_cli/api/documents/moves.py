"""The JSON types of what may be done with a ticket (docs/moves.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value

if TYPE_CHECKING:
    from yoi_cli.orchestration.moves import Move, TicketMoves


class MoveDocument(Struct, frozen=True, kw_only=True):
    """Something that may be done with a ticket. `command` does it, with TEXT for what is to be
    said where it `needs_text`. `target` is the state that it leads to, null where it moves nothing,
    and `worker` the worker that it is about. Where it is not `enabled`, `code`, `reason` and `hint`
    are those of the error that the command would give; else they are null."""

    action: str
    label: str
    command: str
    is_enabled: bool = field(name="enabled")
    needs_text: bool
    target: str | None
    worker: str | None
    code: str | None
    why: str | None = field(name="reason")
    hint: str | None


class MovesDocument(Struct, frozen=True, kw_only=True):
    """All that may be done with a ticket, and why the rest may not. `primary` is the action that
    is offered first: that of a move, or `wait` where there is nothing to do but to look; null
    where there is none, and then `why` says why. `classification` is that of routing, with its
    reasons; null for a ticket that cannot be read, as is its `state`."""

    ticket: str
    title: str
    state: str | None
    classification: str | None
    reasons: tuple[str, ...]
    primary: str | None
    why: str | None
    moves: tuple[MoveDocument, ...]


def moves_document(found: TicketMoves) -> MovesDocument:
    return from_value(
        MovesDocument,
        found,
        state=found.state or None,
        classification=found.classification or None,
        why=found.why or None,
        moves=tuple(map(_move_document, found.moves)),
    )


def _move_document(move: Move) -> MoveDocument:
    return from_value(
        MoveDocument, move, code=move.code or None, why=move.why or None, hint=move.hint or None
    )
