"""A ticket of another tool as one of ours, with its fields, its events and its times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import events, states
from yoi_cli.model.events import NewEvent, heading_for, new_event
from yoi_cli.model.ticket import DatedEvent, Ticket
from yoi_cli.transfer.marks import SOURCE, SOURCE_MARK, mark_of

if TYPE_CHECKING:
    from yoi_cli.model.events import Author
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.transfer.model import ForeignTicket, ForeignTickets

#: Why the state of a ticket changed, in its event.
REASON = states.IMPORTED


def converted(
    id_: TicketId, ticket: ForeignTicket, found: ForeignTickets, by: Author, now: str
) -> Ticket:
    """`ticket` under the id `id_`, without its relations; `now` stands for a time it lacks."""
    created_at = ticket.created_at or now
    comments = _comments(ticket, by, created_at)
    # The other tool may know the day of the last change only, and its notes the minute.
    updated_at = max(ticket.updated_at, created_at, *(comment.at for comment in comments))
    title = " ".join(ticket.title.split()) or ticket.source_id
    fields: dict[str, FieldValue] = {
        "title": title,
        "state": ticket.state,
        "created_at": created_at,
        "updated_at": updated_at,
        SOURCE: found.source(ticket),
    }
    fields |= {key: value for key, value in ticket.fields.items() if value}
    fields[SOURCE_MARK] = str(mark_of(ticket, fields, ticket.description))
    is_closed = ticket.state == states.CLOSED
    resolution = (ticket.resolution or resolution_of(ticket, found, by)) if is_closed else None
    return Ticket(
        id=id_,
        fields=fields,
        description=ticket.description,
        events=(
            DatedEvent(created_at, _creation(ticket, found, by)),
            *comments,
            *_moves(ticket, by, updated_at, resolution),
        ),
        resolution=resolution,
    )


def _creation(ticket: ForeignTicket, found: ForeignTickets, by: Author) -> NewEvent:
    """The first event says where the ticket comes from, and keeps what has no place here."""
    origin = f"{found.tool} ({ticket.source_id}, {ticket.source_path})"
    said = f"{origin} から取り込みました。" if by.japanese else f"Imported from {origin}."
    lines = [said, "", *extra_lines(ticket)]
    return new_event(events.CREATE, by, "\n".join(lines))


def extra_lines(ticket: ForeignTicket) -> list[str]:
    """What has no place in a ticket of ours, a line each."""
    extra = (("status", ticket.source_status), *ticket.extra)
    return [f"- {key}: {value}" for key, value in extra if value]


def _comments(ticket: ForeignTicket, by: Author, created_at: str) -> list[DatedEvent]:
    """The notes by time; one without a time is given that of the note before it."""
    heading = heading_for(events.COMMENT, japanese=by.japanese)
    written: list[DatedEvent] = []
    for note in ticket.notes:
        at = note.at or (written[-1].at if written else created_at)
        event = NewEvent(events.COMMENT, note.author or by.author, heading, note.body)
        written.append(DatedEvent(at, event))
    return sorted(written, key=lambda dated: dated.at)


def _moves(ticket: ForeignTicket, by: Author, at: str, resolution: str | None) -> list[DatedEvent]:
    """One event that leads to the ticket's state: it starts from where the fold stands."""
    if resolution is not None:
        closing = (("status", "closed"), ("reason", REASON))
        return [DatedEvent(at, new_event(events.CLOSE, by, resolution, closing))]
    if ticket.state == states.PLANNING:
        return []
    attributes = (
        ("from", states.PLANNING),
        ("to", ticket.state),
        ("reason", REASON),
        ("field", "state"),
    )
    said = f"取り込み元での状態: {ticket.state}" if by.japanese else f"Imported as {ticket.state}."
    return [DatedEvent(at, new_event(events.STATE_CHANGED, by, said, attributes))]


def resolution_of(ticket: ForeignTicket, found: ForeignTickets, by: Author) -> str:
    """What stands for the resolution of a closed ticket that has none."""
    word = ticket.source_status or states.CLOSED
    if by.japanese:
        return f"取り込み前に {found.tool} で完了していました（{word}）。"
    return f"It was {word} in {found.tool} before it was imported."
