"""A worker that is watched, and where such workers come from: files here, or another runtime."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.observe.closing import ObservationClosed
from yoi_cli.server.observe.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.documents.observation import LifecycleEventDocument
    from yoi_cli.api.documents.workers import WorkerDocument
    from yoi_cli.server.observe.closing import Closing


class Standing(NamedTuple):
    """A worker at one instant: bytes from `oldest` to `size` and events up to number `events`
    can be read. With `is_over` there will be no others."""

    worker: WorkerDocument
    oldest: int
    size: int
    events: int
    is_over: bool
    incarnation: int


class Part(NamedTuple):
    """Bytes of a worker's output from `start` on."""

    start: int
    data: bytes


class Wakeable(Protocol):
    """Who wants to know when a worker changes."""

    def wake(self) -> None: ...


class Feed(ABC):
    """One worker that is watched, for all its viewers.

    Nothing is kept of a viewer here but that it is to be woken. `revision` counts how often the
    worker's document changed, the size of its output aside.
    """

    def __init__(self, runtime_id: str, worker_id: str, standing: Standing) -> None:
        self.runtime_id = runtime_id
        self.worker_id = worker_id
        self.standing = standing
        self.revision = 0
        self.viewers: set[Wakeable] = set()
        self._closing: Closing | None = None

    @abstractmethod
    async def read(self, start: int, limit: int) -> Part:
        """At most `limit` bytes from `start` on, from a later byte where that is not kept.
        Raises `ObservationClosed`."""

    @abstractmethod
    async def events(self, after: int) -> Sequence[LifecycleEventDocument]:
        """The events from number `after` + 1 on. Raises `ObservationClosed`."""

    @abstractmethod
    async def refresh(self) -> None:
        """See to it that `standing` is not older than this call. Raises `ObservationClosed`."""

    @property
    def is_open(self) -> bool:
        """Whether it can be watched."""
        return self._closing is None

    def check(self) -> None:
        """Raises `ObservationClosed` where the worker cannot be watched any more."""
        if self._closing is not None:
            raise ObservationClosed(self._closing)

    def publish(self, standing: Standing) -> None:
        """From now on it stands so; whoever watches is woken. What was seen before something
        else that was told already takes nothing back."""
        before = self.standing
        if standing.incarnation == before.incarnation:
            if before.is_over and not standing.is_over:
                return
            size = max(standing.size, before.size)
            standing = standing._replace(size=size, events=max(standing.events, before.events))
        if standing == before:
            return
        self.standing = standing
        if _essence(standing.worker) != _essence(before.worker):
            self.revision += 1
        self.wake()

    def fail(self, closing: Closing) -> None:
        """It cannot be watched any more; every viewer ends so."""
        self._closing = closing
        self.wake()

    def wake(self) -> None:
        for viewer in tuple(self.viewers):
            viewer.wake()

    def cursor(self, offset: int, event: int) -> Cursor:
        return Cursor(self.worker_id, offset, event, self.standing.incarnation)


class Source(Protocol):
    """Where workers to be watched come from: one feed for each, however many watch.
    `runtime_id` is what their frames call their runtime."""

    @property
    def runtime_id(self) -> str: ...

    async def open(self, worker_id: str, viewer: Wakeable) -> Feed:
        """The feed of a worker, which wakes `viewer` from now on. Raises `ObservationClosed`."""
        ...

    def leave(self, feed: Feed, viewer: Wakeable) -> None:
        """`viewer` is gone; a feed without any is not kept up."""
        ...


def _essence(worker: WorkerDocument) -> WorkerDocument:
    return replace(worker, output_size=0)
