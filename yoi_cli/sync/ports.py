"""What syncing needs from the outside, as protocols (docs/sync.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.errors import YoiError
    from yoi_cli.merge.ports import Renumbering
    from yoi_cli.model.findings import Conflict


class TakenStore(NamedTuple):
    """The store as it stood at one moment, in the commit `commit`, which no ref holds yet.

    `is_new` says whether the commit was made for it. `put_back` are the tickets, or files,
    that were gone from the folder without having been removed.
    """

    commit: str
    is_new: bool
    put_back: tuple[str, ...] = ()


class MergedCommit(NamedTuple):
    """The commit that unites two, and what a person may want to look at, by ticket or path.

    `renumbered` are the tickets of this clone that made way for others with their ids.
    """

    commit: str
    conflicts: Mapping[str, tuple[Conflict, ...]] = {}
    renumbered: tuple[Renumbering, ...] = ()


class TicketChange(NamedTuple):
    """What is different about a ticket between two commits.

    `kind` is `new`, `changed` or `removed`; `events` is how many events are new.
    """

    ticket: str
    kind: str
    events: int


class Unpushed(NamedTuple):
    """A commit that a remote lacks: its short name and subject."""

    name: str
    subject: str


class SyncObstacle(NamedTuple):
    """Why what was taken may not go to the remote.

    `allows_merge` says whether what the remote has may still be taken over.
    """

    error: YoiError
    allows_merge: bool


class RemoteBranch(Protocol):
    """A branch that clones share."""

    def fetch(self) -> str | None:
        """Its head, None where there is none. Raises `OperationError`."""
        ...

    def push(self, commit: str, seen: str | None) -> bool:
        """Let it hold `commit` if it still holds `seen`; whether it did. Raises
        `OperationError` where the remote refuses."""
        ...


class SyncedStore(Protocol):
    """The store of a clone, and the commits that it is shared by."""

    def take(self) -> TakenStore:
        """Commit the store as it is; nothing but objects is written."""
        ...

    def obstacle(self, taken: TakenStore, seen: str | None) -> SyncObstacle | None:
        """Why `taken` may not be pushed on top of the remote's `seen`, if so."""
        ...

    def merge(self, taken: TakenStore, seen: str) -> MergedCommit:
        """A commit that contains both. Of two tickets with one id, the one here gets a new
        one. Raises `ConflictError` for what a person must settle."""
        ...

    def bring(self, taken: TakenStore, merged: MergedCommit) -> bool:
        """Let the folder hold what `merged` has, and all that was written since `taken`.

        False where the checkout was changed meanwhile; nothing is lost then.
        """
        ...

    def changes(self, before: str | None, after: str) -> Sequence[TicketChange]:
        """How the tickets of two commits differ, by rising id."""
        ...
