"""A worker runtime, as a protocol, and the results of its use cases (docs/workers.md).

`workers.local` implements them with processes and files. Errors are typed by their codes:
`worker_not_found`, `worker_stopped`, `worker_invalid`, `worker_conflict`, `worker_limit`,
`worker_store_corrupt`, `worker_timeout`, `worker_unsupported`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.workers.model import WorkerView


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
    """A worker that was started or has ended, which is in its ticket's log but for `warnings`."""

    worker: WorkerView
    warnings: tuple[str, ...] = ()


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
