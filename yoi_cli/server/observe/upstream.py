"""Workers of another runtime, watched through its own observation: one connection for each worker,
however many watch it here."""

from __future__ import annotations

import asyncio
import binascii
import logging
from base64 import b64decode
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidStatus,
    InvalidURI,
)

from yoi_cli.api.documents.observation import (
    AnyFrame,
    EndFrame,
    EventFrame,
    OutputFrame,
    ResyncFrame,
    SnapshotFrame,
    StateFrame,
    told_event_document,
)
from yoi_cli.api.documents.workers import told_worker_document
from yoi_cli.errors import YoiError
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed, closing_of, closing_of_error
from yoi_cli.server.observe.cursor import MalformedCursorError, decode
from yoi_cli.server.observe.feed import Feed, Part, Standing

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.api.documents.observation import LifecycleEventDocument
    from yoi_cli.api.documents.workers import WorkerDocument
    from yoi_cli.api.observation import Upstream
    from yoi_cli.server.observe.closing import Closing
    from yoi_cli.server.observe.feed import Wakeable

Result = TypeVar("Result")
_HANDSHAKE_SECONDS = 10.0
#: A runtime says something every 15 seconds.
_SILENT_SECONDS = 45.0
_CATCH_UP_SECONDS = 10.0
_LARGEST_FRAME = 1 << 20
#: So much of what came lately is kept for those who are at the head.
_WINDOW = 1 << 20
_DECODER: msgspec.json.Decoder[AnyFrame] = msgspec.json.Decoder(AnyFrame)
#: websockets logs a connection that was cut as an error of its own.
_SILENT = logging.getLogger("yoi.observe")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class UpstreamFeed(Feed):
    """A worker of another runtime, as its frames tell."""

    def __init__(
        self, source: UpstreamSource, worker_id: str, standing: Standing, link: ClientConnection
    ) -> None:
        super().__init__(source.runtime_id, worker_id, standing)
        self._source = source
        self._link = link
        self._begun: list[LifecycleEventDocument] = []
        self._window: deque[Part] = deque()
        self._kept = 0
        self.pumping: asyncio.Future[None] = asyncio.ensure_future(self._pump())

    async def read(self, start: int, limit: int) -> Part:
        for part in self._window:
            if part.start <= start < part.start + len(part.data):
                at = start - part.start
                return Part(start, part.data[at : at + limit])
        upstream = self._source.upstream
        found = await self._source.run(lambda: upstream.stretch(self.worker_id, start, limit))
        return Part(found.start, found.data)

    async def events(self, after: int) -> Sequence[LifecycleEventDocument]:
        return [event for event in self._begun if event.number > after]

    async def refresh(self) -> None:
        """Wait until it has told here what it knows itself by now."""
        size = await self._source.run(lambda: self._source.upstream.size(self.worker_id))
        try:
            async with asyncio.timeout(_CATCH_UP_SECONDS):
                while self.standing.size < size and self.is_open and not self.standing.is_over:
                    await asyncio.sleep(0.01)
        except TimeoutError as error:
            raise ObservationClosed(closing.UPSTREAM_TIMEOUT) from error
        self.check()

    async def close(self) -> None:
        """Let the connection go."""
        self.pumping.cancel()
        await self._link.close()

    async def _pump(self) -> None:
        try:
            while True:
                async with asyncio.timeout(_SILENT_SECONDS):
                    text = await self._link.recv()
                self._take(_decoded(text))
        except ObservationClosed as closed:
            self.fail(closed.closing)
        except TimeoutError:
            self.fail(closing.UPSTREAM_TIMEOUT)
        except ConnectionClosed as closed:
            if not self.standing.is_over:
                self.fail(_closing_of(closed))
        except Exception:
            self.fail(closing.INTERNAL)  # who watches is to come again, and not to wait for ever
            raise

    def _take(self, frame: AnyFrame) -> None:
        """What a frame tells. Raises `ObservationClosed` for one that cannot be."""
        standing = self.standing
        if isinstance(frame, OutputFrame):
            data = _bytes_of(frame)
            if frame.start != standing.size:
                raise ObservationClosed(closing.UPSTREAM_MALFORMED)
            self._keep(Part(frame.start, data))
            size = frame.start + len(data)
            worker = replace(standing.worker, output_size=size)
            self.publish(standing._replace(size=size, worker=worker))
        elif isinstance(frame, EventFrame):
            self._begun.append(told_event_document(frame.event))
            self.publish(standing._replace(events=frame.event.number))
        elif isinstance(frame, StateFrame):
            self.publish(standing._replace(worker=self._own(frame.worker)))
        elif isinstance(frame, ResyncFrame):
            self._window.clear()
            self._kept = 0
            self.publish(standing._replace(oldest=frame.to, size=frame.to))
        elif isinstance(frame, EndFrame):
            self.publish(standing._replace(worker=self._own(frame.worker), is_over=True))
        elif isinstance(frame, SnapshotFrame):
            raise ObservationClosed(closing.UPSTREAM_MALFORMED)

    def _own(self, worker: WorkerDocument) -> WorkerDocument:
        return _told(worker, self.runtime_id, self.worker_id)

    def _keep(self, part: Part) -> None:
        self._window.append(part)
        self._kept += len(part.data)
        while self._kept > _WINDOW:
            self._kept -= len(self._window.popleft().data)


class UpstreamSource:
    """The workers of one other runtime. It belongs to one event loop.

    Frames call the runtime `runtime_id`; nothing in them says where it is.
    """

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self.runtime_id = upstream.runtime_id
        self._pool = ThreadPoolExecutor(4, "upstream")
        self._feeds: dict[str, UpstreamFeed] = {}
        self._opening: dict[str, asyncio.Future[UpstreamFeed]] = {}
        self._leaving: set[asyncio.Future[None]] = set()

    async def open(self, worker_id: str, viewer: Wakeable) -> UpstreamFeed:
        feed = self._feeds.get(worker_id)
        while feed is None or not feed.is_open or feed.pumping.cancelled():
            opening = self._opening.get(worker_id)
            if opening is None:
                opening = asyncio.ensure_future(self._open(worker_id))
                self._opening[worker_id] = opening
            feed = await asyncio.shield(opening)
            if not feed.is_open:
                break  # what ended it so soon is told
        feed.viewers.add(viewer)
        return feed

    def leave(self, feed: Feed, viewer: Wakeable) -> None:
        feed.viewers.discard(viewer)
        if isinstance(feed, UpstreamFeed):
            self._drop(feed)

    def _drop(self, feed: UpstreamFeed) -> None:
        """Let a connection go that nobody needs."""
        if feed.viewers:
            return
        if self._feeds.get(feed.worker_id) is feed:
            del self._feeds[feed.worker_id]
        leaving = asyncio.ensure_future(feed.close())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def run(self, work: Callable[[], Result]) -> Result:
        """What `work` gives, in a thread. Raises `ObservationClosed`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except YoiError as error:
            raise ObservationClosed(closing_of_error(error)) from error

    def close(self) -> None:
        """Give back the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _open(self, worker_id: str) -> UpstreamFeed:
        try:
            link = await self._connect(worker_id)
            try:
                async with asyncio.timeout(_HANDSHAKE_SECONDS):
                    said = _decoded(await link.recv())
                    standing = _standing(said, self.runtime_id, worker_id)
            except BaseException:
                await link.close()
                raise
            feed = UpstreamFeed(self, worker_id, standing, link)
            self._feeds[worker_id] = feed
            # Whoever asked for it may be gone by now.
            asyncio.get_running_loop().call_later(_HANDSHAKE_SECONDS, self._drop, feed)
            return feed
        except ConnectionClosed as closed:
            raise ObservationClosed(_closing_of(closed)) from closed
        except TimeoutError as error:
            raise ObservationClosed(closing.UPSTREAM_TIMEOUT) from error
        finally:
            del self._opening[worker_id]

    async def _connect(self, worker_id: str) -> ClientConnection:
        loop = asyncio.get_running_loop()
        try:
            opened = await loop.run_in_executor(self._pool, self.upstream.open_socket)
            return await connect(
                self.upstream.uri(worker_id, {"from": "now", "all_events": "1"}),
                # On a socket of ours, websockets follows no redirect and goes through no proxy.
                sock=opened,
                additional_headers=dict(self.upstream.headers()),
                compression=None,
                max_size=_LARGEST_FRAME,
                open_timeout=_HANDSHAKE_SECONDS,
                close_timeout=1.0,
                proxy=None,
                logger=_SILENT,
            )
        except TimeoutError:
            raise
        except InvalidStatus as error:
            raise ObservationClosed(_refusal(error.response.status_code)) from error
        except (InvalidHandshake, InvalidURI, ValueError) as error:
            raise ObservationClosed(closing.UPSTREAM_MALFORMED) from error
        except OSError as error:
            raise ObservationClosed(closing.RUNTIME_UNAVAILABLE) from error


def _decoded(text: str | bytes) -> AnyFrame:
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ObservationClosed(closing.UPSTREAM_MALFORMED) from error


def _bytes_of(frame: OutputFrame) -> bytes:
    try:
        return b64decode(frame.data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ObservationClosed(closing.UPSTREAM_MALFORMED) from error


def _told(worker: WorkerDocument, runtime_id: str, worker_id: str) -> WorkerDocument:
    if worker.worker_id != worker_id:
        raise ObservationClosed(closing.UPSTREAM_MALFORMED)
    return told_worker_document(worker, runtime_id)


def _standing(frame: AnyFrame, runtime_id: str, worker_id: str) -> Standing:
    """How a worker stands by its snapshot."""
    if not isinstance(frame, SnapshotFrame):
        known = getattr(frame, "code", "")
        raise ObservationClosed(_OF_WORDS.get(str(known), closing.UPSTREAM_MALFORMED))
    try:
        cursor = decode(frame.cursor)
    except MalformedCursorError as error:
        raise ObservationClosed(closing.UPSTREAM_MALFORMED) from error
    worker = _told(frame.worker, runtime_id, worker_id)
    return Standing(worker, frame.oldest, frame.size, 0, False, cursor.incarnation)


#: A diagnostic goes before the close frame that says the same.
_OF_WORDS = {one.word: one for one in closing.CLOSINGS if one.code != closing.UNAUTHORIZED.code}


def _closing_of(closed: ConnectionClosed) -> Closing:
    """The end of an upstream connection as the end of those here: its own, where it has one."""
    if closed.rcvd is None:
        return closing.RUNTIME_UNAVAILABLE
    code, word = closed.rcvd.code, closed.rcvd.reason
    if code in (closing.UNAUTHORIZED.code, closing.FORBIDDEN.code):
        return closing.RUNTIME_AUTH_FAILED  # of this backend, and not of who watches here
    found = closing_of(code, word)
    return found if found is not None and code != 1000 else closing.UPSTREAM_MALFORMED


def _refusal(status: int) -> Closing:
    if status in (401, 403):
        return closing.RUNTIME_AUTH_FAILED
    if status == 404:
        return closing.WORKER_NOT_FOUND
    return closing.RUNTIME_UNAVAILABLE if status in (429, 503) else closing.UPSTREAM_MALFORMED
