"""The state that a ticket is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.fold import Folded, fold
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import TicketReader


def state_of(reader: TicketReader, word: str) -> tuple[TicketId, Folded]:
    """The ticket that `word` means, and its state, from the fold of its thread."""
    ticket = identify(reader, word)
    return ticket, fold(reader.thread(ticket).events)
