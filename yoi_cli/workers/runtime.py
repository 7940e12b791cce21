"""A worker runtime, as a protocol, and the results of its use cases (docs/workers.md).

`workers.local` implements them with processes and files. Errors are typed by their codes:
`worker_not_found`, `worker_stopped`, `worker_invalid`, `worker_conflict`, `worker_limit`,
`worker_store_corrupt`, `worker_timeout`, `worker_unsupported`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.workers.bundles import ProfileBundle
    from yoi_cli.model.workers.cleanup import Cleaned, CleanupOrder, CleanupPlan
    from yoi_cli.model.workers.order import WorkerOrder
    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.observation import LifecycleEvent, Marks, ObservedWorker, Stretch


class Output(NamedTuple):
    """A stretch of what a worker wrote: bytes as they came, from `start` to `cursor`.

    `resync` says that the cursor asked for is no longer there and this begins at the oldest
    byte that is. `at_end` says that the worker has ended and nothing comes after `cursor`.
    """

    data: bytes
    start: int
    cursor: int
    resync: bool = False
    at_end: bool = False


class Recovery(NamedTuple):
    """What `recover` found of one worker and did: `action` is `adopted`, `ended`, `lost`,
    `started` or `none`."""

    worker: WorkerView
    action: str
    message: str


class LoggedWorker(NamedTuple):
    """A worker that was started or has ended, which is in its ticket's log but for `warnings`.
    `is_new` is False for one that was asked for with a key, and was there."""

    worker: WorkerView
    warnings: tuple[str, ...] = ()
    is_new: bool = True


class WorkerList(NamedTuple):
    """The workers of a clone that were asked for, the newest last, and why others cannot be
    read."""

    workers: tuple[WorkerView, ...]
    unreadable: tuple[StoreInvalidError, ...]


class RecoveredWorkers(NamedTuple):
    """What was done for the workers that had not ended."""

    found: tuple[Recovery, ...]
    warnings: tuple[str, ...]
    unreadable: tuple[StoreInvalidError, ...]


class PrunedWorkers(NamedTuple):
    """The ids of the workers that were forgotten."""

    ids: tuple[str, ...]
    warnings: tuple[str, ...]


class CreatedWorker(NamedTuple):
    """The worker of an order; `is_new` says that it was started for this very order, and not
    for an equal one before."""

    worker: WorkerView
    is_new: bool
    warnings: tuple[str, ...] = ()


class Delivery(NamedTuple):
    """What a worker with a base left in its worktree: the `branch` that is checked out, None for
    none; its `commit`, which is at the ref of the base where that names this branch; the first of
    the paths that are not committed, and how many there are."""

    worker_id: str
    branch: str | None
    commit: str
    uncommitted: tuple[str, ...] = ()
    uncommitted_count: int = 0


class LeftWorktree(NamedTuple):
    """A worktree that stands, and was made for the worker with a base that was the last in it. It
    `is_dirty` where taking it away would lose what is delivered or committed nowhere else, and
    which is then kept; `obstacle` names the risk that no rescue helps against, or is empty. `mark`
    changes when it does."""

    worker_id: str
    path: str
    is_dirty: bool
    uncommitted: int
    obstacle: str
    mark: str


class WorkerCounts(NamedTuple):
    """How many workers there are in each state, and how many cannot be read."""

    queued: int = 0
    running: int = 0
    exited: int = 0
    killed: int = 0
    lost: int = 0
    unreadable: int = 0


class RuntimeFacts(NamedTuple):
    """What a runtime says of itself. `state` is starting, running or draining."""

    runtime_id: str
    name: str
    version: str
    api_versions: tuple[str, ...]
    state: str
    counts: WorkerCounts
    capabilities: tuple[str, ...]
    workspaces: tuple[str, ...]


class WorkerFilter(NamedTuple):
    """Which workers a list is to have; None takes them all."""

    state: str | None = None
    ticket: str | None = None
    role: str | None = None
    profile: str | None = None
    key: str | None = None
    worker_id: str | None = None

    def takes(self, view: WorkerView) -> bool:
        return all(
            asked is None or asked == getattr(view, name)
            for name, asked in zip(self._fields, self, strict=True)
        )


class BundleState(NamedTuple):
    """Whether a bundle is kept: `availability` is available, missing, or mismatch where only
    other digests of its id are. `revision` is None where it is not available."""

    id: str
    digest: str
    revision: int | None
    availability: str


class Runtime(Protocol):
    """A runtime that is asked in product words, in this process or on another machine; one suite
    of tests holds for all (docs/runtime.md).

    Workers are named by their whole ids. Raises as `WorkerRuntime` does; where it is elsewhere,
    also `OperationError` (`runtime_unreachable`, `runtime_timeout`, `runtime_auth_failed`,
    `runtime_unsupported`, `runtime_malformed`, `runtime_failed`, `runtime_unavailable`).
    """

    @property
    def runtime_id(self) -> str: ...

    def facts(self) -> RuntimeFacts: ...

    def list_workers(self, wanted: WorkerFilter) -> WorkerList:
        """The workers that are `wanted`, the oldest first, and why others cannot be read."""
        ...

    def create(self, order: WorkerOrder) -> CreatedWorker:
        """The worker of `order`. Raises `ConflictError` (`key_conflict`), `NotFoundError`
        (`profile_not_found`, `ticket_not_found`, `bundle_not_found`, `base_not_found`),
        `UsageError` (`worker_invalid`, `bundle_digest_mismatch`, `bundle_profile_unknown`,
        `folder_outside`, `capability_unknown`, `model_unknown`, `branch_invalid`); of one on a
        branch also `ConflictError` (`branch_exists`, `worker_at_work`)."""
        ...

    def show(self, worker_id: str) -> WorkerView: ...

    def output(self, worker_id: str, cursor: int, limit: int) -> Output: ...

    def read(self, worker_id: str, cursor: int, *, follow: bool = False) -> Iterator[Output]: ...

    def events(self, worker_id: str) -> Sequence[LifecycleEvent]: ...

    def give_input(self, worker_id: str, data: bytes, *, close: bool = False) -> None: ...

    def end(
        self,
        worker_id: str,
        *,
        cancel: bool = False,
        grace: float | None = None,
        reason: str = "",
        force: bool = False,
    ) -> WorkerView:
        """Stop it, or `cancel` it. What has ended stays as it ended first. Without `force`, a
        worker does not end itself, nor what it stands in (`self_termination`)."""
        ...

    def await_end(self, worker_id: str, timeout: float) -> WorkerView:
        """The worker, once it has ended or `timeout` seconds are over."""
        ...

    def deliver(self, worker_id: str) -> Delivery:
        """Have what a worker committed on the branch of its base at the ref of that, where whoever
        ordered it can get it. Raises `NotFoundError` (`work_not_found`), `ConflictError`
        (`worker_at_work`; `work_taken_over` where a later worker went on in its worktree) and
        `OperationError` (`delivery_failed`)."""
        ...

    def release(self, worker_id: str) -> Sequence[str]:
        """Take away what was made for a worker with a base: worktree, branch and refs. The refs by
        which what was not delivered is kept; none where it is gone already. Raises as `deliver`,
        and `ConflictError` (`worktree_unsafe`)."""
        ...

    def recover(self) -> Sequence[Recovery]: ...

    def prune(self, ended_before: int) -> Sequence[str]: ...

    def cleanup_plan(self) -> CleanupPlan:
        """What may be removed of what its workers left, as far as it can know."""
        ...

    def clean_up(self, order: CleanupOrder) -> Sequence[Cleaned]:
        """Remove targets of the plan with the digest of `order`, each by itself. Raises
        `ConflictError` (`cleanup_stale`, `cleanup_refused`); then nothing was removed."""
        ...

    def put_bundle(self, bundle: ProfileBundle, digest: str) -> BundleState:
        """Keep a bundle. Raises `UsageError` (`bundle_digest_mismatch`)."""
        ...

    def bundle(self, digest: str) -> ProfileBundle: ...

    def bundle_state(self, bundle_id: str, digest: str) -> BundleState: ...


class WorkerRuntime(Protocol):
    """Starts, observes and stops workers that outlive whoever asks.

    An id that is no worker's raises `UsageError` or `NotFoundError` (`worker_not_found`), and
    one whose files cannot be trusted `StoreInvalidError` (`worker_store_corrupt`).
    """

    @property
    def runtime_id(self) -> str: ...

    def spawn(self, request: WorkerRequest) -> WorkerView:
        """Start a worker, or give the one that was started with the same key.

        Returns once its program runs, or is queued. Raises `UsageError` (`worker_invalid`)
        where it cannot be started, naming what is missing, and `OperationError`
        (`worker_unsupported`) where the system cannot do it.
        """
        ...

    def all(self) -> Sequence[WorkerView]:
        """Every worker that can be read, the newest last."""
        ...

    def show(self, worker_id: str) -> WorkerView: ...

    def find(self, key: str) -> WorkerView | None:
        """The worker that was started with `key`."""
        ...

    def output(self, worker_id: str, cursor: int, limit: int) -> Output:
        """At most `limit` bytes from the byte offset `cursor`; a negative one counts back
        from the end. Raises `ConflictError` (`worker_limit`)."""
        ...

    def read(self, worker_id: str, cursor: int, *, follow: bool = False) -> Iterator[Output]:
        """All output from `cursor` on, in parts; to `follow` is to go on until it ends."""
        ...

    def input(self, worker_id: str, data: bytes, *, close: bool = False) -> None:
        """Write to what the worker reads. Raises `ConflictError` (`worker_stopped`,
        `worker_conflict`, `worker_limit`)."""
        ...

    def resize(self, worker_id: str, rows: int, columns: int) -> None:
        """Give its terminal that size; nothing happens where it has none any more."""
        ...

    def stop(self, worker_id: str, grace: float | None = None) -> WorkerView:
        """Ask it to end, and after `grace` seconds make it; returns when it has ended, at once
        where it had. Raises `OperationError` (`worker_timeout`) where it does not end."""
        ...

    def cancel(self, worker_id: str) -> WorkerView:
        """Drop it where it is queued, else stop it and discard its result; raises as `stop`."""
        ...

    def wait(self, worker_id: str, timeout: float | None = None) -> WorkerView:
        """Wait until it has ended, and nothing of it runs. Raises `OperationError`
        (`worker_timeout`) after `timeout` seconds."""
        ...

    def recover(self) -> Sequence[Recovery]:
        """Adopt what lives, end what is dead, start what is queued and has room."""
        ...

    def has_mail(self, worker_id: str) -> bool:
        """Whether a confined worker said something that is not on its ticket yet."""
        ...

    def prune(self, ended_before: int) -> Sequence[str]:
        """Forget workers that ended before the instant (Unix milliseconds); their ids."""
        ...


class CloneWorkers(WorkerRuntime, Protocol):
    """The workers that a clone starts itself, by their records, on whatever machine they run."""

    def spawn_or_find(self, request: WorkerRequest) -> tuple[WorkerView, bool]:
        """As `spawn`; and whether it was started now."""
        ...

    def find_started(self, key: str, fingerprint: str) -> WorkerView | None:
        """The worker that was started with `key`, for the same order; None also for one that
        nobody started yet. Raises `ConflictError` (`key_conflict`)."""
        ...

    def each(self, after: str = "") -> Iterator[WorkerView | StoreInvalidError]:
        """Every worker whose id is greater than `after`, the oldest first; and in place of one
        that cannot be read the error for it."""
        ...

    def ids(self) -> list[str]:
        """The ids of all workers that are kept, the oldest first."""
        ...

    def unreadable(self) -> Sequence[StoreInvalidError]:
        """What keeps workers from being read, one error for each."""
        ...

    def lifecycle(self, worker_id: str, after: int = 0) -> Sequence[LifecycleEvent]:
        """What happened to it, from the event `after` + 1 on."""
        ...

    def forget(self, worker_id: str) -> bool:
        """Forget one worker that has ended; whether it had, and is gone."""
        ...

    def marks(self, worker_id: str) -> Marks:
        """What changes when anything of it does."""
        ...

    def observe(self, worker_id: str) -> ObservedWorker:
        """How it stands, as those who watch it need it."""
        ...

    def stretch(self, worker_id: str, start: int, limit: int) -> Stretch:
        """At most `limit` bytes of its output from `start` on, or from the oldest kept."""
        ...

    def attend(self, worker_id: str) -> Recovery:
        """See to it that somebody stands over it, or that its end is settled."""
        ...


class OrderWorktrees(Protocol):
    """The worktrees of the clone in which workers work that are ordered with a base."""

    def make(self, name: str, *, ref: str, commit: str, folder: str) -> tuple[str, bool]:
        """The folder in which a worker begins, in a worktree called `name` at a commit that `ref`
        holds; and whether it was made now. Raises as `Runtime.create` does."""
        ...

    def make_on(
        self, branch: str, key: str, *, ref: str, commit: str, folder: str
    ) -> tuple[str, bool]:
        """The same in the worktree on a ticket's branch, for the order with `key`."""
        ...

    def remove(self, name: str) -> None:
        """Take away a worktree that was just made, for a worker that could not be started."""
        ...

    def take_back(self, folder: str, ref: str, branch: str, commit: str) -> Sequence[str]:
        """Take away what was made for an order that began at `commit`, in the worktree around
        `folder`; the refs by which what was not delivered is kept."""
        ...

    def require(self, ref: str, commit: str) -> None:
        """Have a commit that a worker is told of. Raises `NotFoundError` (`base_not_found`)."""
        ...

    def ignore(self, pattern: str) -> None:
        """Have git ignore what `pattern` says, in every worktree of the clone."""
        ...

    def deliver(self, worker_id: str) -> Delivery:
        """As `Runtime.deliver`."""
        ...

    def left(self) -> Sequence[LeftWorktree]:
        """Those that stand, one for each."""
        ...

    def release(self, worker_id: str) -> Sequence[str]:
        """As `Runtime.release`."""
        ...
