"""The state that a ticket is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.app.identify import identify
from yoi_cli.domain.fold import Folded, fold

if TYPE_CHECKING:
    from yoi_cli.app.ports import TicketReader
    from yoi_cli.domain.ids import TicketId


def state_of(reader: TicketReader, word: str) -> tuple[TicketId, Folded]:
    """The ticket that `word` means, and its state, from the fold of its thread."""
    ticket = identify(reader, word)
    return ticket, fold(reader.thread(ticket).events)
