"""Writes that are decided one after another and made together, or not at all.

A `StagedWriter` shows the store as it would be after what was decided so far, and writes nothing.
`batch.py` makes what it has collected (docs/format.md, "Batches").
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId, next_ticket_id, ticket_id_at
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import gap_behind, settled_tail
from yoi_cli.store.files.base_reader import missing_part
from yoi_cli.store.files.change_bytes import (
    as_read,
    decides,
    encoded,
    files_of,
    new_ids,
    projected_item,
)
from yoi_cli.store.files.journaling import parts_of, parts_of_files, parts_of_relation
from yoi_cli.store.files.reader import FileReader, read_part
from yoi_cli.store.files.side_files import rendered_relations, with_records
from yoi_cli.store.formats.thread import ParsedThread, is_utf8, parse_thread
from yoi_cli.store.values import Change, Committed, FieldsRow, NewTicket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.events import Thread
    from yoi_cli.model.fold import Folded
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.files.journaling import Parts
    from yoi_cli.store.files.writer import FileWriter
    from yoi_cli.store.values import Part


class Step(NamedTuple):
    """One write on `ticket` that is decided, with the ids of its events; a `Relation` is one that
    stands and was affirmed. `parts` are what the journal would keep of it."""

    ticket: TicketId
    now_ms: int
    what: Change | NewTicket | Relation
    event_ids: tuple[str, ...]
    parts: Parts


class _Log(NamedTuple):
    """A thread as it would be: its bytes, and what the next event has to know of them."""

    data: bytes
    newline: str
    greatest_id: str


class StagedWriter(FileReader):
    """Reads through `writer`, whose lock is held, and keeps what is written in `steps`."""

    def __init__(self, writer: FileWriter) -> None:
        super().__init__(writer.location, writer.elsewhere)
        self.now_ms = writer.now_ms
        self.steps: list[Step] = []
        self._writer = writer
        self._made: set[TicketId] = set()
        self._files: dict[TicketId, dict[str, bytes | None]] = {}
        self._logs: dict[TicketId, _Log] = {}
        self._parsed: dict[TicketId, ParsedThread] = {}

    @contextmanager
    def write(self) -> Iterator[StagedWriter]:
        """Itself, at the instant that it is now."""
        self.now_ms = self._writer.clock()
        yield self

    # What is read

    def exists(self, ticket: str) -> bool:
        return ticket in self._made or super().exists(ticket)

    def thread(self, ticket: TicketId) -> Thread:
        log = self._logs.get(ticket)
        return self._writer.thread(ticket) if log is None else self._parse(ticket, log).thread

    def folded(self, ticket: TicketId) -> Folded:
        is_staged = ticket in self._logs
        return fold(self.thread(ticket).events) if is_staged else self._writer.folded(ticket)

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        from yoi_cli.model.routing import summary_of_thread

        if ticket not in self._logs:
            return self._writer.thread_summary(ticket)
        return summary_of_thread(self.thread(ticket))

    def has_resolution(self, ticket: TicketId) -> bool:
        if layout.RESOLUTION in self._files.get(ticket, {}):
            return self._files[ticket][layout.RESOLUTION] is not None
        return ticket not in self._made and super().has_resolution(ticket)

    def is_out_of_step(self, row: FieldsRow) -> bool:
        return row.id not in self._files and super().is_out_of_step(row)

    def _entries(self) -> Mapping[TicketId, StoreInvalidError | None]:
        found = super()._entries()
        if not self._made:
            return found
        return {one: found.get(one) for one in sorted({*found, *self._made})}

    def _find(self, ticket: TicketId, path: str) -> bytes | None:
        staged = self._files.get(ticket, {})
        if path in staged or ticket in self._made:
            return staged.get(path)
        return super()._find(ticket, path)

    def _read_in_pass(self, ticket: TicketId, part: Part) -> bytes:
        if ticket not in self._files:
            return super()._read_in_pass(ticket, part)
        return self.raw(ticket, part)

    def _may_have(self, name: str, record: str) -> bool:
        staged = self._files.get(TicketId(name), {})
        if record in staged or name in self._made:
            return staged.get(record) is not None
        return super()._may_have(name, record)

    def _fields_row(self, ticket: TicketId) -> FieldsRow:
        data = self._files.get(ticket, {}).get(layout.ITEM)
        if data is None:
            return super()._fields_row(ticket)
        from yoi_cli.store.formats.item import parse_item

        fields = parse_item(data, path=self._shown(ticket, layout.ITEM)).fields
        return FieldsRow(ticket, fields, is_text=is_utf8(data))

    def _relations_in_pass(self, ticket: TicketId, naming: str) -> tuple[Relation, ...]:
        if ticket not in self._files:
            return super()._relations_in_pass(ticket, naming)
        return self.relations(ticket)

    # What is decided

    def commit(self, ticket: TicketId, change: Change) -> Committed:
        log, item = self._log(ticket, is_strict=decides(change)), self._item(ticket)
        at = stamp(self.now_ms)
        ids = new_ids(len(change.events), self.now_ms, self._writer.entropy, log.greatest_id)
        blocks = encoded(change.events, ids, at, log.newline)
        events = None
        if decides(change):
            known = self._parse(ticket, log).thread.events
            events = (*known, *(as_read(event, at) for event in change.events))
        path = self._shown(ticket, layout.ITEM)
        projected = projected_item(item, events, change, at, path)
        earlier = {layout.RELATIONS: self._find(ticket, layout.RELATIONS_PATH)}
        parts = parts_of(change, blocks, ids, item, earlier)
        self.steps.append(Step(ticket, self.now_ms, change, ids, parts))
        files = self._files.setdefault(ticket, {})
        files[layout.ITEM] = projected
        if ids:
            data = log.data + gap_behind(log.data[-3:], log.newline) + blocks
            self._keep_log(ticket, log._replace(data=data, greatest_id=ids[-1]))
        self._keep_rest(ticket, change)
        return Committed(ticket, at, ids)

    def create(self, ticket: NewTicket) -> Committed:
        at, made = stamp(self.now_ms), ticket_id_at(self.now_ms)
        if self.exists(made):
            made = next_ticket_id(self.now_ms, set(self.ids()))
        ids = new_ids(len(ticket.events), self.now_ms, self._writer.entropy, "")
        files = files_of(made, ticket, encoded(ticket.events, ids, at, "\n"), at)
        parts = parts_of_files(files, largest=None)
        self.steps.append(Step(made, self.now_ms, ticket, ids, parts))
        self._made.add(made)
        self._files[made] = {**files}
        self._keep_log(made, _Log(files[layout.THREAD], "\n", ids[-1]))
        return Committed(made, at, ids)

    def affirm(self, relation: Relation) -> None:
        ticket = TicketId(relation.ticket_id)
        parts = parts_of_relation(relation)
        self.steps.append(Step(ticket, self.now_ms, relation, (), parts))

    def install(self, ticket: TicketId, files: Mapping[str, bytes]) -> None:
        self.install_all({ticket: files})

    def install_all(self, tickets: Mapping[TicketId, Mapping[str, bytes]]) -> None:
        raise OperationError("batch_of_imports", "Whole tickets are not staged.")

    def _keep_log(self, ticket: TicketId, log: _Log) -> None:
        self._logs[ticket] = log
        self._files[ticket][layout.THREAD] = log.data
        self._parsed.pop(ticket, None)

    def _keep_rest(self, ticket: TicketId, change: Change) -> None:
        """What `change` does beside item and thread."""
        files = self._files[ticket]
        if change.resolution is not None:
            files[layout.RESOLUTION] = f"{change.resolution}\n".encode()
        if change.removes_resolution:
            files[layout.RESOLUTION] = None
        if change.relations is not None:
            files[layout.RELATIONS_PATH] = rendered_relations(change.relations)
        if change.plan:
            data = self._find(ticket, layout.PLAN_PATH) or b""
            files[layout.PLAN_PATH] = with_records(data, change.plan)

    def _item(self, ticket: TicketId) -> bytes:
        data = self._find(ticket, layout.ITEM)
        if data is None:
            raise missing_part(self._shown(ticket, layout.ITEM))
        return data

    def _log(self, ticket: TicketId, *, is_strict: bool) -> _Log:
        """The thread as it would be. Raises as a writer does where it cannot be written to."""
        known = self._logs.get(ticket)
        if known is not None:
            return known
        with self.opened(ticket) as directory:
            tail = settled_tail(directory, self.location.index_lock, whole=True)
            self._writer.require_readable(ticket, directory, tail, is_strict=is_strict)
            data = read_part(directory, layout.THREAD)[: tail.sound_size]
        return _Log(data, tail.parsed.newline, tail.parsed.thread.greatest_id)

    def _parse(self, ticket: TicketId, log: _Log) -> ParsedThread:
        found = self._parsed.get(ticket)
        if found is None:
            found = self._parsed[ticket] = parse_thread(log.data)
        return found
