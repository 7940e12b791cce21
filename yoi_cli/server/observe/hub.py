"""Everybody who watches at a server: let in up to a number, looked after, and sent away."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed
from yoi_cli.server.observe.texts import TextCache
from yoi_cli.server.observe.viewer import Telling, Viewer

if TYPE_CHECKING:
    from yoi_cli.api.documents.observation import AnyFrame
    from yoi_cli.server.observe.closing import Closing
    from yoi_cli.server.observe.feed import Feed, Source
    from yoi_cli.server.observe.opening import Asked
    from yoi_cli.server.observe.viewer import Channel, Policy

_TICK = 1.0


class Limits(NamedTuple):
    """How much is served: so many viewers; one whose connection takes nothing for
    `slow_seconds` is sent away; a silent one gets a heartbeat every so many seconds; an opening
    may take `opening` seconds. `texts` is how many characters of encoded frames are kept."""

    viewers: int = 2000
    slow_seconds: float = 60.0
    heartbeat: float = 15.0
    opening: float = 10.0
    texts: int = 16 << 20


def pass_through(frame: AnyFrame) -> AnyFrame | None:
    """The policy that changes nothing."""
    return frame


class Hub:
    """The viewers of a server. It belongs to one event loop."""

    def __init__(self, limits: Limits | None = None, policy: Policy = pass_through) -> None:
        self.limits = limits or Limits()
        self._telling = Telling(TextCache(self.limits.texts), self.limits.heartbeat, policy)
        self._viewers: dict[Viewer, asyncio.Task[None]] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._is_stopping = False

    @property
    def count(self) -> int:
        """How many watch now."""
        return len(self._viewers)

    def viewer(self, channel: Channel, asked: Asked) -> Viewer:
        """A viewer that may watch. Raises `ObservationClosed` where there are too many."""
        if self._is_stopping:
            raise ObservationClosed(closing.SERVER_STOPPING)
        if len(self._viewers) >= self.limits.viewers:
            raise ObservationClosed(closing.TOO_MANY_VIEWERS)
        return Viewer(channel, asked, self._telling)

    async def show(self, viewer: Viewer, source: Source, worker_id: str) -> Closing:
        """Have `viewer` watch a worker; how that ended."""
        task = asyncio.ensure_future(self._show(viewer, source, worker_id))
        self._viewers[viewer] = task
        if self._ticking is None:
            self._ticking = asyncio.ensure_future(self._tick())
        try:
            await task
        except ObservationClosed as closed:
            return closed.closing
        except asyncio.CancelledError:
            if viewer.ending is None:
                raise
            return viewer.ending
        finally:
            del self._viewers[viewer]
        return closing.INTERNAL

    def dismiss(self, viewer: Viewer, how: Closing, *, at_once: bool = False) -> None:
        """Have a viewer end: behind the frame that is being sent or, `at_once` or where that is
        stuck, without it."""
        viewer.end(how)
        task = self._viewers.get(viewer)
        if task is not None and (at_once or viewer.stuck_since is not None):
            task.cancel()

    async def _show(self, viewer: Viewer, source: Source, worker_id: str) -> None:
        feed: Feed | None = None
        try:
            try:
                async with asyncio.timeout(self.limits.opening):
                    feed = await source.open(worker_id, viewer)
            except TimeoutError as error:
                raise ObservationClosed(closing.UPSTREAM_TIMEOUT) from error
            await viewer.run(feed)
        finally:
            if feed is not None:
                source.leave(feed, viewer)

    def stop(self) -> None:
        """Send everybody away, since the server stops; nobody is waited for."""
        self._is_stopping = True
        for viewer in tuple(self._viewers):
            self.dismiss(viewer, closing.SERVER_STOPPING)
        if self._ticking is not None:
            self._ticking.cancel()

    async def _tick(self) -> None:
        """Look after everybody, from one place: no timer is kept for each."""
        while self._viewers:
            await asyncio.sleep(_TICK)
            now = time.monotonic()
            for viewer in tuple(self._viewers):
                viewer.tick(now)
                stuck = viewer.stuck_since
                if stuck is not None and now - stuck >= self.limits.slow_seconds:
                    self.dismiss(viewer, closing.SLOW_VIEWER)
        self._ticking = None
