"""The WebSocket of an observation: from the upgrade to the close frame."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from yoi_cli.api.documents.observation import VERSION, DiagnosticFrame
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import Closing, ObservationClosed
from yoi_cli.server.observe.connection import end_of
from yoi_cli.server.observe.frames import text_of
from yoi_cli.server.observe.query import asked_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.server.observe.feed import Source
    from yoi_cli.server.observe.hub import Hub
    from yoi_cli.server.observe.viewer import Viewer

    #: Tells the server's log of an error that nobody is told.
    Log = Callable[[Exception], object]

_LONGEST_MESSAGE = 4096
_PATIENCE = 5.0
#: The viewer went away itself; nothing can be told any more.
_LEFT = Closing(1005, "left")


class _ClientFrame(msgspec.Struct):
    """What a viewer may say."""

    kind: Literal["ack", "ping"]


_CLIENT = msgspec.json.Decoder(_ClientFrame)


class _Channel:
    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket

    async def send(self, text: str) -> None:
        await self._websocket.send({"type": "websocket.send", "text": text})


async def observe(
    websocket: WebSocket, hub: Hub, source: Source, worker_id: str, *, log: Log
) -> None:
    """Show a worker to whoever connected, and was let in, until either ends it.

    Whatever is wrong is told after the upgrade, as a diagnostic and by the close frame: a page
    cannot read a refused upgrade.
    """
    try:
        await websocket.accept()
        how = await _observe(websocket, hub, source, worker_id)
    except WebSocketDisconnect:
        return
    except Exception as error:  # noqa: BLE001 - it is logged, and told as `internal`
        log(error)
        how = closing.INTERNAL
    if how is not _LEFT:
        await _close(websocket, how, source.runtime_id, worker_id)


async def _observe(websocket: WebSocket, hub: Hub, source: Source, worker_id: str) -> Closing:
    try:
        asked = asked_of(websocket.query_params.multi_items())
        viewer = hub.viewer(_Channel(websocket), asked)
    except ObservationClosed as refused:
        return refused.closing
    listening = asyncio.ensure_future(_listen(websocket, hub, viewer))
    try:
        return await hub.show(viewer, source, worker_id)
    finally:
        listening.cancel()


async def _listen(websocket: WebSocket, hub: Hub, viewer: Viewer) -> None:
    """Take what a viewer says, which is next to nothing."""
    while True:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            hub.dismiss(viewer, _LEFT, at_once=True)
            return
        said = message.get("text")
        if len(said or message.get("bytes") or b"") > _LONGEST_MESSAGE:
            hub.dismiss(viewer, closing.FRAME_TOO_LARGE)
            return
        try:
            frame = _CLIENT.decode(said if said is not None else b"")
        except (msgspec.MsgspecError, UnicodeError):
            hub.dismiss(viewer, closing.OBSERVATION_ONLY)
            return
        if frame.kind == "ping":
            viewer.ask_for_life()


async def _close(websocket: WebSocket, how: Closing, runtime_id: str, worker_id: str) -> None:
    """Say why, where there is something to say, and close."""
    end = end_of(websocket.scope)
    with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            if how.message:
                said = DiagnosticFrame(
                    v=VERSION,
                    runtime_id=runtime_id,
                    worker_id=worker_id,
                    code=how.word,
                    message=how.message,
                )
                await websocket.send_text(text_of(said))
            if end is None:
                await websocket.close(how.code, how.word)
    if end is not None:
        end(how.code, how.word)
