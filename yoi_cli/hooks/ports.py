"""What the use cases of hooks need from the outside (DESIGN section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from yoi_cli.store.ports import TextReader, TicketWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.model.commits import CommitFact, Note


class Rebase(NamedTuple):
    """A rebase that is under way: the branch (short), its head before, and its new base."""

    branch: str
    before: str
    onto: str


class NoteWriter(TicketWriter, TextReader, Protocol):
    """Writing notes, each on the ground of what the log tells."""


class CommitSource(Protocol):
    """The repository that a hook runs in. Nothing here raises for what is not there."""

    def branch(self) -> str | None:
        """The short name of the branch, None where HEAD is detached."""
        ...

    def rebase(self) -> Rebase | None:
        """The rebase under way in this worktree."""
        ...

    def head(self) -> CommitFact | None:
        """The newest commit, with what it amended."""
        ...

    def facts(self, commits: Iterable[str]) -> Sequence[CommitFact]:
        """Those of `commits` that are there, in their order."""
        ...

    def between(self, base: str, head: str) -> Sequence[str]:
        """The commits of `head` that `base` lacks, oldest first."""
        ...

    def before_merge(self) -> str | None:
        """Where HEAD was before the last merge."""
        ...

    def branches_at(self, commit: str) -> Sequence[str]:
        """The branches `work/…`, local and of remotes, that point at `commit`."""
        ...


class Spooled(NamedTuple):
    """A note that waits, under the name by which it is taken away."""

    name: str
    note: Note


class NoteSpool(Protocol):
    """Notes that wait for the store. A note is put there at once or not at all."""

    def put(self, note: Note) -> None:
        """Bring `note` to stable storage; one of the same commit, kind and ticket is the same."""
        ...

    def pending(self) -> Sequence[Spooled]:
        """What can be read, oldest first."""
        ...

    def remove(self, names: Iterable[str]) -> None:
        """Take away what the store holds."""
        ...
