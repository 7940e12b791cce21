"""A clone's workers as a runtime: what a server serves, and any other runtime does alike
(docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.hosts import SshHost, ThisMachine, WorkerHost
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.runtime import CreatedWorker as CreatedWorker
from yoi_cli.workers.runtime import RuntimeFacts as RuntimeFacts
from yoi_cli.workers.runtime import WorkerCounts as WorkerCounts
from yoi_cli.workers.runtime import WorkerFilter as WorkerFilter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from yoi_cli.api.observation import Observer
    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.workers.bundles import ProfileBundle
    from yoi_cli.model.workers.cleanup import Cleaned, CleanupOrder, CleanupPlan
    from yoi_cli.model.workers.order import WorkerOrder
    from yoi_cli.workers.local.bundles import FileBundles
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.observation import LifecycleEvent
    from yoi_cli.workers.remote.http import HttpRuntime
    from yoi_cli.workers.remote.slurm.probe import Finding
    from yoi_cli.workers.runtime import (
        BundleState,
        CloneWorkers,
        Delivery,
        Output,
        Recovery,
        WorkerList,
    )
    from yoi_cli.workspace.session import Session

STARTING, RUNNING, DRAINING = "starting", "running", "draining"
#: What the runtime of a clone can do; a client asks for one by its name.
CAPABILITIES = (
    *("create", "create.base", "create.branch", "create.bundle", "input", "stop", "cancel"),
    *("transcript", "transcript.range", "events", "wait", "deliver", "recover", "prune"),
    *("cleanup", "bundles"),
)


class Readiness(NamedTuple):
    """What was done for workers that had not ended when the runtime started. `failed` says that
    not even that could be looked at."""

    ready: bool = False
    recovered: int = 0
    adopted: int = 0
    ended: int = 0
    lost: int = 0
    unreadable_workers: tuple[StoreInvalidError, ...] = ()
    failed: bool = False

    @property
    def unreadable(self) -> int:
        return len(self.unreadable_workers)


class EmbeddedRuntime:
    """The workers of a session's clone, in this process: a `Runtime`. `name` is a label; `caller`
    is the worker that asks, where one does. They work on `host`, by default this machine."""

    def __init__(
        self,
        session: Session,
        runtime_id: str = "local",
        name: str = "",
        caller: str | None = None,
        host: WorkerHost | None = None,
    ) -> None:
        self._session = session
        self._host = host or ThisMachine(session)
        self._workspace_id = ""
        self._caller = caller
        self.runtime_id = runtime_id
        self.name = name or runtime_id

    def called_by(self, caller: str | None) -> EmbeddedRuntime:
        """The same runtime, asked by the worker `caller`."""
        return EmbeddedRuntime(self._session, self.runtime_id, self.name, caller, self._host)

    def facts(self, state: str = RUNNING) -> RuntimeFacts:
        from yoi_cli import __version__
        from yoi_cli.api.servers import workspace_id

        self._workspace_id = self._workspace_id or workspace_id(self._session)
        counts = count(self.list_workers(WorkerFilter()))
        return RuntimeFacts(
            self.runtime_id,
            self.name,
            __version__,
            ("v1",),
            state,
            counts,
            CAPABILITIES,
            (self._workspace_id,),
        )

    def list_workers(
        self, wanted: WorkerFilter, *, after: str = "", most: int | None = None
    ) -> WorkerList:
        """Those that are `wanted`, the oldest first: `most` of them at most, whose ids are greater
        than `after`. No more are read than it takes to find those."""
        from yoi_cli.errors import StoreInvalidError
        from yoi_cli.workers.runtime import WorkerList

        shown: list[WorkerView] = []
        broken: list[StoreInvalidError] = []
        for one in self._looked_at(wanted, after):
            if isinstance(one, StoreInvalidError):
                broken.append(one)
            elif wanted.takes(one):
                shown.append(one)
                if len(shown) == most:
                    break
        return WorkerList(tuple(shown), tuple(broken))

    def _looked_at(
        self, wanted: WorkerFilter, after: str
    ) -> Iterable[WorkerView | StoreInvalidError]:
        """Every worker, or the one that a key names, which takes no look at the others."""
        if wanted.key is None:
            return self._host.each(after, self._own)
        found = self._files().find(wanted.key)
        return () if found is None or found.worker_id <= after else (self._own(found),)

    def create(self, order: WorkerOrder) -> CreatedWorker:
        from yoi_cli.api.orders import create

        made = create(self._session, self._bundles(), order, self._host)
        return CreatedWorker(self._own(made.worker), made.is_new, made.warnings)

    def show(self, worker_id: str) -> WorkerView:
        from yoi_cli.workers.open import collect_mail

        collect_mail(self._session)
        return self._own(self._files().show(worker_id))

    def output(self, worker_id: str, cursor: int, limit: int) -> Output:
        return self._files().output(worker_id, cursor, limit)

    def read(self, worker_id: str, cursor: int, *, follow: bool = False) -> Iterator[Output]:
        return self._files().read(worker_id, cursor, follow=follow)

    def events(self, worker_id: str) -> Sequence[LifecycleEvent]:
        from yoi_cli.workers.told import told_event

        return [*map(told_event, self._files().lifecycle(worker_id))]

    def give_input(self, worker_id: str, data: bytes, *, close: bool = False) -> None:
        self._files().input(worker_id, data, close=close)

    def end(
        self,
        worker_id: str,
        *,
        cancel: bool = False,
        grace: float | None = None,
        reason: str = "",
        force: bool = False,
    ) -> WorkerView:
        from yoi_cli.api import workers

        self._files().show(worker_id)  # only whole ids name a worker here
        if cancel:
            done = workers.cancel(
                self._session,
                worker_id,
                reason=reason,
                force=force,
                caller=self._caller,
                host=self._host,
            )
        else:
            done = workers.stop(
                self._session,
                worker_id,
                grace=grace,
                reason=reason,
                force=force,
                caller=self._caller,
                host=self._host,
            )
        return self._own(done.worker)

    def await_end(self, worker_id: str, timeout: float) -> WorkerView:
        from yoi_cli.api import workers
        from yoi_cli.errors import OperationError

        seen = self.show(worker_id)
        try:
            done = workers.wait(self._session, worker_id, timeout=timeout, host=self._host)
            return self._own(done.worker)
        except OperationError as error:
            if error.code != "worker_timeout":
                raise
        return self.show(seen.worker_id)

    def deliver(self, worker_id: str) -> Delivery:
        self._files().show(worker_id)  # only whole ids name a worker here
        return self._host.worktrees.deliver(worker_id)

    def release(self, worker_id: str) -> Sequence[str]:
        self._files().show(worker_id)
        return self._host.worktrees.release(worker_id)

    def recover(self) -> Sequence[Recovery]:
        return self.look_after()[0]

    def look_after(self) -> tuple[Sequence[Recovery], Readiness]:
        """As `recover`, with how many workers that was done for."""
        from yoi_cli.api import workers

        done = workers.recover(self._session, self._host)
        found = [self._recovered(one) for one in done.found]
        return found, readiness_of(found, done.unreadable)

    def prune(self, ended_before: int) -> Sequence[str]:
        from yoi_cli.api import workers

        return workers.prune(self._session, ended_before=ended_before, host=self._host).ids

    def cleanup_plan(self) -> CleanupPlan:
        from yoi_cli.api.cleanup_targets import plan

        return plan(self._session, self._host, self.runtime_id)

    def clean_up(self, order: CleanupOrder) -> Sequence[Cleaned]:
        from yoi_cli.api.cleanup_targets import clean_up

        return clean_up(self._session, self._host, self.runtime_id, order)

    def observer(self) -> Observer:
        """What watches its workers; several threads may use it at once."""
        from yoi_cli.api.observation import Observer

        return Observer(self._session, self._host)

    def put_bundle(self, bundle: ProfileBundle, digest: str) -> BundleState:
        return self._bundles().put(bundle, digest)

    def bundle(self, digest: str) -> ProfileBundle:
        return self._bundles().get(digest)

    def bundle_state(self, bundle_id: str, digest: str) -> BundleState:
        return self._bundles().state(bundle_id, digest)

    def _files(self) -> CloneWorkers:
        return self._host.workers

    def _bundles(self) -> FileBundles:
        import os

        from yoi_cli.workers.local.bundles import FileBundles

        return FileBundles(os.path.join(self._session.own_folder(), "bundles"))

    def _own(self, view: WorkerView) -> WorkerView:
        """The worker as it is told of: a runtime is what others ask from elsewhere."""
        from yoi_cli.workers.told import told

        roots = self._host.folders() if view.changes else None
        if view.runtime_id != self.runtime_id:
            view = view._replace(runtime_id=self.runtime_id)
        return told(view, roots)

    def _recovered(self, found: Recovery) -> Recovery:
        from yoi_cli.workers.told import told_recovery

        return told_recovery(self._own(found.worker), found.action)


class ClusterRuntime(EmbeddedRuntime):
    """The workers of a session's clone that a cluster runs: a `Runtime`. Profiles, worktrees and
    records are this clone's."""

    def close(self) -> None:
        """There is nothing to let go."""

    def probe(self) -> tuple[Finding, ...]:
        """What a job finds of the folder and the locks by which its workers are known here."""
        from yoi_cli.workers.open import open_cluster

        return open_cluster(self._session, self.runtime_id).probe()

    def _recovered(self, found: Recovery) -> Recovery:
        view = self._own(found.worker)
        return found._replace(worker=view, message=view.evidence)


class SshRuntime(EmbeddedRuntime):
    """The workers of a session's clone that work in a clone on another machine, over SSH: a
    `Runtime`. Profiles, bundles and tickets are this clone's; worktrees and records are there."""

    def __init__(
        self, session: Session, runtime_id: str, name: str, caller: str | None, host: SshHost
    ) -> None:
        super().__init__(session, runtime_id, name, caller, host)
        self._there = host

    def close(self) -> None:
        """Let the session go."""
        self._there.close()


def served(session: Session, runtime_id: str, name: str) -> EmbeddedRuntime:
    """The workers of a session's clone for a server, which is asked for them again and again."""
    from yoi_cli.workers.local.settled import SettledWorkers

    return EmbeddedRuntime(session, runtime_id, name, host=ThisMachine(session, SettledWorkers()))


def check_worker_id(word: str) -> str:
    """`word`, being the whole id of a worker. Raises `UsageError` (`worker_id_invalid`)."""
    from yoi_cli.errors import UsageError
    from yoi_cli.workers.lookup import is_worker_id

    if not is_worker_id(word):
        raise UsageError("worker_id_invalid", "That is no worker's id.", hint="Give all of it.")
    return word


def connect(
    url: str,
    token: str,
    *,
    environment: Mapping[str, str],
    timeout: float = 10.0,
    runtime_id: str = "",
) -> HttpRuntime:
    """A client of the runtime at `url`: a `Runtime`.

    Nothing is sent yet. Raises `UsageError` (`runtime_url_invalid`), and `OperationError`
    (`extra_missing`) without its packages.
    """
    from yoi_cli.errors import OperationError

    try:
        from yoi_cli.workers.remote.http import HttpRuntime
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("yoi_cli"):
            raise
        raise OperationError(
            "extra_missing",
            f"A runtime over HTTP needs the Python package {error.name}, which is not installed.",
            hint="pip install 'yoi[server]'",
            details={"package": error.name, "extra": "server"},
        ) from error
    return HttpRuntime(url, token, timeout=timeout, environment=environment, runtime_id=runtime_id)


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
