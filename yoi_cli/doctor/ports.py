"""What doctor needs of a store: its raw files, and what is wrong with their form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from yoi_cli.doctor.diagnostics import diagnose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.model.events import Thread
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import Item
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.values import RelationsRow


@dataclass(frozen=True, slots=True)
class PlacedRelation:
    """A relation with the 1-based line of its entry, None where nobody looked."""

    relation: Relation
    line: int | None = None


@dataclass(frozen=True, slots=True)
class PlacedRecord:
    """A plan record with its 1-based line."""

    record: PlanRecord
    line: int


@dataclass(frozen=True, slots=True)
class InspectedTicket:
    """One ticket as its files have it.

    `folder` is relative to the workspace. `found` is what is wrong with the files
    themselves; a part that is missing or cannot be read is None or empty, and reported there.
    `whole_thread` reads the thread where `thread` has no texts and lines of its events: where
    they are needed, there is something to be said of them.
    """

    id: TicketId
    folder: str
    found: tuple[Diagnostic, ...]
    item: Item | None = None
    thread: Thread | None = None
    whole_thread: Callable[[], Thread] | None = None
    relations: tuple[PlacedRelation, ...] = ()
    plan: tuple[PlacedRecord, ...] = ()
    resolution: str | None = None

    def finding(self, code: str, what: str, name: str, line: int | None = None) -> Diagnostic:
        """The finding `code` on the file `name` of this ticket."""
        return diagnose(code, what, ticket=self.id, path=f"{self.folder}/{name}", line=line)


class StoreInspector(Protocol):
    """Looks at a store without a lock and without changing it; never fails for one ticket."""

    def ids(self) -> Sequence[TicketId]: ...

    def exists(self, ticket: str) -> bool: ...

    def all_relations(self) -> Iterator[RelationsRow]: ...

    def folder_of(self, ticket: str) -> str:
        """The workspace-relative path of a ticket's folder."""
        ...

    def inspect(self, ticket: TicketId) -> InspectedTicket:
        """One ticket, with everything that is wrong with its files."""
        ...

    def inspect_store(self) -> Sequence[Diagnostic]:
        """What is wrong with the store outside of its tickets: names, configuration, lock."""
        ...
