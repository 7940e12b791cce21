"""What a change is in bytes: the blocks of its events, and the item that stands beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.events import Event
from yoi_cli.model.fold import fold, is_move
from yoi_cli.model.ids import next_event_id
from yoi_cli.model.relations import Relation
from yoi_cli.model.states import PLANNING
from yoi_cli.store.files import layout
from yoi_cli.store.files.side_files import rendered_relations
from yoi_cli.store.formats.item_writing import edit_item, render_item
from yoi_cli.store.formats.thread_writing import encode_event
from yoi_cli.store.values import Change

if TYPE_CHECKING:
    from yoi_cli.model.events import NewEvent
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.values import NewTicket

Entropy = Callable[[], int]


def only_says(change: Change) -> bool:
    """Whether `change` is nothing but events that move no state."""
    return bool(change.events) and change == Change(change.events) and not decides(change)


def decides(change: Change) -> bool:
    """Whether writing `change` needs the whole thread rather than its end."""
    return any(is_move(as_read(event, "")) for event in change.events)


def as_read(event: NewEvent, at: str) -> Event:
    """`event` as the fold will see it once it is written."""
    attributes = MappingProxyType(dict(event.attributes))
    return Event(
        event.kind, event.author, at, event.heading, event.body, attributes, "new", "new", 0
    )


def new_ids(count: int, now_ms: int, entropy: Entropy, greatest: str) -> tuple[str, ...]:
    """Ids for `count` events of that instant, each greater than the one before and `greatest`."""
    ids: list[str] = []
    for _ in range(count):
        greatest = next_event_id(now_ms, entropy(), greatest)
        ids.append(greatest)
    return tuple(ids)


def encoded(events: Sequence[NewEvent], ids: Sequence[str], at: str, newline: str) -> bytes:
    """The blocks of `events`, as they stand one behind another in a thread."""
    return newline.encode().join(
        encode_event(event, at=at, event_id=event_id, newline=newline)
        for event, event_id in zip(events, ids, strict=True)
    )


def files_of(ticket_id: TicketId, ticket: NewTicket, blocks: bytes, at: str) -> dict[str, bytes]:
    """The files of a ticket that is made at the instant `at`, whose events are `blocks`."""
    fields: dict[str, FieldValue] = dict(ticket.fields)
    fields |= {"state": PLANNING, "created_at": at, "updated_at": at}
    files = {
        layout.ITEM: render_item(fields, ticket.description),
        layout.THREAD: blocks,
        layout.KEEP_PATH: b"",
    }
    if ticket.relations:
        author = ticket.events[0].author
        files[layout.RELATIONS_PATH] = rendered_relations(
            [Relation(ticket_id, kind, to, author, at, note) for kind, to, note in ticket.relations]
        )
    return files


def projected_item(
    item: bytes, events: Sequence[Event] | None, change: Change, at: str, path: str
) -> bytes:
    """`item` as it must be after `change` at the instant `at`, beside a thread of `events`; where
    they are None, the state is as it was."""
    fields = dict(change.fields)
    if events is not None:
        fields |= projection(fold(events).state, "")
    if change.events or change.fields or change.description is not None:
        fields["updated_at"] = at
    return edit_item(item, fields, path=path, remove=change.removed_fields, body=change.description)


def projection(state: str, updated_at: str) -> dict[str, FieldValue]:
    """The fields of `item.md` that a thread decides; an empty `updated_at` leaves that one out."""
    fields: dict[str, FieldValue] = {"state": state}
    if updated_at:
        fields["updated_at"] = updated_at
    return fields
