"""Workers of one clone, watched by their records: one watcher for all of them."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from yoi_cli.api.documents.observation import lifecycle_event_document
from yoi_cli.api.documents.workers import worker_document
from yoi_cli.errors import YoiError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed, closing_of_error
from yoi_cli.server.observe.feed import Feed, Part, Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.api.documents.observation import LifecycleEventDocument
    from yoi_cli.api.documents.workers import WorkerDocument
    from yoi_cli.api.observation import Marks, ObservedWorker, Observer
    from yoi_cli.server.observe.closing import Closing
    from yoi_cli.server.observe.feed import Wakeable

    #: Makes the document that is shown of a worker.
    Documenting = Callable[[ObservedWorker], WorkerDocument]

Result = TypeVar("Result")
#: A worker that wrote something lately is looked at so often, any other each so many times.
_PAUSE, _IDLE_TURNS = 0.02, 5
_BUSY_SECONDS = 5.0
#: How often one is looked at whose files do not change: processes may die without a word.
_DEEP_SECONDS = 1.0
_DEEP_EACH = 0.005
_ATTEND_SECONDS = 5.0


class LocalFeed(Feed):
    """A worker of this clone, by its files."""

    def __init__(self, source: LocalSource, worker_id: str, standing: Standing) -> None:
        super().__init__(source.runtime_id, worker_id, standing)
        self._source = source
        self.marks: Marks | None = None
        self.changed_at = time.monotonic()
        self.looked_at = self.changed_at
        self.attended_at = -_ATTEND_SECONDS
        self.attending: asyncio.Future[None] | None = None

    async def read(self, start: int, limit: int) -> Part:
        observer = self._source.observer
        found = await self._source.run(lambda: observer.stretch(self.worker_id, start, limit))
        return Part(found.start, found.data)

    async def events(self, after: int) -> Sequence[LifecycleEventDocument]:
        observer = self._source.observer
        found = await self._source.run(lambda: observer.lifecycle(self.worker_id, after))
        return [lifecycle_event_document(one) for one in found]

    async def refresh(self) -> None:
        observer = self._source.observer
        seen = await self._source.run(lambda: observer.observe(self.worker_id))
        self.publish(self._source.standing(seen))

    def publish(self, standing: Standing) -> None:
        if standing != self.standing:
            self.changed_at = time.monotonic()
        super().publish(standing)


class _Task(NamedTuple):
    """What is to be looked at of one worker: `marks` are the last that were seen."""

    worker_id: str
    marks: Marks | None
    is_deep: bool


class _Sight(NamedTuple):
    """What was seen of it: `size` alone where only that changed, `worker` where more did."""

    marks: Marks | None = None
    size: int | None = None
    worker: ObservedWorker | None = None
    closing: Closing | None = None


class LocalSource:
    """The workers of one clone, on whatever machine: those that changed are looked at every `pause`
    seconds. It belongs to one event loop; records are read in threads of its own, so that nothing
    that waits elsewhere keeps output from viewers."""

    def __init__(
        self,
        observer: Observer,
        runtime_id: str,
        document: Documenting | None = None,
        *,
        pause: float = _PAUSE,
    ) -> None:
        self.observer, self._pause = observer, pause
        self.runtime_id = runtime_id
        self._document = document or _document
        self._pool = ThreadPoolExecutor(4, "observe")
        self._watching_pool = ThreadPoolExecutor(1, "watch")
        self._feeds: dict[str, LocalFeed] = {}
        self._opening: dict[str, asyncio.Future[LocalFeed]] = {}
        self._watching: asyncio.Task[None] | None = None

    async def open(self, worker_id: str, viewer: Wakeable) -> LocalFeed:
        feed = self._feeds.get(worker_id)
        if feed is None:
            opening = self._opening.get(worker_id)
            if opening is None:
                opening = asyncio.ensure_future(self._open(worker_id))
                self._opening[worker_id] = opening
            feed = await asyncio.shield(opening)
            # Another may be watched by now, and of two one would be looked at by nobody.
            feed = self._feeds.setdefault(worker_id, feed)
        feed.viewers.add(viewer)
        if self._watching is None:
            self._watching = asyncio.ensure_future(self._watch())
        return feed

    def leave(self, feed: Feed, viewer: Wakeable) -> None:
        feed.viewers.discard(viewer)
        if not feed.viewers and self._feeds.get(feed.worker_id) is feed:
            del self._feeds[feed.worker_id]

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` gives, in a thread. Raises `ObservationClosed`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except YoiError as error:
            raise ObservationClosed(closing_of_error(error)) from error

    def standing(self, seen: ObservedWorker) -> Standing:
        return Standing(
            worker=replace(self._document(seen), runtime_id=self.runtime_id),
            oldest=seen.oldest,
            size=seen.size,
            events=seen.events,
            is_over=seen.is_over,
            incarnation=seen.incarnation,
        )

    def close(self) -> None:
        """Give back the threads."""
        if self._watching is not None:
            self._watching.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._watching_pool.shutdown(wait=False, cancel_futures=True)

    async def _open(self, worker_id: str) -> LocalFeed:
        try:
            seen = await self.run(lambda: self.observer.observe(worker_id))
            return LocalFeed(self, worker_id, self.standing(seen))
        finally:
            del self._opening[worker_id]

    async def _watch(self) -> None:
        """Look at every worker that somebody watches, as long as anybody does."""
        loop = asyncio.get_running_loop()
        turn = 0
        try:
            while self._feeds:
                turn += 1
                tasks = self._due(turn)
                if tasks:
                    seen = await loop.run_in_executor(self._watching_pool, self._look, tasks)
                    for task, sight in zip(tasks, seen, strict=True):
                        self._take(task, sight)
                await asyncio.sleep(self._pause)
        except Exception:
            # Nobody would look any more: who watches is to come again, and not to wait for ever.
            for feed in tuple(self._feeds.values()):
                feed.fail(closing.INTERNAL)
            self._feeds.clear()
            raise
        finally:
            self._watching = None

    async def _attend(self, worker_id: str) -> None:
        """Nobody stands over a worker, who would see how it ends; it is tried again."""
        with suppress(ObservationClosed):
            await self.run(lambda: self.observer.attend(worker_id))

    def _due(self, turn: int) -> Sequence[_Task]:
        now = time.monotonic()
        every_idle = turn % _IDLE_TURNS == 0
        deep_pause = max(_DEEP_SECONDS, len(self._feeds) * _DEEP_EACH)
        found = []
        for feed in self._feeds.values():
            if feed.standing.is_over or not feed.is_open:
                continue
            if not every_idle and now - feed.changed_at > _BUSY_SECONDS:
                continue
            is_deep = now - feed.looked_at >= deep_pause
            found.append(_Task(feed.worker_id, feed.marks, is_deep))
        return found

    def _look(self, tasks: Sequence[_Task]) -> Sequence[_Sight]:
        return [self._look_at(task) for task in tasks]

    def _look_at(self, task: _Task) -> _Sight:
        try:
            marks = self.observer.marks(task.worker_id)
            before = task.marks
            if before is not None and not task.is_deep:
                if marks == before:
                    return _Sight(marks)
                if marks._replace(size=before.size) == before:
                    return _Sight(marks, size=marks.size)
            return _Sight(marks, worker=self.observer.observe(task.worker_id))
        except YoiError as error:
            return _Sight(closing=closing_of_error(error))
        except OSError:  # one that cannot be looked at keeps nobody from the others
            return _Sight(closing=closing.INTERNAL)

    def _take(self, task: _Task, sight: _Sight) -> None:
        feed = self._feeds.get(task.worker_id)
        if feed is None:
            return
        if sight.closing is not None:
            feed.fail(sight.closing)
            return
        now = time.monotonic()
        feed.marks = sight.marks
        if sight.worker is not None:
            feed.looked_at = now
            feed.publish(self.standing(sight.worker))
            if sight.worker.is_unattended and now - feed.attended_at >= _ATTEND_SECONDS:
                feed.attended_at = now
                feed.attending = asyncio.ensure_future(self._attend(feed.worker_id))
        elif sight.size is not None:
            worker = replace(feed.standing.worker, output_size=sight.size)
            feed.publish(feed.standing._replace(size=sight.size, worker=worker))


def _document(seen: ObservedWorker) -> WorkerDocument:
    return worker_document(seen.view)
