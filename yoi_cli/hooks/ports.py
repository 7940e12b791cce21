"""What the use cases of hooks need from the outside (DESIGN section 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.model.commits import CommitFact


class Rebase(NamedTuple):
    """A rebase that is under way: the branch (short), its head before, and its new base."""

    branch: str
    before: str
    onto: str


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
