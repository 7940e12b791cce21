"""Where blocking work runs: in threads, of which there are so many and no more.

Nothing that waits for files, git, a process or another server runs on the event loop, so that
whoever watches a worker is not held up by it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from anyio import CapacityLimiter, to_thread

from yoi_cli.server.http.errors import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")


class Threads:
    """So many threads for reading, as many for what takes longer, and a queue before each."""

    def __init__(self, count: int = 16, queue: int = 256) -> None:
        self._count, self._queue = count, queue
        self._limiters: dict[bool, CapacityLimiter] = {}

    async def run(self, work: Callable[[], Result], *, slow: bool = False) -> Result:
        """What `work` gives. Raises `too_many_requests` where too much waits already."""
        limiter = self._limiters.get(slow)
        if limiter is None:
            limiter = self._limiters[slow] = CapacityLimiter(self._count)
        if limiter.statistics().tasks_waiting >= self._queue:
            raise refusal("too_many_requests")
        return await to_thread.run_sync(partial(work), limiter=limiter)
