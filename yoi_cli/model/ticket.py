"""A ticket that was written elsewhere, or earlier, whole and ready to be put into a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.events import NewEvent
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation


@dataclass(frozen=True, slots=True)
class DatedEvent:
    """An event with the time at which it happened; without an `id` it is given one."""

    at: str
    event: NewEvent
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Ticket:
    """Everything that a ticket's files say; `fields` hold its state and times as well."""

    id: TicketId
    fields: Mapping[str, FieldValue]
    description: str
    events: tuple[DatedEvent, ...]
    relations: tuple[Relation, ...] = ()
    plan: tuple[PlanRecord, ...] = ()
    resolution: str | None = None
