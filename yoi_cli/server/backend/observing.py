"""The backend's WebSockets: the workers of any runtime, and the one socket of a page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed
from yoi_cli.server.observe.endpoint import observe
from yoi_cli.server.observe.stream import stream

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from yoi_cli.server.backend.context import BackendContext
    from yoi_cli.server.http.routes import Call
    from yoi_cli.server.observe.feed import Feed, Source, Wakeable


class _Absent:
    """The source of a runtime that cannot be watched, for a viewer that is told after the upgrade
    why."""

    def __init__(self, runtime_id: str, how: closing.Closing) -> None:
        self.runtime_id = runtime_id
        self._how = how

    async def open(self, worker_id: str, viewer: Wakeable) -> Feed:
        raise ObservationClosed(self._how)

    def leave(self, feed: Feed, viewer: Wakeable) -> None:
        return


async def observe_worker(websocket: WebSocket, call: Call[BackendContext]) -> None:
    """Show a worker of any runtime to a viewer that was let in."""
    context, runtime_id = call.context, call.path["runtime_id"]
    source: Source
    try:
        source = context.sources.of(runtime_id) or _Absent(runtime_id, closing.RUNTIME_NOT_FOUND)
    except ObservationClosed as closed:
        source = _Absent(runtime_id, closed.closing)
    log = partial(_log, context, "observe")
    await observe(websocket, context.viewers, source, call.path["worker_id"], log=log)


async def stream_page(websocket: WebSocket, call: Call[BackendContext]) -> None:
    """Serve the one socket of a page that was let in."""
    context = call.context
    log = partial(_log, context, "stream")
    await stream(websocket, context.viewers, context.topics, context.sources.of, log=log)


def _log(context: BackendContext, route: str, error: Exception) -> None:
    context.log.incident(route, error)
