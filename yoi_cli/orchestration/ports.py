"""What orchestration needs besides stores and workers, as protocols (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping, Sequence

    from yoi_cli.model.events import Author
    from yoi_cli.model.redaction import Redaction
    from yoi_cli.model.workers.profiles import Settings
    from yoi_cli.orchestration.approvals import Approvals
    from yoi_cli.orchestration.elsewhere import Elsewhere
    from yoi_cli.orchestration.forge_port import Forge
    from yoi_cli.orchestration.pauses import Pause
    from yoi_cli.orchestration.run_budget import RunBudget
    from yoi_cli.routing.router import RoutingContext
    from yoi_cli.store.ports import Claims, RoutingStore
    from yoi_cli.workers.profile_checks import Machine
    from yoi_cli.workers.runtime import WorkerRuntime
    from yoi_cli.worktrees.ports import TargetRepository, Worktrees


class Changes(NamedTuple):
    """What lies between two commits.

    `commits` are (id, subject) pairs, the newest first; `files` are (path, lines added, lines
    taken away), None for the lines of a binary file. Of both only the first are kept;
    `commit_count` and `file_count` are how many there are.
    """

    commits: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, int | None, int | None], ...] = ()
    commit_count: int = 0
    file_count: int = 0


class BranchHistory(Protocol):
    """Reading what was committed."""

    def changes(self, base: str, head: str) -> Changes:
        """What `head` has that `base` has not."""
        ...

    def is_ignored(self, path: str) -> bool:
        """Whether git ignores `path`, relative to the repository, which it does not track."""
        ...

    def has_file(self, commit: str, path: str) -> bool:
        """Whether `commit` holds a file at `path`, relative to the repository."""
        ...

    def first_parents(self, old: str, new: str) -> tuple[str, ...]:
        """The commits by which a branch went from `old` to `new`, newest first, without what
        each of them merged."""
        ...

    def unshared_submodules(self, base: str, head: str) -> Sequence[tuple[str, str]]:
        """The submodules that `head` has at a commit which `base` has not, and no remote of the
        submodule either, as far as this clone knows: path and commit of each."""
        ...

    def fork_point(self, one: str, other: str) -> str | None:
        """The newest commit that both hold, None where they have none in common."""
        ...


class OwnMerge(NamedTuple):
    """A merge that this clone tried and validated: of the commit `approved` into `target`, as
    that was at `old`."""

    target: str
    old: str
    approved: str
    merge: str


class LocalState(Protocol):
    """What an orchestrator keeps on this machine: which tickets it works on, prompts, and what
    it did itself, which no log that came from elsewhere can say."""

    def hold(self, ticket: str) -> bool:
        """Keep other orchestrators of this clone off `ticket` until `drop`, or until this
        process ends, however it ends. False where another holds it."""
        ...

    def drop(self, ticket: str) -> None: ...

    def hold_target(self, target: str) -> bool:
        """The same for merging into the branch `target`."""
        ...

    def drop_target(self, target: str) -> None: ...

    def note_target(self, ticket: str, commit: str) -> None:
        """Keep what the target is as a coder of `ticket` begins."""
        ...

    def noted_target(self, ticket: str) -> str:
        """What was kept last, empty for nothing."""
        ...

    def note_merge(self, merge: OwnMerge) -> None:
        """Keep that this clone validated `merge`, on stable storage."""
        ...

    def merges(self) -> Sequence[OwnMerge]:
        """All that were kept, oldest first."""
        ...

    def keep_prompt(self, ticket: str, name: str, text: str) -> str:
        """Write a worker's prompt, redacted, to a file outside of every worktree; its path."""
        ...

    def path_of(self, path: str) -> str:
        """The absolute path of one that is relative to the repository's root."""
        ...

    def is_taken(self, path: str) -> bool:
        """Whether anything is at `path`, relative to the repository's root."""
        ...

    def pause_of(self, profile: str) -> Pause | None:
        """What is known of a profile whose agent could not run; None where it ran."""
        ...

    def pauses(self) -> Sequence[str]:
        """The names of all profiles of which such a thing is kept."""
        ...

    def keep_pause(self, profile: str, pause: Pause | None) -> None:
        """Keep that for every orchestrator of this clone; None forgets it."""
        ...

    def free_bytes(self) -> int:
        """How much the disk of the repository has room for."""
        ...


class OwnEvents(Protocol):
    """Which events this clone's own commands wrote."""

    def of(self, ticket: str) -> Container[str]:
        """The marks of those of `ticket` (`model/own_events.py`)."""
        ...


class WorktreeSetup(Protocol):
    """What a worktree gets besides what is committed. Folders are absolute."""

    def missing(self) -> Sequence[str]:
        """The paths to be copied that are not there."""
        ...

    def copy_in(self, folder: str) -> None:
        """Copy what is configured from the main checkout. Raises `ConflictError`
        (`copy_unsafe`)."""
        ...

    def is_done(self, folder: str) -> bool:
        """Whether `done` was said of this folder, with its lock files as they are."""
        ...

    def done(self, folder: str) -> None: ...

    def mark(self, folder: str) -> str:
        """A word that is another one for another folder, other lock files, and after `forget`."""
        ...

    def forget(self, folder: str) -> None: ...

    def restore(self, folder: str) -> bool:
        """Put in place what a setup with the same lock files made; whether that was kept."""
        ...

    def keep(self, folder: str) -> None:
        """Keep what the setup made."""
        ...


class Progress(NamedTuple):
    """One step, as it happens: of which ticket, which step, and a sentence about it."""

    ticket: str
    step: str
    text: str
    worker: str = ""
    commit: str = ""


class OrchestrationPorts(NamedTuple):
    """All that an orchestrator works with.

    `share` brings the log to and from other clones, where sync is configured; it says whether it
    is. `routing` gives what routing needs of the clone as it is now. `holder` is the name under
    which this clone's orchestrators claim, for `lease` milliseconds. `target` is the branch
    that work is merged into; `runtime` has the workers of this clone, and `elsewhere` are the
    runtimes on which roles may work besides; `forge` is where requests to merge are opened, if that
    is configured. `environment` is where the values of configured variables come
    from. `tell` is called with every step; `now` gives Unix milliseconds. `redaction` is what
    every text passes that leaves a run: `store`, `tell` and the prompts of `local_state` see
    to that themselves (`clean_writing.py`).
    """

    store: RoutingStore
    own_events: OwnEvents
    approvals: Approvals
    claims: Claims
    by: Author
    share: Callable[[], bool]
    routing: Callable[[], RoutingContext]
    worktrees: Worktrees
    repository: TargetRepository
    forge: Forge
    runtime: WorkerRuntime
    elsewhere: Elsewhere
    history: BranchHistory
    local_state: LocalState
    setup: WorktreeSetup
    machine: Machine
    settings: Settings
    target: str
    holder: str
    lease: int
    environment: Mapping[str, str]
    redaction: Redaction
    tell: Callable[[Progress], None]
    now: Callable[[], int]
    run_budget: RunBudget
