"""A clone's workers as a runtime: what a server serves, and any other runtime does alike
(docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import Recovery, WorkerList
    from yoi_cli.workspace.session import Session

STARTING, RUNNING, DRAINING = "starting", "running", "draining"
#: What the runtime of a clone can do; a client asks for one by its name.
CAPABILITIES = ("create", "input", "stop", "cancel", "transcript", "events", "recover", "prune")


class WorkerCounts(NamedTuple):
    """How many workers there are in each state, and how many cannot be read."""

    queued: int = 0
    running: int = 0
    exited: int = 0
    killed: int = 0
    lost: int = 0
    unreadable: int = 0


class RuntimeFacts(NamedTuple):
    """What a runtime says of itself."""

    runtime_id: str
    name: str
    version: str
    api_versions: tuple[str, ...]
    state: str
    counts: WorkerCounts
    capabilities: tuple[str, ...]
    workspaces: tuple[str, ...]


class Readiness(NamedTuple):
    """What was done for workers that had not ended when the runtime started."""

    ready: bool = False
    recovered: int = 0
    adopted: int = 0
    ended: int = 0
    lost: int = 0
    unreadable_workers: tuple[StoreInvalidError, ...] = ()

    @property
    def unreadable(self) -> int:
        return len(self.unreadable_workers)


class WorkerFilter(NamedTuple):
    """Which workers a list is to have; None takes them all."""

    state: str | None = None
    ticket: str | None = None
    role: str | None = None
    profile: str | None = None
    worker_id: str | None = None

    def takes(self, view: WorkerView) -> bool:
        return all(
            asked is None or asked == getattr(view, name)
            for name, asked in zip(self._fields, self, strict=True)
        )


class EmbeddedRuntime:
    """The workers of a session's clone, in this process. `name` is a label."""

    def __init__(self, session: Session, runtime_id: str, name: str) -> None:
        self._session = session
        self._workspace_id = ""
        self.runtime_id = runtime_id
        self.name = name

    def facts(self, state: str = RUNNING) -> RuntimeFacts:
        from yoi_cli import __version__
        from yoi_cli.api.servers import workspace_id

        self._workspace_id = self._workspace_id or workspace_id(self._session)
        found = self.list_workers(WorkerFilter())
        return RuntimeFacts(
            self.runtime_id,
            self.name,
            __version__,
            ("v1",),
            state,
            count(found),
            CAPABILITIES,
            (self._workspace_id,),
        )

    def list_workers(self, wanted: WorkerFilter) -> WorkerList:
        """The workers that are `wanted`, the oldest first, and why others cannot be read."""
        from yoi_cli.workers.open import open_runtime
        from yoi_cli.workers.runtime import WorkerList

        runtime = open_runtime(self._session, self.runtime_id)
        shown = tuple(view for view in runtime.all() if wanted.takes(view))
        return WorkerList(shown, tuple(runtime.unreadable()))

    def recover(self) -> Readiness:
        """Look after workers whose shim died, as `yoi worker recover` does."""
        from yoi_cli.api.workers import recover

        done = recover(self._session)
        return readiness_of(done.found, done.unreadable)


def count(found: WorkerList) -> WorkerCounts:
    """How many workers of a list are in each state."""
    states = [view.state for view in found.workers]
    counted = (states.count(name) for name in WorkerCounts._fields[:-1])
    return WorkerCounts._make((*counted, len(found.unreadable)))


def readiness_of(found: Iterable[Recovery], broken: Iterable[StoreInvalidError]) -> Readiness:
    """What was done for how many."""
    actions = [one.action for one in found]
    return Readiness(
        True,
        len(actions),
        actions.count("adopted"),
        actions.count("ended"),
        actions.count("lost"),
        tuple(broken),
    )
