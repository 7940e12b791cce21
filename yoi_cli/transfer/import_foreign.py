"""Tickets of other tools, taken into a store (docs/commands.md, `import`).

Everything is planned first: ids from the time each ticket was made, links between the ids
that came of it, and nothing that would close a cycle of waiting. Then it is written under
the same lock.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import events, states
from yoi_cli.model.events import NewEvent, heading_for, new_event
from yoi_cli.model.ids import next_ticket_id
from yoi_cli.model.relations import RELATED, Relation, blocking_graph, closing_cycle, sort_key
from yoi_cli.model.ticket import DatedEvent, Ticket
from yoi_cli.model.time import seconds_of, stamp
from yoi_cli.transfer.model import ImportProblem
from yoi_cli.transfer.report import ImportReport, ImportTally, Incoming

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.model.events import Author
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.ports import TicketReader, TicketStore
    from yoi_cli.transfer.model import ForeignTicket

    Encoder = Callable[[Ticket], Mapping[str, bytes]]

#: The frontmatter key that names a ticket's origin, as `tk:nw-5c46`.
SOURCE = "source"
REASON = "imported"


@dataclass(frozen=True, slots=True)
class ForeignTickets:
    """What was read of another tool's folder; `tool` is its name in one word."""

    tool: str
    tickets: Sequence[ForeignTicket]
    problems: Sequence[ImportProblem] = ()

    def source(self, ticket: ForeignTicket) -> str:
        """What `ticket` goes by in a store."""
        return f"{self.tool}:{ticket.source_id}"


def preview(
    reader: TicketReader, found: ForeignTickets, by: Author, encode: Encoder, now_ms: int
) -> ImportReport:
    """What `adopt` would do now; nothing is written."""
    return _Adoption(reader, found, by, encode, now_ms).plan()


def adopt(store: TicketStore, found: ForeignTickets, by: Author, encode: Encoder) -> ImportReport:
    """Take in the tickets that were not taken in before, all under one lock.

    `encode` makes a ticket's files. What cannot be encoded is reported and left out.
    """
    with store.write() as writer:
        adoption = _Adoption(writer, found, by, encode, writer.now_ms)
        report = adoption.plan()
        for ticket in adoption.planned.values():
            writer.install(ticket.id, encode(ticket))
    return report


class _Adoption:
    """One import while it is planned."""

    def __init__(
        self,
        reader: TicketReader,
        found: ForeignTickets,
        by: Author,
        encode: Encoder,
        now_ms: int,
    ) -> None:
        self._reader = reader
        self._found = found
        self._by = by
        self._encode = encode
        self._now = now_ms
        self._tally = ImportTally(problems=list(found.problems))
        self._ids: dict[str, TicketId] = {}
        self.planned: dict[TicketId, Ticket] = {}

    def plan(self) -> ImportReport:
        """Fill `planned` with the tickets to write, in the order in which they were found."""
        planned = [(self._plan_ticket(ticket), ticket) for ticket in self._unknown()]
        graph = blocking_graph(
            relation for row in self._reader.all_relations() for relation in row.relations
        )
        for id_, ticket in planned:
            if id_ is not None:
                relations = self._relations(self.planned[id_], ticket, graph)
                self.planned[id_] = replace(self.planned[id_], relations=relations)
        return self._tally.report()

    def _unknown(self) -> list[ForeignTicket]:
        """The tickets that no ticket of the store came from; the others are skipped."""
        known: dict[str, TicketId] = {}
        for row in self._reader.all_fields():
            source = row.fields.get(SOURCE)
            if isinstance(source, str):
                known.setdefault(source, row.id)
        unknown: list[ForeignTicket] = []
        for ticket in self._found.tickets:
            source = self._found.source(ticket)
            if source in known:
                self._ids[ticket.source_id] = known[source]
                self._tally.skipped.append(Incoming(known[source], source, ticket.title))
            else:
                unknown.append(ticket)
        self._taken: set[str] = set(self._reader.ids())
        return unknown

    def _plan_ticket(self, ticket: ForeignTicket) -> TicketId | None:
        created = seconds_of(ticket.created_at)
        milliseconds = self._now if created is None else max(created, 0) * 1000
        id_ = next_ticket_id(milliseconds, self._taken)
        made = _converted(id_, ticket, self._found, self._by, stamp(milliseconds))
        try:
            self._encode(made)
        except YoiError as error:
            self._tally.problems.append(ImportProblem(ticket.source_path, None, error.message))
            return None
        self._taken.add(id_)
        self._ids.setdefault(ticket.source_id, id_)
        self.planned[id_] = made
        source = self._found.source(ticket)
        self._tally.imported.append(Incoming(id_, source, ticket.title))
        for warning in ticket.warnings:
            self._notice(ticket, warning)
        return id_

    def _relations(
        self, made: Ticket, ticket: ForeignTicket, graph: dict[str, tuple[str, ...]]
    ) -> tuple[Relation, ...]:
        """The links of `ticket` between ids of the store; `graph` grows by those that block."""
        relations: dict[tuple[str, str], Relation] = {}
        for kind, name in ticket.links:
            target = self._ids.get(name)
            if target is None:
                self._notice(ticket, f"{kind} {name}: there is no such ticket; left out")
                continue
            at = str(made.fields["updated_at"])
            relation = Relation(made.id, kind, target, self._by.author, at)
            edge = relation.edge
            if edge is not None and closing_cycle(graph, *edge):
                self._notice(ticket, f"{kind} {name} would close a cycle; taken as {RELATED}")
                note = f"{kind} in {self._found.tool}, where it closes a cycle"
                relation = Relation(made.id, RELATED, target, self._by.author, at, note)
            elif edge is not None:
                graph[edge[0]] = (*graph.get(edge[0], ()), edge[1])
            relations.setdefault(relation.key, relation)
        return tuple(sorted(relations.values(), key=sort_key))

    def _notice(self, ticket: ForeignTicket, message: str) -> None:
        self._tally.notices.append(ImportProblem(ticket.source_path, None, message))


def _converted(
    id_: TicketId, ticket: ForeignTicket, found: ForeignTickets, by: Author, now: str
) -> Ticket:
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
    is_closed = ticket.state == states.CLOSED
    resolution = (ticket.resolution or _resolution(ticket, found, by)) if is_closed else None
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
    extra = (("status", ticket.source_status), *ticket.extra)
    lines = [said, "", *(f"- {key}: {value}" for key, value in extra if value)]
    return new_event(events.CREATE, by, "\n".join(lines))


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


def _resolution(ticket: ForeignTicket, found: ForeignTickets, by: Author) -> str:
    word = ticket.source_status or states.CLOSED
    if by.japanese:
        return f"取り込み前に {found.tool} で完了していました（{word}）。"
    return f"It was {word} in {found.tool} before it was imported."
