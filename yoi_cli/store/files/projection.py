"""What `item.md` must say once events are written: the fold of the thread with them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.events import Event, NewEvent
from yoi_cli.model.fold import is_move

if TYPE_CHECKING:
    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.values import Change


def decides(change: Change) -> bool:
    """Whether writing `change` needs the whole thread rather than its end."""
    return any(is_move(as_read(event, "")) for event in change.events)


def as_read(event: NewEvent, at: str) -> Event:
    """`event` as the fold will see it once it is written."""
    attributes = MappingProxyType(dict(event.attributes))
    return Event(
        event.kind, event.author, at, event.heading, event.body, attributes, "new", "new", 0
    )


def projection(state: str, updated_at: str) -> dict[str, FieldValue]:
    """The fields of `item.md` that a thread decides; an empty `updated_at` leaves that one out."""
    fields: dict[str, FieldValue] = {"state": state}
    if updated_at:
        fields["updated_at"] = updated_at
    return fields
