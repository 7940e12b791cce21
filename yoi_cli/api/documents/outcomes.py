"""The JSON types of commands that wrote to one ticket, or read its state (docs/commands.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.fold import Folded
    from yoi_cli.store.values import Committed
    from yoi_cli.tickets.move import Moved


class WrittenDocument(Struct, frozen=True, kw_only=True):
    """The outcome of a command that wrote to one ticket."""

    ticket: str
    kind: str
    at: str
    event_ids: tuple[str, ...] = field(name="events")
    warnings: tuple[str, ...]
    next_action: str | None


class EditedDocument(WrittenDocument, frozen=True, kw_only=True):
    """An item that was changed; `changed` are its keys, `body` for the description."""

    changed: tuple[str, ...]


class StateDocument(Struct, frozen=True, kw_only=True):
    """The state that a ticket is in, and whether a move of it was set aside."""

    ticket: str
    state: str
    is_diverged: bool = field(name="diverged")


class MovedDocument(Struct, frozen=True, kw_only=True):
    """The outcome of a move. `changed` is false where the ticket was there already."""

    ticket: str
    origin: str
    state: str
    changed: bool
    at: str
    event_ids: tuple[str, ...] = field(name="events")
    unblocked: tuple[str, ...]
    warnings: tuple[str, ...]
    next_action: str | None


class CreatedDocument(Struct, frozen=True, kw_only=True):
    """A ticket that was made."""

    ticket: str = field(name="id")
    title: str
    state: str
    at: str
    event_ids: tuple[str, ...] = field(name="events")
    warnings: tuple[str, ...]
    next_action: str | None


def written_document(kind: str, done: Committed) -> WrittenDocument:
    return from_value(WrittenDocument, done, kind=kind, next_action=None)


def edited_document(done: Committed, changed: Iterable[str]) -> EditedDocument:
    return from_value(EditedDocument, done, kind="edit", changed=tuple(changed), next_action=None)


def state_document(ticket: str, folded: Folded) -> StateDocument:
    return from_value(StateDocument, folded, ticket=ticket)


def moved_document(moved: Moved) -> MovedDocument:
    return from_value(MovedDocument, moved, next_action=None)


def created_document(title: str, done: Committed) -> CreatedDocument:
    return from_value(CreatedDocument, done, title=title, state="planning", next_action=None)


class TicketOutcomeDocument(Struct, frozen=True, kw_only=True):
    """What came of one ticket, as it was named; both are null where it went well."""

    ticket: str
    code: str | None
    message: str | None


class BatchDocument(Struct, frozen=True, kw_only=True):
    """What came of a command on several tickets, and how many failed."""

    results: tuple[TicketOutcomeDocument, ...]
    failed: int


def batch_document(outcomes: Iterable[tuple[str, str, str]]) -> BatchDocument:
    results = tuple(
        TicketOutcomeDocument(ticket=ticket, code=code or None, message=message or None)
        for ticket, code, message in outcomes
    )
    return BatchDocument(results=results, failed=sum(one.code is not None for one in results))
