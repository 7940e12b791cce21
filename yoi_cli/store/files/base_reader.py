"""What a ticket's files say, wherever they stand: on disk, in a commit, in a merge in memory.

What reads them says how it finds a file (`_find`), and which tickets there are (`_entries`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.store.files import layout
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.values import NO_FIELDS, FieldsRow, PlansRow, RelationsRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.model.event_views import EventWindow, ThreadView
    from yoi_cli.model.events import Event, Thread
    from yoi_cli.model.fold import Folded
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import Item
    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.store.values import Part


class BaseReader(ABC):
    """The part of a `RoutingReader` that is the same for all; parsers load when first used."""

    @abstractmethod
    def _entries(self) -> Mapping[TicketId, StoreInvalidError | None]:
        """Every ticket's id, rising, each with the reason why it is no folder."""

    @abstractmethod
    def _find(self, ticket: TicketId, path: str) -> bytes | None:
        """The file at `path` of a ticket, None where there is none. Raises as `TicketReader`."""

    @abstractmethod
    def _shown(self, ticket: TicketId, path: str) -> str:
        """How messages name the file at `path` of a ticket."""

    @abstractmethod
    def _fields_row(self, ticket: TicketId) -> FieldsRow:
        """A ticket's frontmatter, in a pass over the store."""

    @abstractmethod
    def _relations_in_pass(self, ticket: TicketId, naming: str) -> tuple[Relation, ...]:
        """A ticket's forward relations, in a pass over the store; see `all_relations`."""

    def _read_in_pass(self, ticket: TicketId, part: Part) -> bytes:
        """As `raw`, by the shortest way."""
        return self.raw(ticket, part)

    def _may_have_plan(self, ticket: TicketId) -> bool:
        """Whether a pass must look for plan records of a ticket."""
        return True

    def missing_writes(self) -> Mapping[str, MissingWrites]:
        """What was acknowledged and is in no file, by ticket. Of the past, nothing is."""
        return {}

    @property
    def is_disturbed(self) -> bool:
        """Whether git was at work in the checkout since this began to read it."""
        return False

    def ids(self) -> list[TicketId]:
        return list(self._entries())

    def raw(self, ticket: TicketId, part: Part) -> bytes:
        data = self._find(ticket, part)
        if data is None:
            raise missing_part(self._shown(ticket, part))
        return data

    def raw_in_pass(self, ticket: TicketId, part: Part) -> bytes:
        return self._read_in_pass(ticket, part)

    def item(self, ticket: TicketId) -> Item:
        from yoi_cli.store.formats.item import parse_item

        return parse_item(self.raw(ticket, "item.md"), path=self._shown(ticket, layout.ITEM))

    def has_acceptance(self, ticket: TicketId) -> bool:
        from yoi_cli.model.intent import has_acceptance
        from yoi_cli.store.formats.item import parse_description

        data = self._read_in_pass(ticket, "item.md")
        return has_acceptance(parse_description(data, path=self._shown(ticket, layout.ITEM)))

    def thread(self, ticket: TicketId) -> Thread:
        return parse_thread(self.raw(ticket, "thread.md")).thread

    def events_at(self, ticket: TicketId, lines: Sequence[int]) -> list[Event | None]:
        from yoi_cli.store.formats.thread_places import events_at

        return events_at(self._read_in_pass(ticket, "thread.md"), lines)

    def viewed(self, ticket: TicketId, window: EventWindow) -> ThreadView:
        from yoi_cli.store.formats.thread_view import view_thread

        return view_thread(self.raw(ticket, "thread.md"), window)

    def folded(self, ticket: TicketId) -> Folded:
        from yoi_cli.store.formats.thread_headers import fold_thread

        return fold_thread(self._read_in_pass(ticket, "thread.md"))

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        from yoi_cli.store.formats.thread_headers import summarise_thread

        return summarise_thread(self._read_in_pass(ticket, "thread.md"))

    def resolution(self, ticket: TicketId) -> str | None:
        data = self._find(ticket, layout.RESOLUTION)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def has_resolution(self, ticket: TicketId) -> bool:
        return self.resolution(ticket) is not None

    def is_out_of_step(self, row: FieldsRow) -> bool:
        """Of what was committed, no file tells."""
        return False

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]:
        data = self._find(ticket, layout.RELATIONS_PATH)
        if data is None:
            return ()
        from yoi_cli.store.formats.relations import parse_relations

        return parse_relations(data, path=self._shown(ticket, layout.RELATIONS_PATH))

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]:
        data = self._find(ticket, layout.PLAN_PATH)
        if data is None:
            return ()
        from yoi_cli.store.formats.plan import parse_plan

        return parse_plan(data, path=self._shown(ticket, layout.PLAN_PATH))

    def all_fields(self) -> Iterator[FieldsRow]:
        for ticket, kind_error in self._entries().items():
            try:
                if kind_error is not None:
                    raise kind_error
                yield self._fields_row(ticket)
            except YoiError as error:
                yield FieldsRow(ticket, NO_FIELDS, error)

    def all_relations(self, naming: str = "") -> Iterator[RelationsRow]:
        for ticket, kind_error in self._entries().items():
            try:
                if kind_error is not None:
                    raise kind_error
                relations = self._relations_in_pass(ticket, naming)
            except YoiError as error:
                yield RelationsRow(ticket, (), error)
            else:
                if relations:
                    yield RelationsRow(ticket, relations)

    def all_plans(self) -> Iterator[PlansRow]:
        for ticket, kind_error in self._entries().items():
            if kind_error is not None or not self._may_have_plan(ticket):
                continue
            try:
                row = self._plans_row(ticket)
            except YoiError as error:
                row = PlansRow(ticket, (), error)
            if row is not None:
                yield row

    def _plans_row(self, ticket: TicketId) -> PlansRow | None:
        """The plan records of a ticket, None where it has none."""
        data = self._find(ticket, layout.PLAN_PATH)
        if data is None:
            return None
        from yoi_cli.store.formats.plan import parse_plan, torn_tail

        path = self._shown(ticket, layout.PLAN_PATH)
        records = parse_plan(data, path=path)
        is_torn = bool(torn_tail(data).strip())
        return PlansRow(ticket, records, is_torn=is_torn) if records or is_torn else None


def missing_part(shown: str) -> StoreInvalidError:
    """The error for a ticket without its item or its thread."""
    return StoreInvalidError(
        "file_missing",
        f"{shown} is missing.",
        hint="Bring the file back from git; `yoi ticket doctor` shows what else is missing.",
        details={"path": shown},
    )
