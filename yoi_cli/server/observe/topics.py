"""What a page may be told of a workspace besides its workers' output: that its tickets changed, or
its workers."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Log = Callable[[Exception], object]

_PAUSE = 0.25
#: Before it is looked again after a look that failed.
_FAILED_PAUSE = 2.0


class Told(NamedTuple):
    """A topic at one revision."""

    revision: int
    document: object


class Topics:
    """The topics of a workspace. It belongs to one event loop.

    `changed` names what changed since it was asked before, as the watcher of a workspace does;
    `documents` make what is shown of a topic. Both run in a thread, and only while somebody is
    subscribed; a document is made once for everybody, and whoever is late gets the newest alone.
    A look that fails is told to `log`, and as a change of everything: what it had seen is lost.
    """

    def __init__(
        self,
        changed: Callable[[], frozenset[str]],
        documents: Mapping[str, Callable[[], object]],
        log: Log,
    ) -> None:
        self._changed = changed
        self._log = log
        self._documents = documents
        self._pool = ThreadPoolExecutor(1, "topics")
        self._revisions = dict.fromkeys(documents, 1)
        self._told: dict[str, Told] = {}
        self._waiting: set[asyncio.Event] = set()
        self._polling: asyncio.Task[None] | None = None

    def __contains__(self, topic: str) -> bool:
        return topic in self._documents

    async def get(self, topic: str) -> Told:
        """The topic as it is now."""
        revision = self._revisions[topic]
        told = self._told.get(topic)
        if told is None or told.revision != revision:
            make = self._documents[topic]
            document = await asyncio.get_running_loop().run_in_executor(self._pool, make)
            told = self._told[topic] = Told(revision, document)
        return told

    async def after(self, topic: str, revision: int) -> Told:
        """The topic, once it is beyond `revision`."""
        woken = asyncio.Event()
        self._waiting.add(woken)
        if self._polling is None:
            self._polling = asyncio.ensure_future(self._poll())
        try:
            while self._revisions[topic] <= revision:
                woken.clear()
                await woken.wait()
        finally:
            self._waiting.discard(woken)
        return await self.get(topic)

    def close(self) -> None:
        """Give back the thread."""
        if self._polling is not None:
            self._polling.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _poll(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                pause = _PAUSE
                changed: Iterable[str] = self._revisions.keys()
                try:
                    changed = await loop.run_in_executor(self._pool, self._changed)
                except Exception as error:  # noqa: BLE001 - or all would wait for ever
                    self._log(error)
                    pause = _FAILED_PAUSE
                for topic in self._revisions.keys() & changed:
                    self._revisions[topic] += 1
                for woken in self._waiting:
                    woken.set()
                await asyncio.sleep(pause)
        finally:
            self._polling = None
