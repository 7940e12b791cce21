"""The runtime server's WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.observe.endpoint import observe

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from yoi_cli.server.http.routes import Call
    from yoi_cli.server.runtime.context import RuntimeContext


async def observe_worker(websocket: WebSocket, call: Call[RuntimeContext]) -> None:
    """Show a worker of this runtime to a viewer that was let in."""
    context = call.context

    def log(error: Exception) -> None:
        context.log.incident("GET /v1/workers/{worker_id}/observe", error)

    await observe(websocket, context.viewers, context.watched, call.path["worker_id"], log=log)
