"""One socket for a page: it subscribes to what it shows, and is told when that changes.

What is short (answers, ends, changes) has a lane of its own and is never queued behind output.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from yoi_cli.api.documents.envelope import json_line
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed
from yoi_cli.server.observe.cursor import MalformedCursorError, decode
from yoi_cli.server.observe.opening import Asked
from yoi_cli.server.observe.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.server.observe.closing import Closing
    from yoi_cli.server.observe.feed import Source
    from yoi_cli.server.observe.hub import Hub
    from yoi_cli.server.observe.topics import Topics
    from yoi_cli.server.observe.viewer import Viewer

    Log = Callable[[Exception], object]

_MOST_SUBSCRIPTIONS = 64
_LONGEST_ID, _LONGEST_MESSAGE = 128, 4096
_VERSION = 1
_CODES = {
    closing.SLOW_VIEWER: "lagged",
    closing.TOO_MANY_VIEWERS: "lagged",
    closing.SERVER_STOPPING: "stopping",
    closing.UNAUTHORIZED: "unauthorized",
    closing.FORBIDDEN: "unauthorized",
}
_REJECTIONS = {
    closing.WORKER_NOT_FOUND: "not_found",
    closing.RUNTIME_NOT_FOUND: "not_found",
    closing.CURSOR_MALFORMED: "invalid_request",
    closing.TOO_MANY_VIEWERS: "capacity",
    closing.FORBIDDEN: "unauthorized",
}


class Selector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page wants to be told of: `tickets`, `workers`, or what one worker writes."""

    topic: str
    runtime_id: str = ""
    worker_id: str = ""
    cursor: str | None = None


class PageFrame(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page says: it subscribes under an `id` of its own, or ends the subscription `sub`."""

    v: int = _VERSION
    id: str = ""
    subscribe: Selector | None = None
    unsubscribe: str | None = None
    kind: Literal["ping", ""] = ""


_DECODER = msgspec.json.Decoder(PageFrame)


class Stream:
    """A page's socket. `sources` are the runtimes whose workers it may watch."""

    def __init__(
        self,
        outbox: Outbox,
        hub: Hub,
        topics: Topics,
        sources: Callable[[str], Source | None],
        log: Log,
    ) -> None:
        self._outbox = outbox
        self._hub = hub
        self._topics = topics
        self._sources = sources
        self._log = log
        self._running: dict[str, asyncio.Task[None]] = {}
        self._count = 0

    def hear(self, text: str) -> None:
        """Do what a page says."""
        try:
            said = _DECODER.decode(text)
        except (msgspec.MsgspecError, UnicodeError):
            self._reject(_id_of(text), "invalid_request")
            return
        if said.unsubscribe is not None:
            task = self._running.get(said.unsubscribe)
            if task is not None:
                task.cancel()
        elif said.kind == "ping":
            self._tell({"kind": "pong"})
        else:
            self._subscribe(said)

    def close(self) -> None:
        """The socket is gone."""
        for task in tuple(self._running.values()):
            task.cancel()

    def _subscribe(self, said: PageFrame) -> None:
        wanted = said.subscribe
        if wanted is None or not said.id or len(said.id.encode()) > _LONGEST_ID:
            self._reject(said.id[:_LONGEST_ID], "invalid_request")
        elif said.v != _VERSION:
            self._reject(said.id, "unsupported_version")
        elif len(self._running) >= _MOST_SUBSCRIPTIONS:
            self._reject(said.id, "capacity")
        elif wanted.topic != "worker" and wanted.topic not in self._topics:
            self._reject(said.id, "unsupported_selector")
        else:
            self._count += 1
            sub = f"s{self._count}"
            running = asyncio.ensure_future(self._run(said.id, sub, wanted))
            self._running[sub] = running
            running.add_done_callback(lambda _: self._running.pop(sub, None))

    async def _run(self, request: str, sub: str, wanted: Selector) -> None:
        try:
            if wanted.topic == "worker":
                await self._watch(request, sub, wanted)
            else:
                await self._follow(request, sub, wanted.topic)
        except Exception as error:  # noqa: BLE001 - one that fails keeps nobody from the others
            self._log(error)
            self._reject(request, "internal")

    async def _follow(self, request: str, sub: str, topic: str) -> None:
        """Tell of a topic, each time with what it is then."""
        told = await self._topics.get(topic)
        self._subscribed(request, sub, told.revision, told.document)
        while True:
            told = await self._topics.after(topic, told.revision)
            event = {"sub": sub, "revision": told.revision, "payload": told.document}
            await self._outbox.send_short(_text({"kind": "event", **event}))

    async def _watch(self, request: str, sub: str, wanted: Selector) -> None:
        """Tell what a worker writes, in the frames of an observation."""
        lane = _Lane(self, request, sub)
        viewer: Viewer | None = None
        try:
            source = self._sources(wanted.runtime_id)
            if source is None:
                raise ObservationClosed(closing.RUNTIME_NOT_FOUND)
            try:
                cursor = None if wanted.cursor is None else decode(wanted.cursor)
            except MalformedCursorError as error:
                raise ObservationClosed(closing.CURSOR_MALFORMED) from error
            viewer = self._hub.viewer(lane, Asked(cursor))
            how = await self._hub.show(viewer, source, wanted.worker_id)
        except ObservationClosed as refused:
            how = refused.closing
        if lane.revision:
            self._end(sub, how)
        else:
            self._reject(request, _REJECTIONS.get(how, "internal"), how.word)

    def _subscribed(self, request: str, sub: str, revision: int, snapshot: object) -> None:
        self._tell(
            {
                "kind": "subscribed",
                "id": request,
                "sub": sub,
                "revision": revision,
                "snapshot": snapshot,
            }
        )

    def _reject(self, request: str, code: str, reason: str = "") -> None:
        self._tell({"kind": "rejected", "id": request, "code": code, "reason": reason or code})

    def _end(self, sub: str, how: Closing) -> None:
        """A subscription is over; `reason` is what a socket of its own would close with."""
        code = _CODES.get(how, "gone")
        self._tell({"kind": "closed", "sub": sub, "code": code, "reason": how.word})

    def _tell(self, frame: object) -> None:
        self._outbox.tell(_text(frame))

    async def send_frame(self, lane: _Lane, text: str) -> None:
        """A frame of a worker: the first is the subscription's snapshot."""
        lane.revision += 1
        if lane.revision == 1:
            self._subscribed(lane.request, lane.sub, 1, msgspec.Raw(text.encode()))
            return
        head = f'"kind":"event","sub":"{lane.sub}","revision":{lane.revision}'
        await self._outbox.send_output("{" + head + f',"v":1,"payload":{text}' + "}")


class _Lane:
    """Where the frames of one worker go; `revision` counts them."""

    def __init__(self, stream: Stream, request: str, sub: str) -> None:
        self._stream = stream
        self.request = request
        self.sub = sub
        self.revision = 0

    async def send(self, text: str) -> None:
        await self._stream.send_frame(self, text)


def _text(frame: object) -> str:
    """A frame as it is sent; a worker's snapshot in it is text already."""
    if isinstance(frame, dict) and isinstance(frame.get("snapshot"), msgspec.Raw):
        frame = {**frame, "snapshot": json.loads(bytes(frame["snapshot"]))}
    return json_line({"v": _VERSION, **frame} if isinstance(frame, dict) else frame).rstrip("\n")


def _id_of(text: str) -> str:
    """The id of a request that means nothing else."""
    with suppress(ValueError):
        said = json.loads(text)
        if isinstance(said, dict) and isinstance(said.get("id"), str):
            return str(said["id"])[:_LONGEST_ID]
    return ""


async def stream(
    websocket: WebSocket,
    hub: Hub,
    topics: Topics,
    sources: Callable[[str], Source | None],
    *,
    log: Log,
) -> None:
    """Serve the socket of a page that was let in, until it is closed."""
    await websocket.accept()

    async def send(text: str) -> None:
        await websocket.send({"type": "websocket.send", "text": text})

    outbox = Outbox(send)
    serving = Stream(outbox, hub, topics, sources, log)
    sending = asyncio.ensure_future(outbox.run())
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                return
            text = message.get("text")
            if text is None or len(text) > _LONGEST_MESSAGE:
                await websocket.close(closing.FRAME_TOO_LARGE.code, closing.FRAME_TOO_LARGE.word)
                return
            serving.hear(text)
    except WebSocketDisconnect:
        return
    finally:
        serving.close()
        sending.cancel()
