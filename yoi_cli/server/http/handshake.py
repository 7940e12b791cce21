"""Connections that have to say something: one that sends no whole request in time is dropped, so
that nobody fills a server with handshakes that are half done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from asyncio.transports import BaseTransport

_SECONDS = 10.0


class PatientConnection(H11Protocol):
    """What uvicorn is to be configured with (`http=`)."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._deadline = self.loop.call_later(_SECONDS, self._drop)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.scope is not None:
            self._keep()

    def connection_lost(self, exc: Exception | None) -> None:
        self._keep()
        super().connection_lost(exc)

    def _drop(self) -> None:
        self._deadline = None
        self.transport.abort()

    def _keep(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
