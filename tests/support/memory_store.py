"""A store in memory: each ticket a dict from path to bytes, one writer at a time.

It has the ports of `store/ports.py` and none of the disk, so that the contract tests tell what a
store promises from what files happen to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count

from yoi_cli.errors import (
    ConflictError,
    NotFoundError,
    OperationError,
    StoreInvalidError,
    YoiError,
)
from yoi_cli.model.event_views import EventWindow, ThreadView, view_of
from yoi_cli.model.events import NewEvent, Thread
from yoi_cli.model.fold import Folded, fold
from yoi_cli.model.ids import TicketId, is_ticket_id, next_event_id, next_ticket_id
from yoi_cli.model.item import FieldValue, Item
from yoi_cli.model.missing import MissingWrites
from yoi_cli.model.plan import PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.model.routing import ThreadSummary, summary_of_thread
from yoi_cli.model.time import stamp
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item, render_item
from yoi_cli.store.formats.plan import parse_plan, render_record
from yoi_cli.store.formats.relations import parse_relations, render_relations
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_writing import encode_event
from yoi_cli.store.ports import TicketWriter
from yoi_cli.store.values import Change, Committed, FieldsRow, NewTicket, RelationsRow

RELATIONS = "artifacts/relations.json"
PLAN = "artifacts/orchestration-plan.jsonl"
KEEP = "artifacts/.gitkeep"
START_MS = 1_782_405_032_000

Files = dict[str, bytes]


class MemoryStore:
    """A `TicketStore`; its clock stands still while somebody writes, and goes on after."""

    def __init__(self) -> None:
        self._tickets: dict[str, Files] = {}
        self._entropy = count()
        self._is_locked = False
        self.now_ms = START_MS

    @contextmanager
    def write(self) -> Iterator[TicketWriter]:
        if self._is_locked:
            raise ConflictError("lock_timeout", "Somebody else writes.")
        self._is_locked = True
        try:
            yield self
        finally:
            self._is_locked = False
            self.now_ms += 1

    # Reading

    def ids(self) -> list[TicketId]:
        return [TicketId(id_) for id_ in sorted(self._tickets)]

    def exists(self, ticket: str) -> bool:
        return ticket in self._tickets

    @property
    def is_disturbed(self) -> bool:
        return False

    def missing_writes(self) -> Mapping[str, MissingWrites]:
        return {}

    def files(self, ticket: TicketId) -> Mapping[str, bytes]:
        if ticket not in self._tickets:
            raise NotFoundError("ticket_not_found", f"There is no ticket {ticket}.")
        return dict(self._tickets[ticket])

    def item(self, ticket: TicketId) -> Item:
        return parse_item(self._part(ticket, "item.md"), path="item.md")

    def thread(self, ticket: TicketId) -> Thread:
        return parse_thread(self._part(ticket, "thread.md")).thread

    def viewed(self, ticket: TicketId, window: EventWindow) -> ThreadView:
        return view_of(self.thread(ticket), window)

    def folded(self, ticket: TicketId) -> Folded:
        return fold(self.thread(ticket).events)

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        return summary_of_thread(self.thread(ticket))

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]:
        data = self.files(ticket).get(RELATIONS)
        return () if data is None else parse_relations(data, path=RELATIONS)

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]:
        data = self.files(ticket).get(PLAN)
        return () if data is None else parse_plan(data, path=PLAN)

    def is_out_of_step(self, row: FieldsRow) -> bool:
        return False

    def has_resolution(self, ticket: TicketId) -> bool:
        return True

    def resolution(self, ticket: TicketId) -> str | None:
        data = self.files(ticket).get("resolution.md")
        return None if data is None else data.decode()

    def artifacts(self, ticket: TicketId) -> tuple[str, ...]:
        below = (path.removeprefix("artifacts/") for path in self.files(ticket) if "/" in path)
        return tuple(sorted(path for path in below if path != ".gitkeep"))

    def all_fields(self) -> Iterator[FieldsRow]:
        for ticket in self.ids():
            try:
                yield FieldsRow(ticket, self.item(ticket).fields)
            except StoreInvalidError as error:
                yield FieldsRow(ticket, {}, error)

    def all_relations(self, naming: str = "") -> Iterator[RelationsRow]:
        for ticket in self.ids():
            try:
                found = self.relations(ticket)
            except StoreInvalidError as error:
                yield RelationsRow(ticket, (), error)
            else:
                if found:
                    yield RelationsRow(ticket, found)

    def _part(self, ticket: TicketId, name: str) -> bytes:
        data = self.files(ticket).get(name)
        if data is None:
            raise StoreInvalidError("file_missing", f"{name} is missing.")
        return data

    # Writing

    def commit(self, ticket: TicketId, change: Change) -> Committed:
        files = dict(self.files(ticket))
        at = stamp(self.now_ms)
        blocks, event_ids = self._encode(change.events, self.thread(ticket).greatest_id)
        gap = b"\n" if files["thread.md"] and blocks else b""
        files["thread.md"] += gap + blocks
        state = fold(parse_thread(files["thread.md"]).thread.events).state
        fields: dict[str, FieldValue] = {**change.fields, "state": state}
        if change.events or change.fields or change.description is not None:
            fields["updated_at"] = at
        removed, body = change.removed_fields, change.description
        files["item.md"] = edit_item(
            self._part(ticket, "item.md"), fields, path="item.md", remove=removed, body=body
        )
        if change.resolution is not None:
            files["resolution.md"] = (change.resolution + "\n").encode()
        if change.removes_resolution:
            files.pop("resolution.md", None)
        if change.relations is not None:
            files[RELATIONS] = render_relations(change.relations)
        for record in change.plan:
            files[PLAN] = files.get(PLAN, b"") + render_record(record)
        self._tickets[ticket] = files
        return Committed(ticket, at, event_ids)

    def create(self, ticket: NewTicket) -> Committed:
        id_ = next_ticket_id(self.now_ms, self._tickets.keys())
        at = stamp(self.now_ms)
        blocks, event_ids = self._encode(ticket.events, "")
        fields = {**ticket.fields, "state": "planning", "created_at": at, "updated_at": at}
        files = {"item.md": render_item(fields, ticket.description), "thread.md": blocks, KEEP: b""}
        if ticket.relations:
            author = ticket.events[0].author
            files[RELATIONS] = render_relations(
                Relation(id_, kind, target, author, at, note)
                for kind, target, note in ticket.relations
            )
        self.install(id_, files)
        return Committed(id_, at, event_ids)

    def affirm(self, relation: Relation) -> None:
        """Nothing takes it away here."""

    def install(self, ticket: TicketId, files: Mapping[str, bytes]) -> None:
        parts = {part for path in files for part in path.split("/")}
        if not is_ticket_id(ticket) or parts & {"", ".", ".."} or "\0" in "".join(parts):
            raise OperationError("import_refused", "A path leads outside.")
        if ticket in self._tickets:
            raise ConflictError("ticket_exists", f"There is a ticket {ticket} already.")
        self._tickets[ticket] = dict(files)

    def install_all(self, tickets: Mapping[TicketId, Mapping[str, bytes]]) -> None:
        before = dict(self._tickets)
        try:
            for ticket, files in tickets.items():
                self.install(ticket, files)
        except YoiError:
            self._tickets = before
            raise

    def _encode(self, events: tuple[NewEvent, ...], greatest: str) -> tuple[bytes, tuple[str, ...]]:
        blocks, ids = [], []
        for event in events:
            greatest = next_event_id(self.now_ms, next(self._entropy), greatest)
            blocks.append(encode_event(event, at=stamp(self.now_ms), event_id=greatest))
            ids.append(greatest)
        return b"\n".join(blocks), tuple(ids)
