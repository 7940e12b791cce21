"""What the runtime server's handlers work with."""

from __future__ import annotations

import asyncio
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from yoi_cli.api.documents.runtime import RuntimeLimitsDocument
from yoi_cli.api.runtimes import DRAINING, RUNNING, STARTING, Readiness
from yoi_cli.server.http.errors import refusal
from yoi_cli.server.http.paging import GREATEST_LIMIT
from yoi_cli.server.observe.hub import Hub

if TYPE_CHECKING:
    from yoi_cli.api.runtimes import EmbeddedRuntime
    from yoi_cli.api.workers import WorkerView
    from yoi_cli.server.http.incidents import ServerLog
    from yoi_cli.server.http.threads import Threads
    from yoi_cli.server.observe.feed import Source

#: As much output as one answer holds, and as long as one waits.
MOST_OUTPUT, MOST_WAIT = 1 << 24, 60
_MOST_WAITING = 256
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.25
#: What has ended is written down by then, with its log.
_SETTLE_SECONDS = 5.0


class RuntimeContext:
    """The runtime that is served, and how far the server is: `starting` until it has looked after
    the workers that were there before it, `draining` once it was told to end."""

    def __init__(
        self,
        runtime: EmbeddedRuntime,
        watched: Source,
        threads: Threads,
        log: ServerLog,
        max_body: int,
    ) -> None:
        self.runtime = runtime
        self.watched = watched
        self.viewers = Hub()
        self.threads = threads
        self.log = log
        self.limits = RuntimeLimitsDocument(
            body=max_body, page=GREATEST_LIMIT, output=MOST_OUTPUT, wait=MOST_WAIT
        )
        self.readiness = Readiness()
        self.is_draining = False
        self.openapi = b""
        self._waiting = 0

    async def await_end(self, worker_id: str, seconds: float) -> WorkerView:
        """The worker, once it has ended, or the seconds are over, or the server ends.

        No thread waits for that; each look takes one for a moment. Raises `too_many_requests`.
        """
        if self._waiting >= _MOST_WAITING:
            raise refusal("too_many_requests")
        self._waiting += 1
        end, pause = monotonic() + seconds, _FIRST_PAUSE
        try:
            while True:
                view = await self.threads.run(partial(self.runtime.show, worker_id))
                left = end - monotonic()
                if view.has_ended or left <= 0 or self.is_draining:
                    break
                await asyncio.sleep(min(pause, left))
                pause = min(pause * 1.5, _LONGEST_PAUSE)
        finally:
            self._waiting -= 1
        if not view.has_ended:
            return view
        settle = partial(self.runtime.await_end, worker_id, _SETTLE_SECONDS)
        return await self.threads.run(settle, slow=True)

    def drain(self) -> None:
        """The server was told to end: whoever watches is sent away, with a cursor."""
        self.is_draining = True
        self.viewers.stop()

    @property
    def state(self) -> str:
        if self.is_draining:
            return DRAINING
        return RUNNING if self.readiness.ready else STARTING
