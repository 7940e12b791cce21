"""The JSON types of objectives (docs/commands.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value
from yoi_cli.api.documents.ticket import ItemDocument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.objectives.service import ObjectiveRow, ObjectiveView, ObjectiveWritten


class ObjectiveWrittenDocument(Struct, frozen=True, kw_only=True):
    """An objective that was made or changed; `changed` is false where nothing was written, and
    `next_action` says what comes next for it, or for the first of its tickets that is open."""

    id: str
    title: str
    at: str
    linked: tuple[str, ...] = field(name="linked_tickets")
    changed: bool
    next_action: str


class ObjectiveRowDocument(Struct, frozen=True, kw_only=True):
    """One line of a list: `resolved` of the `linked` tickets are done or closed."""

    id: str
    title: str
    state: str
    updated_at: str
    linked: int
    resolved: int


class UnreadableObjectiveDocument(Struct, frozen=True, kw_only=True):
    """An objective that is broken; `code` and `message` are those of the error."""

    objective: str
    code: str
    message: str


class ObjectiveListDocument(Struct, frozen=True, kw_only=True):
    """Objectives by rising id, and those that cannot be read."""

    objectives: tuple[ObjectiveRowDocument, ...]
    unreadable: tuple[UnreadableObjectiveDocument, ...]


class LinkedTicketDocument(Struct, frozen=True, kw_only=True):
    """A linked ticket. `problem` is missing, unreadable or null; then `state` is null."""

    id: str = field(name="ticket")
    title: str
    state: str | None
    problem: str | None


class ObjectiveDocument(Struct, frozen=True, kw_only=True):
    """One objective with the tickets that it links."""

    id: str
    title: str
    state: str
    item: ItemDocument
    linked_tickets: tuple[LinkedTicketDocument, ...]
    linked: int
    resolved: int


def objective_written_document(
    written: ObjectiveWritten, next_action: str
) -> ObjectiveWrittenDocument:
    return from_value(ObjectiveWrittenDocument, written, next_action=next_action)


def objective_list_document(rows: Sequence[ObjectiveRow]) -> ObjectiveListDocument:
    return ObjectiveListDocument(
        objectives=tuple(
            ObjectiveRowDocument(
                id=row.id,
                title=row.objective.item.title,
                state=row.objective.item.state,
                updated_at=row.objective.item.text("updated_at"),
                linked=len(row.objective.linked_tickets),
                resolved=row.resolved,
            )
            for row in rows
            if row.objective is not None
        ),
        unreadable=tuple(
            from_value(UnreadableObjectiveDocument, row.error, objective=row.id)
            for row in rows
            if row.error is not None
        ),
    )


def objective_document(view: ObjectiveView) -> ObjectiveDocument:
    item = view.objective.item
    return ObjectiveDocument(
        id=view.objective.id,
        title=item.title,
        state=item.state,
        item=from_value(ItemDocument, item),
        linked_tickets=tuple(from_value(LinkedTicketDocument, ticket) for ticket in view.tickets),
        linked=len(view.tickets),
        resolved=view.resolved,
    )
