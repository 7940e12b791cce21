"""What the use cases need from the outside, as protocols.

The readers and writers of `store/files` implement these, and tests have others in memory. A use
case that decides and writes does both inside one `TicketStore.write()`, which holds the lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from yoi_cli.model.claim import Claim
    from yoi_cli.model.commits import Note
    from yoi_cli.model.event_views import EventWindow, ThreadView
    from yoi_cli.model.events import Event, Thread
    from yoi_cli.model.fold import Folded
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import Item
    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.model.shared_claim import KnownClaim
    from yoi_cli.model.thread_figures import ThreadFigures
    from yoi_cli.store.values import (
        Change,
        Committed,
        FieldsRow,
        NewTicket,
        Part,
        PlansRow,
        RelationsRow,
    )


class TicketReader(Protocol):
    """Reading, without a lock. An id that is not there raises `NotFoundError`; a file that
    cannot be trusted raises `StoreInvalidError`."""

    def ids(self) -> Sequence[TicketId]:
        """Every ticket's id, rising."""
        ...

    def exists(self, ticket: str) -> bool: ...

    def item(self, ticket: TicketId) -> Item: ...

    def thread(self, ticket: TicketId) -> Thread: ...

    def folded(self, ticket: TicketId) -> Folded:
        """The fold of a ticket's thread, by the shortest way to it."""
        ...

    def thread_summary(self, ticket: TicketId) -> ThreadSummary:
        """The summary of a ticket's thread, by a way that is shorter still."""
        ...

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]: ...

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]: ...

    def resolution(self, ticket: TicketId) -> str | None: ...

    def has_resolution(self, ticket: TicketId) -> bool:
        """Whether there is one, by the shortest way."""
        ...

    def is_out_of_step(self, row: FieldsRow) -> bool:
        """Whether the item was changed at another time than its thread, by a stat at most."""
        ...

    def artifacts(self, ticket: TicketId) -> tuple[str, ...]:
        """Paths below the ticket's `artifacts/`, sorted."""
        ...

    def all_fields(self) -> Iterator[FieldsRow]:
        """Every ticket's frontmatter, by rising id; one that is broken never hides others."""
        ...

    def all_relations(self, naming: str = "") -> Iterator[RelationsRow]:
        """The forward relations of every ticket that has any.

        With `naming`, those that do not name that ticket may be left out.
        """
        ...

    def files(self, ticket: TicketId) -> Mapping[str, bytes]:
        """Every file of a ticket by its path below the ticket's folder, exactly."""
        ...

    @property
    def is_disturbed(self) -> bool:
        """Whether files may have been taken away and put back since this began to read."""
        ...

    def missing_writes(self) -> Mapping[str, MissingWrites]:
        """What was acknowledged and is neither in a file nor in a commit, by ticket."""
        ...


class ThreadViewer(TicketReader, Protocol):
    """Reading what is shown of one ticket."""

    def viewed(self, ticket: TicketId, window: EventWindow) -> ThreadView:
        """What is shown of a ticket's thread, by the shortest way to it."""
        ...


class TextReader(TicketReader, Protocol):
    """Reading the files as they stand, for a search that names lines."""

    def raw(self, ticket: TicketId, part: Part) -> bytes:
        """All bytes of one file of a ticket. Raises what the other ways of reading raise."""
        ...

    def raw_in_pass(self, ticket: TicketId, part: Part) -> bytes:
        """The same by the shortest way, for whoever passes over all tickets."""
        ...

    def events_at(self, ticket: TicketId, lines: Sequence[int]) -> list[Event | None]:
        """For each of `lines` (1-based) of a thread the event whose heading or body holds it, None
        for headers and what readers pass over."""
        ...


class ThreadWatcher(TicketReader, Protocol):
    """What can be told of threads without reading them event by event."""

    def latest_at(self, ticket: TicketId) -> str:
        """A time that no event of the thread is later than; empty where it has no event."""
        ...

    def newest(
        self, ticket: TicketId, reaches: Callable[[tuple[str, str]], bool]
    ) -> Iterator[Event]:
        """The events of a thread, in any order. Those may be left out that `reaches` says no of,
        which is asked with what their `order_of` does not go beyond."""
        ...

    def thread_figures(self, ticket: TicketId) -> ThreadFigures:
        """The figures of a ticket's thread, by the shortest way to them."""
        ...

    def thread_marks(self) -> Mapping[TicketId, tuple[int, ...]]:
        """For every thread a value that is another one after the thread was written to."""
        ...


class RoutingReader(TicketReader, Protocol):
    """Reading what routing decides from, also as of a commit or an instant."""

    def has_acceptance(self, ticket: TicketId) -> bool:
        """Whether the item of a ticket, whose fields were read before, has acceptance criteria."""
        ...

    def all_plans(self) -> Iterator[PlansRow]:
        """The plan records of every ticket that has any."""
        ...


class TicketWriter(TicketReader, Protocol):
    """Reading and writing under the store's lock."""

    @property
    def now_ms(self) -> int:
        """The instant that this write stamps on everything, in Unix milliseconds."""
        ...

    def commit(self, ticket: TicketId, change: Change) -> Committed:
        """Write `change` in the order of docs/format.md. Raises before anything is written."""
        ...

    def affirm(self, relation: Relation) -> None:
        """Somebody was told that `relation` stands, though nothing was written for it."""
        ...

    def create(self, ticket: NewTicket) -> Committed: ...

    def install(self, ticket: TicketId, files: Mapping[str, bytes]) -> None:
        """Put a whole ticket in place at once. Raises `ConflictError` where one stands."""
        ...

    def install_all(self, tickets: Mapping[TicketId, Mapping[str, bytes]]) -> None:
        """As `install`, of many: in their order, each at once, and with few waits for the disk.

        Where one stands already, or the disk refuses, none is put in place.
        """
        ...


class TicketStore(TicketReader, Protocol):
    """A store that can be read, and written under its lock."""

    def write(self) -> AbstractContextManager[TicketWriter]: ...


class RoutingWriter(RoutingReader, TicketWriter, Protocol):
    """Writing on the ground of a routing that is made under the same lock."""


class RoutingStore(RoutingReader, Protocol):
    """A store that can be routed, and written under its lock."""

    def write(self) -> AbstractContextManager[RoutingWriter]: ...


class BranchPush(NamedTuple):
    """A branch of a remote that is to go from `seen` (empty: it must not be there) to `commit`."""

    remote: str
    branch: str
    commit: str
    seen: str


class ClaimEnds(Protocol):
    """Of the claims of a clone, what ends one with its ticket's work."""

    def get(self, ticket: str) -> Claim | None:
        """The claim as this clone knows it."""
        ...

    def put(self, claim: Claim) -> None: ...

    def finish(self, claim: Claim, *, is_done: bool) -> None:
        """Tell others that the claim has ended, and whether the work is over.

        It takes the ticket's turn, and is called once the store's lock is given back.
        """
        ...


class Claims(ClaimEnds, Protocol):
    """The claims of a clone; written only while the store's lock is held.

    Where claims hold across clones, others are asked and told by `ask` and what follows `learn`;
    where they do not, that does nothing. It is called in the ticket's `turn`, and never while the
    store's lock is held. It raises `ConflictError`: `claimed` where another clone has the ticket,
    `claim_remote_unreachable` where nobody can say, `claim_refs_refused`, and
    `claim_remote_rewound` where the remote has forgotten what it said (docs/machines.md).
    """

    @property
    def is_shared(self) -> bool:
        """Whether claims hold across clones."""
        ...

    def all(self) -> Mapping[str, Claim]:
        """Every claim that can be read, by ticket."""
        ...

    def unreadable(self) -> Sequence[str]:
        """The tickets whose claim cannot be read."""
        ...

    def turn(self, *tickets: str, waits: bool = True) -> AbstractContextManager[None]:
        """Be the one process of the clone that is between the remote and the records of `tickets`.

        It is taken before the store's lock. Raises `ConflictError` (`claim_busy`) where another
        has it: at once, or, for who `waits`, after a while.
        """
        ...

    def ask(self, ticket: str, *, mends: bool = False) -> None:
        """Learn what the remote says of a ticket now. `mends` takes what a remote that has
        forgotten something says."""
        ...

    def look(self, ticket: str, *, closed: int | None = None) -> Claim | None:
        """The claim by what was learned of other clones, which becomes one of this clone's.

        With `closed`, the greatest generation whose end the ticket's log tells, work that another
        clone finished and this one was not told of is a `ConflictError` (`claim_finished`).
        """
        ...

    def ask_all(self) -> Sequence[KnownClaim]:
        """What the remote says anew of all claims of other clones, for `learn`; nothing where it
        was asked just now."""
        ...

    def learn(self, found: Iterable[KnownClaim]) -> None:
        """Take what `ask_all` found among the claims of this clone."""
        ...

    def share(self, claim: Claim) -> None:
        """Tell others of a claim that was taken, renewed or given back, before it is recorded."""
        ...

    def is_due(self, ticket: str) -> bool:
        """Whether it is time to `keep` a claim."""
        ...

    def keep(self, claim: Claim) -> None:
        """Renew a claim for others where that is due. One that cannot be renewed is kept for two
        thirds of its lease, and no longer."""
        ...

    def publish(self, claim: Claim, branch: Callable[[], BranchPush] | None = None) -> bool:
        """Tell others that the result goes out, and let `branch` go with it, both or neither.

        Whether `branch` went, too; where it did not, nothing was in its way. Raises also
        `ConflictError` (`branch_moved`).
        """
        ...


class NoteWriter(TicketWriter, TextReader, Protocol):
    """Writing notes, each on the ground of what the log tells."""


class Spooled(NamedTuple):
    """A note that waits, under the name by which it is taken away."""

    name: str
    note: Note


class WaitingNotes(Protocol):
    """Notes that wait for the store."""

    def pending(self) -> Sequence[Spooled]:
        """What can be read, oldest first."""
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Take away what the store holds."""
        ...


class NoteSpool(WaitingNotes, Protocol):
    """Where notes wait. A note is put there at once or not at all."""

    def put(self, note: Note) -> None:
        """Bring `note` to stable storage; one of the same commit, kind and ticket is the same."""
        ...
