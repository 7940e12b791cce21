"""One ticket, whole."""

from __future__ import annotations

from dataclasses import dataclass

from yoi_cli.app.blocking import Blocker, Surroundings, blockers, notices, surroundings
from yoi_cli.app.identify import identify
from yoi_cli.app.ports import TicketReader
from yoi_cli.domain.events import Thread
from yoi_cli.domain.fold import Folded, fold
from yoi_cli.domain.ids import TicketId
from yoi_cli.domain.item import Item
from yoi_cli.domain.plan import PlanRecord


@dataclass(frozen=True, slots=True)
class TicketView:
    """Everything that is known of a ticket; its state is the fold of its thread."""

    id: TicketId
    item: Item
    thread: Thread
    folded: Folded
    around: Surroundings
    blockers: tuple[Blocker, ...]
    notices: tuple[str, ...]
    plan: tuple[PlanRecord, ...]
    artifacts: tuple[str, ...]
    resolution: str | None


def show_ticket(reader: TicketReader, word: str) -> TicketView:
    """The ticket that `word` means. Raises what `identify` raises, and for unreadable files."""
    return view(reader, identify(reader, word))


def view(reader: TicketReader, ticket: TicketId, around: Surroundings | None = None) -> TicketView:
    """The ticket `ticket`; `around` spares the pass over the relations where it is known."""
    thread = reader.thread(ticket)
    around = around or surroundings(reader, ticket)
    return TicketView(
        id=ticket,
        item=reader.item(ticket),
        thread=thread,
        folded=fold(thread.events),
        around=around,
        blockers=blockers(reader, ticket, around),
        notices=notices(ticket, around),
        plan=reader.plan(ticket),
        artifacts=reader.artifacts(ticket),
        resolution=reader.resolution(ticket),
    )
