"""A viewer's WebSocket, as uvicorn keeps it: one that can be ended whoever reads, or does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from yoi_cli.server.observe.closing import SERVER_STOPPING, SLOW_VIEWER

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Scope
    from uvicorn._types import ASGISendEvent
    from websockets.http11 import Request

    End = Callable[[int, str], None]

_EXTENSION = "yoi.end"
#: How long a peer has to answer a close frame before its connection is dropped.
_GRACE_SECONDS = 5.0


class ViewerConnection(WebSocketsSansIOProtocol):
    """What uvicorn is to be configured with (`ws=`) by a server that has viewers.

    Uvicorn's own waits for room before it closes, and then for everything to be read: a viewer
    that reads nothing would stay for ever, with all that was to be sent to it.
    """

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment]
            extensions[_EXTENSION] = self.end

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and self.close_sent:
            # It was refused, which is an answer: uvicorn would log that none was given.
            self.handshake_complete = True

    def end(self, code: int, reason: str) -> None:
        """Close behind what was sent already, and drop the connection if that is not read."""
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(_GRACE_SECONDS, self.transport.abort)

    def keepalive_timeout(self) -> None:
        """It does not answer: it is gone, or reads nothing."""
        self.end(SLOW_VIEWER.code, SLOW_VIEWER.word)

    def shutdown(self) -> None:
        """The server stops."""
        if self.close_sent:
            return  # its timer runs
        if self.handshake_complete:
            self.end(SERVER_STOPPING.code, SERVER_STOPPING.word)
        else:
            super().shutdown()


def end_of(scope: Scope) -> End | None:
    """What ends the connection of an ASGI scope at once; None where another server has it."""
    extensions = scope.get("extensions") or {}
    found: End | None = extensions.get(_EXTENSION)
    return found
