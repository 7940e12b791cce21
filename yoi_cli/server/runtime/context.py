"""What the runtime server's handlers work with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents.runtime import RuntimeLimitsDocument
from yoi_cli.api.runtimes import DRAINING, RUNNING, STARTING, Readiness
from yoi_cli.server.http.paging import GREATEST_LIMIT
from yoi_cli.server.observe.hub import Hub

if TYPE_CHECKING:
    from yoi_cli.api.runtimes import EmbeddedRuntime
    from yoi_cli.server.http.incidents import ServerLog
    from yoi_cli.server.http.threads import Threads
    from yoi_cli.server.observe.feed import Source

#: As much output as one answer holds, and as long as one waits.
MOST_OUTPUT, MOST_WAIT = 1 << 24, 60


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

    def drain(self) -> None:
        """The server was told to end: whoever watches is sent away, with a cursor."""
        self.is_draining = True
        self.viewers.stop()

    @property
    def state(self) -> str:
        if self.is_draining:
            return DRAINING
        return RUNNING if self.readiness.ready else STARTING
