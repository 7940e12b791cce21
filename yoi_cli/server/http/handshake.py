"""Connections that have to say something: one that sends no whole request in time is dropped, and
of those that wait no more than so many are kept, so that nobody fills a server with handshakes that
are half done, or with connections on which nothing is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from asyncio.transports import BaseTransport

    from h11 import Request
    from uvicorn.server import ServerState

_SECONDS = 10.0
#: So many connections may be without a request; for one more, the one that waits longest goes.
MOST_WAITING = 512
#: The connections of each server that wait, the longest first.
_WAITING: WeakKeyDictionary[ServerState, dict[PatientConnection, None]] = WeakKeyDictionary()


class PatientConnection(H11Protocol):
    """What uvicorn is to be configured with (`http=`)."""

    _deadline: asyncio.TimerHandle | None = None
    _is_upgraded = False

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._wait()
        self._hurry()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.scope is not None and self._is_asking():
            self._keep()
        elif self._deadline is None:  # another request has begun, and has to be ended as well
            self._hurry()

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self, event: Request) -> None:
        self._is_upgraded = True
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._is_asking() and not self.transport.is_closing():
            self._wait()

    def _is_asking(self) -> bool:
        """Whether a request is being answered, or was handed over to a WebSocket."""
        return self._is_upgraded or self.cycle is None or not self.cycle.response_complete

    def _hurry(self) -> None:
        self._deadline = self.loop.call_later(_SECONDS, self._drop)

    def _wait(self) -> None:
        waiting = _WAITING.setdefault(self.server_state, {})
        waiting.pop(self, None)
        waiting[self] = None
        if len(waiting) > MOST_WAITING:
            next(iter(waiting))._drop()

    def _drop(self) -> None:
        self._keep()
        self.transport.abort()

    def _keep(self) -> None:
        _WAITING.get(self.server_state, {}).pop(self, None)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
