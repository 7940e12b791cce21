"""What the use cases of hooks need from the outside (docs/hooks.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from yoi_cli.errors import YoiError
    from yoi_cli.model.commits import CommitFact
    from yoi_cli.model.hooks import HookFile, HookFolder
    from yoi_cli.routing.gate import GateResult


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


class HookCall(NamedTuple):
    """A hook as git calls it; `stdin` is read only by those that git gives something."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str
    stdin: Callable[[], bytes]


class HookReport(NamedTuple):
    """The hooks of a clone as they stand.

    `changed` are the names of those that were just put in place or taken away, `failed` why
    others could not be. `program` is the path of the `yoi` that they would start, None where
    PATH has none. `waiting` counts the notes in the spool.
    """

    folder: HookFolder
    hooks: tuple[HookFile, ...]
    program: str | None
    changed: tuple[str, ...] = ()
    failed: tuple[YoiError, ...] = ()
    waiting: int = 0


class HookOutcome(NamedTuple):
    """What came of a hook.

    `tickets` are those that it spoke of, `waiting` those whose notes wait in the spool.
    `said` are sentences for the person who works; `gate` is the answer before a push.
    """

    name: str
    tickets: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    gate: GateResult | None = None
