"""The values that cross the ports between use cases and storage."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.errors import YoiError
    from yoi_cli.model.events import NewEvent
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation


#: A ticket's files that hold its text.
Part: TypeAlias = Literal["item.md", "thread.md"]

NO_FIELDS: Mapping[str, FieldValue] = MappingProxyType({})


class FieldsRow(NamedTuple):
    """One ticket of a pass over the store: its frontmatter, or why it cannot be read.

    `is_text` is whether all of its item is UTF-8; None where the pass did not come to the end.
    `changed_ns` is when the item's file was changed, 0 where no file says.
    """

    id: TicketId
    fields: Mapping[str, FieldValue]
    error: YoiError | None = None
    is_text: bool | None = None
    changed_ns: int = 0


class RelationsRow(NamedTuple):
    """One ticket of a pass over the relations: its forward ones, or why they are unreadable."""

    id: TicketId
    relations: tuple[Relation, ...]
    error: YoiError | None = None


class PlansRow(NamedTuple):
    """One ticket of a pass over the plan records, or why they are unreadable.

    `is_torn` says that the last of them was cut short, and left out.
    """

    id: TicketId
    records: tuple[PlanRecord, ...]
    error: YoiError | None = None
    is_torn: bool = False


class Change(NamedTuple):
    """What one command changes on one ticket. What is left out stays, byte for byte.

    `fields` are frontmatter values; the projection (`state`, `updated_at`) is the store's
    own business. `relations`, where given, is the whole new list. `removes_resolution`
    takes `resolution.md` away, after the commit point. `loses_relations` says that `relations`
    lacks some that stood: they go after the event that keeps them is committed.
    """

    events: tuple[NewEvent, ...] = ()
    fields: Mapping[str, FieldValue] = NO_FIELDS
    removed_fields: tuple[str, ...] = ()
    description: str | None = None
    resolution: str | None = None
    removes_resolution: bool = False
    relations: tuple[Relation, ...] | None = None
    loses_relations: bool = False
    plan: tuple[PlanRecord, ...] = ()


class NewTicket(NamedTuple):
    """A ticket to be made: frontmatter (without the times), description, events, relations."""

    fields: Mapping[str, FieldValue]
    description: str
    events: tuple[NewEvent, ...]
    relations: tuple[tuple[str, str, str | None], ...] = ()


class Committed(NamedTuple):
    """What stands on stable storage now.

    `event_ids` are the ids of the events written, `warnings` what went wrong after the
    commit point, where a failure would make callers write the event twice.
    """

    ticket: TicketId
    at: str
    event_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class Unreadable(NamedTuple):
    """A ticket that is broken, and how. It never hides the others (docs/commands.md)."""

    ticket: str
    error: YoiError
