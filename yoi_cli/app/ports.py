"""What the use cases need from the outside, as protocols and the values that cross them.

Storage and git implement these; `bootstrap` chooses. A use case that decides and writes
does both inside one `TicketStore.write()`, which holds the store's lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from yoi_cli.domain.events import NewEvent, Thread
from yoi_cli.domain.ids import TicketId
from yoi_cli.domain.item import FieldValue, Item
from yoi_cli.domain.plan import PlanRecord
from yoi_cli.domain.relations import Relation
from yoi_cli.errors import YoiError

NO_FIELDS: Mapping[str, FieldValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FieldsRow:
    """One ticket of a pass over the store: its frontmatter, or why it cannot be read."""

    id: TicketId
    fields: Mapping[str, FieldValue]
    error: YoiError | None = None


@dataclass(frozen=True, slots=True)
class RelationsRow:
    """One ticket of a pass over the relations: its forward ones, or why they are unreadable."""

    id: TicketId
    relations: tuple[Relation, ...]
    error: YoiError | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What one command changes on one ticket. What is left out stays, byte for byte.

    `fields` are frontmatter values; the projection (`state`, `updated_at`) is the store's
    own business. `relations`, where given, is the whole new list. `removes_resolution`
    takes `resolution.md` away, after the commit point.
    """

    events: tuple[NewEvent, ...] = ()
    fields: Mapping[str, FieldValue] = field(default_factory=lambda: NO_FIELDS)
    removed_fields: tuple[str, ...] = ()
    description: str | None = None
    resolution: str | None = None
    removes_resolution: bool = False
    relations: tuple[Relation, ...] | None = None
    plan: tuple[PlanRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to be made: frontmatter (without the times), description, events, relations."""

    fields: Mapping[str, FieldValue]
    description: str
    events: tuple[NewEvent, ...]
    relations: tuple[tuple[str, str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """What stands on stable storage now.

    `event_ids` are the ids of the events written, `warnings` what went wrong after the
    commit point, where a failure would make callers write the event twice.
    """

    ticket: TicketId
    at: str
    event_ids: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class TicketReader(Protocol):
    """Reading, without a lock. An id that is not there raises `NotFoundError`; a file that
    cannot be trusted raises `StoreInvalidError`."""

    def ids(self) -> Sequence[TicketId]:
        """Every ticket's id, rising."""
        ...

    def exists(self, ticket: str) -> bool: ...

    def item(self, ticket: TicketId) -> Item: ...

    def thread(self, ticket: TicketId) -> Thread: ...

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]: ...

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]: ...

    def resolution(self, ticket: TicketId) -> str | None: ...

    def artifacts(self, ticket: TicketId) -> tuple[str, ...]:
        """Paths below the ticket's `artifacts/`, sorted."""
        ...

    def all_fields(self) -> Iterator[FieldsRow]:
        """Every ticket's frontmatter, by rising id; one that is broken never hides others."""
        ...

    def all_relations(self) -> Iterator[RelationsRow]:
        """The forward relations of every ticket that has any."""
        ...

    def files(self, ticket: TicketId) -> Mapping[str, bytes]:
        """Every file of a ticket by its path below the ticket's folder, exactly."""
        ...


class TicketWriter(TicketReader, Protocol):
    """Reading and writing under the store's lock."""

    @property
    def now_ms(self) -> int:
        """The instant that this write stamps on everything, in Unix milliseconds."""
        ...

    def commit(self, ticket: TicketId, change: Change) -> Committed:
        """Write `change` in the order of section 5. Raises before anything is written."""
        ...

    def create(self, ticket: NewTicket) -> Committed: ...

    def install(self, ticket: TicketId, files: Mapping[str, bytes]) -> None:
        """Put a whole ticket in place at once. Raises `ConflictError` where one stands."""
        ...


class TicketStore(TicketReader, Protocol):
    """A store that can be read, and written under its lock."""

    def write(self) -> AbstractContextManager[TicketWriter]: ...
