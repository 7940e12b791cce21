"""What merging with git needs of the index, of history and of a ticket's files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.model.findings import needs_person
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from yoi_cli.model.findings import Conflict
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.trees import TreeFiles


class Sides(NamedTuple):
    """One file as the ancestor and both sides have it; None where it is not there."""

    base: bytes | None
    ours: bytes | None
    theirs: bytes | None

    @property
    def is_removal(self) -> bool:
        """Whether one side took the file away and the other changed it."""
        return self.base is not None and None in (self.ours, self.theirs)


class MergedPart(NamedTuple):
    """One merged file: its bytes and its conflicts. Where `diverged` its ticket is.

    `is_guessed` says that the state of an item is that of the side updated later, for want
    of the threads.
    """

    data: bytes
    conflicts: tuple[Conflict, ...] = ()
    diverged: bool = False
    is_guessed: bool = False

    @property
    def questions(self) -> tuple[Conflict, ...]:
        """What a person has to decide before the merge is done."""
        return tuple(one for one in self.conflicts if needs_person(one))


class Renumbering(NamedTuple):
    """A ticket was made as `old`, as another was, and is `new` now."""

    old: TicketId
    new: TicketId


class PastMerge(NamedTuple):
    """A merge that was made: its commit, and the files of the ancestor and of both parents."""

    commit: str
    base: TreeFiles
    ours: TreeFiles
    theirs: TreeFiles


class UncommittedStore(NamedTuple):
    """What of a store's files is not committed. Paths are relative to the workspace.

    `touched` differ from HEAD in the index or in the work tree, and `unstaged` are those of
    them that the work tree has otherwise than the index. `is_merging` says whether a merge,
    rebase, pick or revert is going on, or anything of the checkout is in conflict.
    """

    touched: frozenset[str]
    unstaged: frozenset[str]
    is_merging: bool


class ConflictRepository(Protocol):
    """What git knows of a store's files. Paths are relative to the workspace."""

    def unmerged(self) -> Mapping[str, Sides]:
        """The store's files that a merge left in conflict, by the stages of the index."""
        ...

    def unreadable(self) -> Sequence[str]:
        """Paths of the store in conflict that are no regular files, or that neither side has."""
        ...

    def pending(self) -> UncommittedStore:
        """What is not committed of the store's files."""
        ...

    def ours(self) -> TreeFiles:
        """The files of HEAD, which a merge, rebase, pick, revert or stash goes into."""
        ...

    def theirs(self) -> TreeFiles | None:
        """The files of what is being merged in; None where git does not say what it is."""
        ...

    def versions(self, path: str) -> Iterable[bytes]:
        """What the file at `path` has ever been in the history of HEAD, oldest first.

        One after the other, for there may be many, and large.
        """
        ...

    def merges(self, path: str) -> Sequence[PastMerge]:
        """The merges in the history of HEAD that touched `path`, newest first."""
        ...

    def add(self, paths: Sequence[str]) -> None:
        """Say that the conflicts in exactly these files are resolved (`git add`)."""
        ...


class TicketFault(NamedTuple):
    """What is wrong with a ticket that `yoi resolve` repairs."""

    fused: bool = False
    doubled: bool = False
    marked: bool = False
    made_twice: bool = False

    @property
    def is_anything(self) -> bool:
        return any(self)


class ResolveStep(NamedTuple):
    """One thing that was done, or would be: a stable word, and what it did in a sentence.

    `paths` are the files that were written, relative to the workspace.
    """

    action: str
    ticket: str
    message: str
    paths: tuple[str, ...] = ()


class Question(NamedTuple):
    """Something that is left to a person: where, a stable code, and what to decide."""

    ticket: str
    path: str
    code: str
    message: str


class TicketOutcome(NamedTuple):
    """What came of one ticket. `resolved` are the paths that may be added to git's index."""

    steps: tuple[ResolveStep, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()

    def then(self, other: TicketOutcome) -> TicketOutcome:
        """Both outcomes, one after the other."""
        return TicketOutcome(
            self.steps + other.steps,
            self.questions + other.questions,
            self.notes + other.notes,
            self.resolved + other.resolved,
        )


class TicketResolver(Protocol):
    """Merges and repairs tickets' files, under the store's lock unless it only looks.

    Every method may be repeated. What it is about to change is worked out whole first, so
    that an error leaves the ticket as it was. Raises `YoiError` and `OSError`.
    """

    def ids(self) -> Sequence[TicketId]: ...

    def wrong(self, ticket: TicketId) -> TicketFault: ...

    def is_stale(self, ticket: TicketId) -> bool:
        """Whether the item says another state than its thread folds to."""
        ...

    def merge(
        self, ticket: TicketId, unmerged: Mapping[str, Sides], repository: ConflictRepository
    ) -> TicketOutcome:
        """Merge the files (by their path in the ticket's folder) that are in conflict."""
        ...

    def merge_objective(self, objective: str, sides: Sides) -> TicketOutcome: ...

    def separate(
        self,
        ticket: TicketId,
        unmerged: Mapping[str, Sides],
        repository: ConflictRepository,
        taken: Collection[str],
    ) -> TicketOutcome:
        """Give one of two tickets that were made with this id a new one; none of `taken`."""
        ...

    def repair(
        self, ticket: TicketId, wrong: TicketFault, repository: ConflictRepository | None
    ) -> TicketOutcome:
        """Part fused events, and take doubled keys and conflict markers out."""
        ...
