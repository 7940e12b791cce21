"""What the use cases need of a worker runtime, as protocols (docs/workers.md).

`workers.local` implements them with processes and files. Errors are typed by their codes:
`worker_not_found`, `worker_stopped`, `worker_invalid`, `worker_conflict`, `worker_limit`,
`worker_store_corrupt`, `worker_timeout`, `worker_unsupported`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.worker_spec import WorkerRequest
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


class WorkerRuntime(Protocol):
    """Starts, observes and stops workers that outlive whoever asks."""

    @property
    def runtime_id(self) -> str: ...

    def spawn(self, request: WorkerRequest) -> WorkerView:
        """Start a worker, and return as soon as it is ready or queued."""
        ...

    def all(self) -> Sequence[WorkerView]:
        """Every worker that is kept, the newest last."""
        ...

    def show(self, worker_id: str) -> WorkerView: ...

    def find(self, key: str) -> WorkerView | None:
        """The worker that was started with `key`."""
        ...

    def output(self, worker_id: str, cursor: int, limit: int) -> Output:
        """At most `limit` bytes from the byte offset `cursor`; a negative one counts back
        from the end."""
        ...

    def input(self, worker_id: str, data: bytes, *, close: bool = False) -> None: ...

    def stop(self, worker_id: str, grace: float | None = None) -> WorkerView:
        """Ask it to end, and after `grace` seconds make it; returns when it has ended."""
        ...

    def cancel(self, worker_id: str) -> WorkerView:
        """Drop it where it is queued, else stop it and discard its result."""
        ...

    def wait(self, worker_id: str, timeout: float | None = None) -> WorkerView: ...

    def recover(self) -> Sequence[Recovery]:
        """Adopt what lives, end what is dead, start what is queued and has room."""
        ...

    def prune(self, ended_before: int) -> Sequence[str]:
        """Forget workers that ended before the instant (Unix milliseconds); their ids."""
        ...
