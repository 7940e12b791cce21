"""What a run asks of other runtimes, as a port (docs/orchestrate.md, "Other runtimes").

Nothing here waits. What is asked is under way until it is answered, and asked again as long as the
runtime cannot be asked: its worker is waited for, and no second one is started.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.errors import NotFoundError
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.model.workers.order import WorkerOrder
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import Delivery

#: The code of the outcome, and of what waits, where a runtime cannot be asked.
UNREACHABLE = "runtime_unreachable"
_WHY = {
    "runtime_unreachable": "it cannot be reached",
    "runtime_timeout": "it does not answer in time",
    "runtime_unavailable": "it is starting, or about to end",
    "runtime_auth_failed": "it does not take the credential",
    "runtime_token_missing": "its token is not where the registry says",
    "runtime_workspace_refused": "it works for another workspace",
    "runtime_malformed": "it answers what is no answer",
    "runtime_failed": "it fails",
    "runtime_ssh_missing": "there is no ssh here",
    "runtime_control_unsafe": "the connection to it has no safe place here",
    "runtime_host_key_refused": "its host has not the key that is known of it",
    "runtime_python_missing": "its host has no Python",
    "runtime_python_old": "its host has no Python that is new enough",
    "runtime_git_missing": "its host has no git",
    "runtime_noise": "something else writes where it answers",
    "runtime_folder_missing": "its folder is not there",
    "runtime_folder_unwritable": "it may not write in its folder",
    "runtime_repository_missing": "its folder is in no repository",
    "runtime_not_found": "the registry has it no more",
    "runtime_without_remote": "the registry names no git remote for it that there is",
    "extra_missing": "what asks it is not installed here (pip install 'yoi[server]')",
    "config_invalid": "the registry cannot be read",
    "remote_unreachable": "the git remote for it cannot be reached",
    "remote_timeout": "the git remote for it does not answer in time",
    "remote_refused": "the git remote for it lets nobody in",
    "delivery_failed": "it cannot bring commits to its git remote",
}
#: What passes: with any of these the same is asked again.
PASSING = frozenset(_WHY)


class Away(NamedTuple):
    """A runtime that cannot be asked `since` a time (Unix milliseconds), for the reason of
    `code`."""

    runtime: str
    since: int
    code: str

    @property
    def text(self) -> str:
        why = _WHY.get(self.code, self.code)
        return f"{self.runtime} cannot be asked since {stamp(self.since)}: {why}."


class FarJob(NamedTuple):
    """A worker on `runtime`, by its `key` there. `ref` is by what its `commit` goes there and, if
    it is to commit on a `branch`, what it makes of it comes back; `tips` are further commits that
    it is told of, each with its ref. Where the runtime is of this clone nothing travels, and who
    commits on a branch does so in the ticket's own worktree."""

    runtime: str
    key: str
    ticket: str
    ref: str
    commit: str
    branch: str = ""
    tips: tuple[tuple[str, str], ...] = ()


class FarEnd(NamedTuple):
    """How a worker elsewhere ended, and what it left, whose commits are here: None where it worked
    in the ticket's own worktree. `output` is the end of what it wrote, `noticed` what changed in
    the clone there that nobody accounts for."""

    view: WorkerView
    work: Delivery | None
    output: bytes
    noticed: tuple[str, ...] = ()


class FarState(NamedTuple):
    """What is known of a worker elsewhere: None for nothing yet."""

    view: WorkerView | None = None
    end: FarEnd | None = None


class Elsewhere(Protocol):
    """The runtimes of the registry, as far as a run works with them."""

    def follow(self, job: FarJob, order: Callable[[], WorkerOrder] | None) -> FarState:
        """How the worker of a job stands; where nobody ever started it, it is, by `order`;
        without one `NotFoundError` (`worker_not_found`) is raised.

        Raises what starting it did, once; asked again, it is tried again. Where the runtime cannot
        be asked, nothing is raised: `away` says so.
        """
        ...

    def away(self, runtime: str) -> Away | None:
        """Since when a runtime cannot be asked; None where it can, or was not asked yet."""
        ...

    def obstacles(self, runtime: str) -> Sequence[tuple[str, str]] | None:
        """What keeps roles from working there: codes and sentences; None until that is known."""
        ...

    def places(self, runtime: str) -> int | None:
        """How many workers may be at work there at once, None for any number."""
        ...

    def is_of_this_clone(self, runtime: str) -> bool:
        """Whether its workers work in this clone's own worktrees."""
        ...

    def found(self) -> Sequence[WorkerView]:
        """The workers of this clone's runs that were at work on a runtime when it was asked first,
        each once."""
        ...

    @property
    def is_settled(self) -> bool:
        """Whether every runtime that has a git remote was asked, with or without an answer."""
        ...

    def end(self, runtime: str, keys: str) -> None:
        """Have all workers there ended whose keys begin like that."""
        ...

    def clear(self, runtime: str, ticket: str, keys: str, refs: Sequence[str]) -> None:
        """Have worktrees, branches and refs taken away that were made there for workers of a ticket
        whose keys begin like that."""
        ...

    def close(self) -> None:
        """Wait a moment for what is under way, and let go."""
        ...


class Nowhere:
    """An `Elsewhere` of a run that works with this clone's own runtime alone."""

    def follow(self, job: FarJob, order: Callable[[], WorkerOrder] | None) -> FarState:
        del order
        raise NotFoundError(
            "runtime_not_found",
            f"There is no runtime {job.runtime}.",
            hint="`yoi runtime list` shows those that there are.",
            details={"runtime_id": job.runtime},
        )

    def away(self, runtime: str) -> Away | None:
        del runtime
        return None

    def obstacles(self, runtime: str) -> Sequence[tuple[str, str]]:
        return [("runtime_not_found", f"There is no runtime {runtime}.")]

    def places(self, runtime: str) -> int | None:
        del runtime
        return None

    def is_of_this_clone(self, runtime: str) -> bool:
        del runtime
        return False

    def found(self) -> Sequence[WorkerView]:
        return ()

    @property
    def is_settled(self) -> bool:
        return True

    def end(self, runtime: str, keys: str) -> None:
        """There is nobody."""

    def clear(self, runtime: str, ticket: str, keys: str, refs: Sequence[str]) -> None:
        """There is nothing."""

    def close(self) -> None:
        """Nothing is open."""
