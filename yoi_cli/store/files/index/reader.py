"""Tickets as files, of which only those are read that changed since somebody read them."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Self, TypeVar

from yoi_cli.errors import YoiError
from yoi_cli.store.files import layout
from yoi_cli.store.files.index.index import Index, Kind
from yoi_cli.store.files.index.look import Look
from yoi_cli.store.files.index.reading import (
    RECORD_FILES,
    read_acceptance,
    read_figures,
    read_item,
    read_latest,
    read_records,
    read_summary,
)
from yoi_cli.store.files.index.rows import (
    KeptFields,
    acceptance_in,
    figures_in,
    item_head,
    itself,
    latest_in,
    plans_in,
    relations_in,
    summary_in,
)
from yoi_cli.store.files.index.stat_data import CHANGED_NS, INODE, WIDTH, stat_all, stat_records
from yoi_cli.store.files.reader import COARSEST_TIME_NS, FileReader, is_apart
from yoi_cli.store.values import NO_FIELDS, FieldsRow, PlansRow, RelationsRow

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Collection, Iterator, Mapping
    from types import TracebackType

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.model.thread_figures import ThreadFigures
    from yoi_cli.store.files.index.folder import IndexFolder
    from yoi_cli.store.files.index.reading import Make
    from yoi_cli.store.files.index.section import Section
    from yoi_cli.store.files.index.table import KeptRow, Row
    from yoi_cli.store.files.layout import StoreLocation
    from yoi_cli.store.files.missing import Elsewhere

T = TypeVar("T")
ITEMS, THREADS, RECORDS, FIGURES = "items", "threads", "records", "figures"
_KINDS = {
    ITEMS: Kind(1, lazy=True),
    THREADS: Kind(1),  # whose times items are held to
    RECORDS: Kind(1 + len(RECORD_FILES), lazy=True),
    FIGURES: Kind(1, lazy=True),
}


class IndexedReader(FileReader):
    """A reader of a whole store that takes from the index what did not change.

    What passes over the store and routing ask for is as of the last `look`, or of the first time
    that it is asked; what is asked of a single ticket (`item`, `thread`, `folded`, …) is read.
    `folder` is where the index is kept, None for nowhere; of a store with less than `least` tickets
    there is none. As a context it keeps what it read. For one thread.
    """

    def __init__(
        self,
        location: StoreLocation,
        elsewhere: Elsewhere | None = None,
        folder: IndexFolder | None = None,
        *,
        least: int = 0,
    ) -> None:
        super().__init__(location, elsewhere)
        self._least = least
        self._names: Mapping[TicketId, StoreInvalidError | None] | None = None
        self._places: dict[TicketId, int] = {}
        self._failed: set[TicketId] = set()
        self._look = Look([], [])
        self._index = Index(folder, _KINDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.keep()

    def keep(self) -> None:
        """Keep what was read for others, if that can be done at once."""
        self._index.keep()

    def _entries(self) -> Mapping[TicketId, StoreInvalidError | None]:
        if self._names is None:
            self._names, self._places = super()._entries(), {}
            tickets = [ticket for ticket, error in self._names.items() if error is None]
            if len(tickets) >= self._least:
                self._places = dict(zip(tickets, range(len(tickets)), strict=True))
                self._index.look(tickets)
        return self._names

    def _place(self, ticket: TicketId) -> int | None:
        """Where a ticket stands in the index; None for one that it does not have."""
        if self._names is None:
            self._entries()
        return self._places.get(ticket)

    def _section(self, kind: str) -> Section:
        known = self._index.looked.get(kind)
        # The index is given no method to keep: a reader in a cycle holds its folder open.
        return known or self._index.section(kind, partial(self._stat, kind))

    def _stat(self, kind: str, known: array[int]) -> array[int]:
        folder, tickets = self._present_folder().descriptor, tuple(self._places)
        if kind == RECORDS:
            return stat_records(folder, tickets, layout.ARTIFACTS, RECORD_FILES, known)
        return stat_all(folder, tickets, layout.ITEM if kind == ITEMS else layout.THREAD)

    def _told(
        self, kind: str, ticket: TicketId, tell: Callable[[Row], T | None], make: Make
    ) -> T | None:
        """What `tell` tells by the row of a ticket, which is made anew where that is nothing.

        None for a ticket that the index does not have, and where its files cannot be read: what is
        wrong with them, reading them without an index says.
        """
        if self._names is None:
            self._entries()
        place = self._places.get(ticket)
        if place is None:
            return None
        section = self._section(kind)
        row = section.row(place)
        told = None if row is None else tell(row)
        if told is None:
            began = self._index.began()  # before anything is read: what happens later has to show
            try:
                row, statuses = make(self._present_folder(), ticket, row)
            except (OSError, YoiError):
                self._failed.add(ticket)
                return None
            section.put(place, row, settled=all(map(began.is_after, statuses)))
            told = tell(row)
        return told

    def _pass(self, kind: str) -> Iterator[tuple[TicketId, KeptRow | None]] | None:
        """Each ticket with what was kept of it, None where that is to be made; None where the index
        has not all that stands among the tickets."""
        if len(self._entries()) != len(self._places):
            return None
        return zip(self._places, self._section(kind).kept(), strict=True)

    def all_fields(self) -> Iterator[FieldsRow]:
        rows = self._pass(ITEMS)
        if rows is None:
            yield from super().all_fields()
            return
        times = self._section(ITEMS).found[CHANGED_NS::WIDTH]
        for (ticket, kept), changed_ns in zip(rows, times, strict=True):
            if kept is not None:
                head = item_head(kept.head)
                yield FieldsRow(ticket, KeptFields(head, kept), None, head.is_text, changed_ns)
                continue
            try:
                yield self._fields_row(ticket)
            except YoiError as error:
                yield FieldsRow(ticket, NO_FIELDS, error)

    def _fields_row(self, ticket: TicketId) -> FieldsRow:
        row = self._told(ITEMS, ticket, itself, read_item)
        if row is None:
            return super()._fields_row(ticket)
        head, changed_ns = item_head(row.head), row.signature[CHANGED_NS]
        return FieldsRow(ticket, KeptFields(head, row), None, head.is_text, changed_ns)

    def has_acceptance(self, ticket: TicketId) -> bool:
        told = self._told(ITEMS, ticket, acceptance_in, read_acceptance)
        return super().has_acceptance(ticket) if told is None else told

    def is_out_of_step(self, row: FieldsRow) -> bool:
        place = self._places.get(row.id)
        if place is None:
            return super().is_out_of_step(row)
        found, begin = self._section(THREADS).found, place * WIDTH
        return not found[begin + INODE] or is_apart(row.changed_ns, found[begin + CHANGED_NS])

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        told = self._told(THREADS, ticket, summary_in, read_summary)
        return super().thread_summary(ticket) if told is None else told

    def latest_at(self, ticket: TicketId) -> str:
        told = self._told(THREADS, ticket, latest_in, read_latest)
        return super().latest_at(ticket) if told is None else told

    def thread_figures(self, ticket: TicketId) -> ThreadFigures:
        told = self._told(FIGURES, ticket, figures_in, read_figures)
        return super().thread_figures(ticket) if told is None else told

    def all_relations(self, naming: str = "") -> Iterator[RelationsRow]:
        rows, name = self._pass(RECORDS), naming.encode()
        if rows is None:
            yield from super().all_relations(naming)
            return
        for ticket, kept in rows:
            if kept is None:
                try:
                    relations = self._relations_in_pass(ticket, naming)
                except YoiError as error:
                    yield RelationsRow(ticket, (), error)
                    continue
            else:
                relations = relations_in(kept, name)
            if relations:
                yield RelationsRow(ticket, relations)

    def _relations_in_pass(self, ticket: TicketId, naming: str) -> tuple[Relation, ...]:
        row = self._told(RECORDS, ticket, itself, read_records)
        if row is None:
            return super()._relations_in_pass(ticket, naming)
        return relations_in(row, naming.encode())

    def all_plans(self) -> Iterator[PlansRow]:
        rows = self._pass(RECORDS)
        if rows is None:
            yield from super().all_plans()
            return
        for ticket, kept in rows:
            try:
                row = self._plans_row(ticket) if kept is None else plans_in(ticket, kept)
            except YoiError as error:
                row = PlansRow(ticket, (), error)
            if row is not None:
                yield row

    def _plans_row(self, ticket: TicketId) -> PlansRow | None:
        row = self._told(RECORDS, ticket, itself, read_records)
        return super()._plans_row(ticket) if row is None else plans_in(ticket, row)

    def look(self) -> Collection[TicketId]:
        """Look at the files of all tickets: those that changed since the last look, are gone, or
        could not be read."""
        before, changed = self._look, self._failed
        self.forget_folder()
        if self.location.git is not None:
            self._begun = self.location.git.stirred
        self._names, self._failed = None, set()
        now = time.time_ns()
        changed |= {ticket for ticket, error in self._entries().items() if error is not None}
        found = (
            [self._section(kind).found for kind in (ITEMS, THREADS, RECORDS)]
            if self._places
            else []
        )
        self._look = Look(list(self._places), found)
        return changed | self._look.changes(before) | self._look.since(now - COARSEST_TIME_NS)
