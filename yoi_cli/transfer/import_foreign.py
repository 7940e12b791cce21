"""Tickets of other tools, taken into a store (docs/import.md).

Everything is planned first: ids from the time each ticket was made, links between the ids
that came of it, and nothing that would close a cycle of waiting. Then it is written, some
tickets at a time, each of them at once: whoever was killed imports again and gets the rest.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from yoi_cli.errors import YoiError
from yoi_cli.model.ids import TicketId, decode, next_ticket_id
from yoi_cli.model.missing_links import MISSING_LINKS, MissingLink
from yoi_cli.model.relations import Relation
from yoi_cli.model.time import seconds_of, stamp
from yoi_cli.transfer.conversion import converted
from yoi_cli.transfer.links import (
    BlockingGraph,
    Origins,
    edges_of,
    merged,
    related_instead,
    targets_first,
)
from yoi_cli.transfer.marks import mark_of, read_mark
from yoi_cli.transfer.missing_links import complete_links, preview_links
from yoi_cli.transfer.model import ImportProblem
from yoi_cli.transfer.report import (
    BATCH,
    BATCH_BYTES,
    ImportReport,
    ImportTally,
    Incoming,
    LinkEnd,
    Refused,
    Updated,
)
from yoi_cli.transfer.updates import plan_update

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from yoi_cli.model.events import Author
    from yoi_cli.model.ticket import Ticket
    from yoi_cli.store.ports import TicketReader, TicketStore
    from yoi_cli.store.values import Change, FieldsRow
    from yoi_cli.transfer.model import ForeignTicket, ForeignTickets

    class Encoder(Protocol):
        """What makes a ticket's files; `before` are those of the same ticket without its links."""

        def __call__(
            self, ticket: Ticket, before: Mapping[str, bytes] | None = None
        ) -> Mapping[str, bytes]: ...


def preview(
    reader: TicketReader, found: ForeignTickets, by: Author, encode: Encoder, now_ms: int
) -> ImportReport:
    """What `adopt` would do now; nothing is written."""
    adoption = _Adoption(reader, found, by, encode, now_ms)
    adoption.plan()
    for ticket, id_ in adoption.changed:
        adoption.update(reader, ticket, id_)
    adoption.tally.completed += preview_links(reader, adoption.origins)
    return adoption.tally.report()


def adopt(
    store: TicketStore,
    found: ForeignTickets,
    by: Author,
    encode: Encoder,
    *,
    advance: Callable[[], None] = lambda: None,
    begin: Callable[[str, int], None] = lambda _description, _total: None,
) -> ImportReport:
    """Take in the tickets that were not taken in before, and what changed of those that were.

    `encode` makes a ticket's files. What cannot be encoded is reported and left out. `begin` is
    called for each stage of the work, with the number of its tickets, and `advance` for every
    ticket of it. Raises `ConflictError` (`lock_timeout`).
    """
    with store.write() as writer:
        adoption = _Adoption(writer, found, by, encode, writer.now_ms)
        begin("Reading", len(found.tickets))
        adoption.plan(advance)
    begin("Importing", adoption.total)
    for batch in adoption.batches():
        adoption.install(store, batch)
        for _ in batch:
            advance()
    for ticket, id_ in adoption.changed:
        with store.write() as writer:
            change = adoption.update(writer, ticket, id_)
            if change is not None:
                adoption.tally.warnings += writer.commit(id_, change).warnings
        advance()
    adoption.tally.completed += complete_links(store, adoption.origins, by)
    return adoption.tally.report()


class _Adoption:
    """One import while it is planned and made."""

    def __init__(
        self,
        reader: TicketReader,
        found: ForeignTickets,
        by: Author,
        encode: Encoder,
        now_ms: int,
    ) -> None:
        self._found = found
        self._by = by
        self._encode = encode
        self._now = now_ms
        self._taken: set[str] = set(reader.ids())
        self._free: dict[int, int] = {}
        self._rows: dict[TicketId, FieldsRow] = {}
        self._reader = reader
        self._planned: dict[TicketId, tuple[Ticket, ForeignTicket]] = {}
        self._files: dict[TicketId, Mapping[str, bytes]] = {}
        self.origins = Origins(lambda _tool: found.finder)
        self.tally = ImportTally(problems=list(found.problems), left_out=list(found.left_out))
        #: Those that had come in before, and may have changed there.
        self.changed: list[tuple[ForeignTicket, TicketId]] = []

    def plan(self, advance: Callable[[], None] = lambda: None) -> None:
        """Work out the files of the tickets to write, and which of those that are here to look
        at again; `advance` is called for each ticket of which that is known."""
        for row in self._reader.all_fields():
            self._rows[row.id] = row
            self.origins.add_row(row)
        for ticket in self._unknown():
            self._plan_ticket(ticket)
            advance()
        edges = (
            edge
            for id_, (_, ticket) in self._planned.items()
            for edge in edges_of(id_, ticket.links, self._target)
        )
        again = (
            edge
            for ticket, id_ in self.changed
            for edge in edges_of(id_, ticket.links, self._target)
        )
        self.graph = BlockingGraph(self._reader, (*edges, *again))
        for id_, (made, ticket) in self._planned.items():
            self._add_links(id_, made, ticket)

    @property
    def total(self) -> int:
        """How many tickets are to be written or looked at again."""
        return len(self._files) + len(self.changed)

    def batches(self) -> Iterator[dict[TicketId, Mapping[str, bytes]]]:
        """The files of the tickets to write, in the order in which to write them."""
        relations = {id_: made.relations for id_, (made, _) in self._planned.items()}
        batch: dict[TicketId, Mapping[str, bytes]] = {}
        size = 0
        for id_ in targets_first(list(self._files), relations):
            batch[id_] = self._files[id_]
            size += sum(map(len, batch[id_].values()))
            if len(batch) >= BATCH or size >= BATCH_BYTES:
                yield batch
                batch, size = {}, 0
        if batch:
            yield batch

    def install(self, store: TicketStore, batch: Mapping[TicketId, Mapping[str, bytes]]) -> None:
        """Write `batch`; a ticket whose id somebody took meanwhile is left out and named."""
        with store.write() as writer:
            taken = [id_ for id_ in batch if writer.exists(id_)]
            writer.install_all({id_: batch[id_] for id_ in batch if id_ not in taken})
        for id_ in taken:
            source = self._found.source(self._planned[id_][1])
            message = f"{id_} came into the store meanwhile; import again to take {source} in"
            self.tally.conflicts.append(Refused(id_, source, message))
            self.tally.imported = [one for one in self.tally.imported if one.id != id_]

    def _unknown(self) -> list[ForeignTicket]:
        """The tickets that no ticket of the store came from; of the others those that are as they
        were are skipped."""
        unknown: list[ForeignTicket] = []
        sources = [self._found.source(ticket) for ticket in self._found.tickets]
        shared = {source for source, count in Counter(sources).items() if count > 1}
        for ticket, source in zip(self._found.tickets, sources, strict=True):
            id_ = self.origins.ticket(source)
            if id_ is None:
                unknown.append(ticket)
            elif source in shared or not self._may_have_changed(ticket, id_):
                self.tally.skipped.append(Incoming(id_, source, ticket.title))
            else:
                self.changed.append((ticket, id_))
        return unknown

    def _may_have_changed(self, ticket: ForeignTicket, id_: TicketId) -> bool:
        """Whether `ticket` is not what was taken in last; nobody knows of older imports."""
        mark = read_mark(self._rows[id_].fields)
        if mark is None:
            return False
        made = converted(id_, ticket, self._found, self._by, "")
        return mark != mark_of(ticket, made.fields, made.description)

    def _plan_ticket(self, ticket: ForeignTicket) -> None:
        created = seconds_of(ticket.created_at)
        milliseconds = self._now if created is None else max(created, 0) * 1000
        id_ = next_ticket_id(self._free.get(milliseconds, milliseconds), self._taken)
        made = converted(id_, ticket, self._found, self._by, stamp(milliseconds))
        try:
            self._files[id_] = self._encode(made)
        except YoiError as error:
            problem = ImportProblem(ticket.source_path, ticket.line, error.message)
            self.tally.problems.append(problem)
            return
        self._free[milliseconds] = decode(id_) + 1
        self._taken.add(id_)
        self._planned[id_] = (made, ticket)
        source = self._found.source(ticket)
        self.origins.add(source, id_)
        self.tally.imported.append(Incoming(id_, source, ticket.title))
        for warning in ticket.warnings:
            self._notice(ticket, warning)

    def _add_links(self, id_: TicketId, made: Ticket, ticket: ForeignTicket) -> None:
        relations, missing = self._links(id_, ticket, str(made.fields["updated_at"]))
        if not relations and not missing:
            return
        fields = dict(made.fields)
        if missing:
            fields[MISSING_LINKS] = tuple(map(str, missing))
        linked = replace(made, fields=fields, relations=relations)
        try:
            self._files[id_] = self._encode(linked, self._files[id_])
        except YoiError as error:  # more names than a frontmatter can hold
            said = f"its links were left out: {error.message}"
            self.tally.problems.append(ImportProblem(ticket.source_path, ticket.line, said))
            return
        self._planned[id_] = (linked, ticket)

    def _links(
        self, id_: TicketId, ticket: ForeignTicket, at: str, known: Sequence[Relation] = ()
    ) -> tuple[tuple[Relation, ...], tuple[MissingLink, ...]]:
        """The links of `ticket` between ids of the store, and those that are kept by name; of
        those that are `known` nothing is said."""
        relations: list[Relation] = []
        missing: list[MissingLink] = []
        have = {relation.key for relation in known}
        for kind, name in ticket.links:
            target = self._target(name)
            if target is None:
                source = f"{self._found.tool}:{name}"
                missing.append(MissingLink(kind, source))
                self.tally.missing.append(LinkEnd(id_, kind, source))
                said = "there is no such ticket here; the ticket keeps the name until it comes in"
                self._notice(ticket, f"{kind} {name}: {said}")
            elif target != id_ and (kind, target) not in have:
                note = ticket.link_notes.get((kind, name))
                new = Relation(id_, kind, target, self._by.author, at, note)
                relation, said_of_it = related_instead(new, self.graph, self._found.tool)
                relations.append(relation)
                if said_of_it:
                    self._notice(ticket, f"{kind} {name} {said_of_it}")
        return merged(relations), tuple(dict.fromkeys(missing))

    def update(self, reader: TicketReader, ticket: ForeignTicket, id_: TicketId) -> Change | None:
        """What is to be written on the ticket `id_` of what changed there; told in the tally."""
        source = self._found.source(ticket)
        try:
            plan = plan_update(reader, id_, ticket, self._found, self._by)
            if plan.links_changed:
                known = reader.relations(id_)
                relations, missing = self._links(id_, ticket, stamp(self._now), known)
                plan = plan.with_links(known, relations, missing)
        except YoiError as error:
            problem = ImportProblem(ticket.source_path, ticket.line, error.message)
            self.tally.problems.append(problem)
            return None
        if plan.conflict:
            self.tally.conflicts.append(Refused(id_, source, plan.conflict))
        if plan.what:
            self.tally.updated.append(Updated(id_, source, ticket.title, plan.what))
            for warning in ticket.warnings:
                self._notice(ticket, warning)
        elif not plan.conflict:
            self.tally.skipped.append(Incoming(id_, source, ticket.title))
        return plan.change

    def _target(self, name: str) -> TicketId | None:
        return self.origins.find(f"{self._found.tool}:{name}")

    def _notice(self, ticket: ForeignTicket, message: str) -> None:
        self.tally.notices.append(ImportProblem(ticket.source_path, ticket.line, message))
