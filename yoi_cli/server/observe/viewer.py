"""Somebody who watches a worker: a cursor, and what comes next behind it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Protocol, TypeAlias

from yoi_cli.api.documents.observation import (
    VERSION,
    EndFrame,
    EventFrame,
    HeartbeatFrame,
    ResyncFrame,
    SnapshotFrame,
    StateFrame,
)
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed
from yoi_cli.server.observe.cursor import Cursor, encode
from yoi_cli.server.observe.frames import chunk_end, output_frame, text_of
from yoi_cli.server.observe.opening import place
from yoi_cli.server.observe.texts import Chunk

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.api.documents.observation import AnyFrame
    from yoi_cli.server.observe.closing import Closing
    from yoi_cli.server.observe.feed import Feed, Standing
    from yoi_cli.server.observe.opening import Asked
    from yoi_cli.server.observe.texts import TextCache

#: Looks at, changes or holds back (None) what is told, for all who are told it.
Policy: TypeAlias = "Callable[[AnyFrame], AnyFrame | None]"


class Channel(Protocol):
    """The connection to a viewer."""

    async def send(self, text: str) -> None:
        """Send a frame; returns when there is room for another."""
        ...


class Telling:
    """What every viewer of a server has in common."""

    def __init__(self, texts: TextCache, heartbeat: float, policy: Policy) -> None:
        self.texts = texts
        self.heartbeat = heartbeat
        self.policy = policy


class Viewer:
    """Tells somebody of one worker what they have not seen. All that is kept is a cursor."""

    def __init__(self, channel: Channel, asked: Asked, telling: Telling) -> None:
        self._channel = channel
        self._asked = asked
        self._telling = telling
        self._woken = asyncio.Event()
        self._at = Cursor("", 0, 0, 0)
        self._revision = 0
        self._told_at = time.monotonic()
        self.ending: Closing | None = None
        #: Since when a frame waits for room; None while none does.
        self.stuck_since: float | None = None

    def wake(self) -> None:
        """Something happened."""
        self._woken.set()

    def end(self, how: Closing) -> None:
        """Have it end, as soon as what is being sent has gone."""
        self.ending = self.ending or how
        self._woken.set()

    def ask_for_life(self) -> None:
        """Have it send a heartbeat now."""
        self._told_at = -self._telling.heartbeat
        self._woken.set()

    def tick(self, now: float) -> None:
        """Have it send a heartbeat, where it was silent for long."""
        if self.stuck_since is None and self._is_silent(now):
            self._woken.set()

    async def run(self, feed: Feed) -> None:
        """Tell everything, and go on. It ends by `ObservationClosed`, and by what the channel
        raises."""
        self._revision = feed.revision
        begin = await place(self._asked, feed)
        self._at = begin.at
        await self._tell_snapshot(feed)
        if begin.lost is not None:
            await self._tell_loss(feed, begin.lost)
        target = feed.standing
        while True:
            self._woken.clear()
            await self._catch_up(feed)
            if not self._asked.follows and self._has_seen(target):
                raise ObservationClosed(closing.CAUGHT_UP)
            if self._is_silent(time.monotonic()):
                await self._tell(
                    HeartbeatFrame(
                        v=VERSION,
                        runtime_id=feed.runtime_id,
                        worker_id=feed.worker_id,
                        cursor=encode(self._at),
                    )
                )
            await self._woken.wait()

    async def _catch_up(self, feed: Feed) -> None:
        """Tell what there is. What is short goes before output, of which there may be much."""
        while True:
            if self.ending is not None:
                raise ObservationClosed(self.ending)
            standing = feed.standing
            if self._revision != feed.revision:
                self._revision = feed.revision
                await self._tell_state(feed)
            elif self._at.event < standing.events:
                await self._tell_events(feed)
            elif self._at.offset < standing.size and not self._asked.events_only:
                await self._tell_output(feed, standing)
            elif standing.is_over:
                await self._tell_end(feed)
                raise ObservationClosed(closing.WORKER_ENDED)
            else:
                feed.check()
                return

    async def _tell_snapshot(self, feed: Feed) -> None:
        standing = feed.standing
        await self._tell(
            SnapshotFrame(
                v=VERSION,
                runtime_id=feed.runtime_id,
                worker_id=feed.worker_id,
                worker=standing.worker,
                oldest=standing.oldest,
                size=standing.size,
                cursor=encode(self._at),
            )
        )

    async def _tell_loss(self, feed: Feed, lost: int) -> None:
        await self._tell(
            ResyncFrame(
                v=VERSION,
                runtime_id=feed.runtime_id,
                worker_id=feed.worker_id,
                start=lost,
                to=self._at.offset,
                reason="expired",
                cursor=encode(self._at),
            )
        )

    async def _tell_state(self, feed: Feed) -> None:
        await self._tell(
            StateFrame(
                v=VERSION,
                runtime_id=feed.runtime_id,
                worker_id=feed.worker_id,
                worker=feed.standing.worker,
            )
        )

    async def _tell_events(self, feed: Feed) -> None:
        for event in await feed.events(self._at.event):
            self._at = self._at._replace(event=event.number)
            await self._tell(
                EventFrame(
                    v=VERSION,
                    runtime_id=feed.runtime_id,
                    worker_id=feed.worker_id,
                    cursor=encode(self._at),
                    event=event,
                )
            )

    async def _tell_end(self, feed: Feed) -> None:
        await self._tell(
            EndFrame(
                v=VERSION,
                runtime_id=feed.runtime_id,
                worker_id=feed.worker_id,
                worker=feed.standing.worker,
                cursor=encode(self._at),
            )
        )

    async def _tell_output(self, feed: Feed, standing: Standing) -> None:
        at, end = self._at, chunk_end(self._at.offset, standing.size)

        async def make() -> Chunk:
            part = await feed.read(at.offset, end - at.offset)
            behind = at._replace(offset=part.start)
            told = self._telling.policy(output_frame(feed.runtime_id, behind, part.data))
            text = "" if told is None or not part.data else text_of(told)
            return Chunk(part.start, part.start + len(part.data), text)

        chunk = await self._telling.texts.get((feed.runtime_id, at, end), make)
        if chunk.start != at.offset:
            self._at = at._replace(offset=chunk.start)
            await self._tell_loss(feed, at.offset)
        self._at = self._at._replace(offset=chunk.end)
        if chunk.text:
            await self._send(chunk.text)
        elif chunk.end == at.offset:  # what was told to be there is not: look again
            await feed.refresh()

    async def _tell(self, frame: AnyFrame) -> None:
        told = self._telling.policy(frame)
        if told is not None:
            await self._send(text_of(told))

    async def _send(self, text: str) -> None:
        self.stuck_since = time.monotonic()
        await self._channel.send(text)
        self.stuck_since = None
        self._told_at = time.monotonic()

    def _is_silent(self, now: float) -> bool:
        return now - self._told_at >= self._telling.heartbeat

    def _has_seen(self, target: Standing) -> bool:
        reached = self._asked.events_only or self._at.offset >= target.size
        return reached and self._at.event >= target.events
