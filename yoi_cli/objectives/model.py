"""A medium-term goal that links tickets and holds none of them up (docs/format.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.model.item import Item

ACTIVE = "active"
ACHIEVED = "achieved"
DROPPED = "dropped"
#: States, in any words, that a list leaves out unless it is asked for everything.
FINISHED_STATES = frozenset({"achieved", "dropped", "done", "closed"})
LINKED_TICKETS = "linked_tickets"
#: The key that says which goal of another tool it was.
SOURCE = "source"
REQUIRED_KEYS = ("title", "state", "created_at", "updated_at", LINKED_TICKETS)


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective as its item says it; the state may be any word."""

    id: str
    item: Item

    @property
    def linked_tickets(self) -> tuple[str, ...]:
        """The ids it links, each once."""
        return tuple(dict.fromkeys(self.item.texts(LINKED_TICKETS)))

    @property
    def is_finished(self) -> bool:
        return self.item.state.casefold() in FINISHED_STATES
