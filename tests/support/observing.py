"""A server of observations for tests, with limits of its own, and who watches at it."""

from __future__ import annotations

import base64
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from support.workers import PATIENCE, Workers, changed, python, wait_until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from yoi_cli.api.observation import observer
from yoi_cli.api.runtimes import EmbeddedRuntime
from yoi_cli.api.session import Start, open_session
from yoi_cli.server.observe.connection import ViewerConnection
from yoi_cli.server.observe.endpoint import observe
from yoi_cli.server.observe.feed import Source
from yoi_cli.server.observe.hub import Hub, Limits, pass_through
from yoi_cli.server.observe.local import LocalSource
from yoi_cli.server.observe.upstream import UpstreamSource
from yoi_cli.server.observe.viewer import Policy
from yoi_cli.workers.remote.http import HttpRuntime
from yoi_cli.workers.remote.named import NamedRuntime
from yoi_cli.workers.remote.upstream import Upstream

OBSERVE = "/v1/workers/{worker_id}/observe"
Frame = dict[str, Any]


#: Writes numbered lines of 10 bytes, as many as it is told to; exits with 7 when told to end.
TALKER = """
import sys, os
at = 0
for line in sys.stdin:
    if line == "end\\n":
        break
    data = b"".join(b"%09d\\n" % n for n in range(at, at + int(line)))
    at += int(line)
    while data:
        data = data[os.write(1, data):]
sys.exit(7)
"""


def talker(workers: Workers) -> str:
    """A worker that writes what it is told to; its id."""
    request = changed(workers.request(*python(TALKER)), stdin=None)
    return workers.runtime.spawn(request).worker_id


def say(workers: Workers, worker: str, lines: int) -> None:
    """Have a talker write so many lines."""
    workers.runtime.input(worker, b"%d\n" % lines)


def end(workers: Workers, worker: str) -> None:
    """Have a talker end."""
    workers.runtime.input(worker, b"end\n")


class Place(NamedTuple):
    """A workspace, and the workers of its clone."""

    session: Any
    workers: Workers


@contextmanager
def place_in(workspace: Path) -> Iterator[Place]:
    """The workers of a workspace, of which nothing runs any more afterwards."""
    session = open_session(Start(str(workspace), False, "test", os.environ))
    workers = Workers(Path(session.own_folder(make=True)))
    try:
        yield Place(session, workers)
    finally:
        workers.end_all()


class ObservingServer:
    """A running server: `address` is its URL without a path, `errors` what it logged."""

    def __init__(self, source: Source, hub: Hub, path: str, port: int = 0) -> None:
        self.source, self.hub = source, hub
        self.errors: list[Exception] = []
        self._listening = socket.create_server(("127.0.0.1", port))
        self.port = self._listening.getsockname()[1]
        self.path = path
        app = Starlette(routes=[WebSocketRoute(path, self._observe)])
        self.server = uvicorn.Server(
            uvicorn.Config(
                app,
                ws=ViewerConnection,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
            )
        )
        self._thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self._listening]}, daemon=True
        )

    async def _observe(self, websocket: WebSocket) -> None:
        worker_id = websocket.path_params["worker_id"]
        await observe(websocket, self.hub, self.source, worker_id, log=self.errors.append)

    def url(self, worker_id: str, **query: object) -> str:
        words = {name.rstrip("_"): value for name, value in query.items()}
        path = self.path.replace("{worker_id}", worker_id)
        return f"ws://127.0.0.1:{self.port}{path}?{urlencode(words)}"

    def watch(self, worker_id: str, **query: object) -> Watch:
        return Watch(self.url(worker_id, **query))

    def server_runs(self) -> None:
        """Serve in this thread, until a signal."""
        self.server.run(sockets=[self._listening])

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self.server.started)

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server does not end"


@contextmanager
def serving(
    session: Any, limits: Limits | None = None, policy: Policy = pass_through
) -> Iterator[ObservingServer]:
    """A server of the session's workers."""
    source = LocalSource(observer(session), "here")
    with _running(source, Hub(limits, policy)) as made:
        yield made
    source.close()


@contextmanager
def proxying(
    upstream: Upstream, limits: Limits | None = None, policy: Policy = pass_through
) -> Iterator[ObservingServer]:
    """A server of another runtime's workers."""
    source = UpstreamSource(upstream)
    with _running(source, Hub(limits, policy)) as made:
        yield made
    source.close()


@contextmanager
def observing(runtime: EmbeddedRuntime | HttpRuntime | NamedRuntime) -> Iterator[ObservingServer]:
    """A server of a runtime's workers, wherever they work."""
    if isinstance(runtime, EmbeddedRuntime):
        with (
            closing(LocalSource(runtime.observer(), "there")) as source,
            _running(source, Hub(None, pass_through)) as made,
        ):
            yield made
    else:
        with proxying(runtime.upstream()) as made:
            yield made


@contextmanager
def _running(source: Source, hub: Hub) -> Iterator[ObservingServer]:
    made = ObservingServer(source, hub, OBSERVE)
    made.start()
    try:
        yield made
    finally:
        made.stop()


#: websockets logs a connection that was cut as an error of its own.
SILENT = logging.getLogger("yoi.test")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


class Watch:
    """A viewer: its frames, and how it was closed."""

    def __init__(
        self, url: str, headers: Mapping[str, str] | None = None, *, queue: int = 16
    ) -> None:
        self._left = ExitStack()
        self.connection: ClientConnection = self._left.enter_context(
            connect(
                url,
                compression=None,
                max_size=None,
                max_queue=queue,
                logger=SILENT,
                open_timeout=PATIENCE,
                additional_headers=headers,
                proxy=None,
            )
        )
        self.code, self.reason = 0, ""
        self.frames: list[Frame] = []

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Go away without a word, as a page does whose machine sleeps."""
        with suppress(OSError):
            self.connection.socket.shutdown(socket.SHUT_RDWR)
        with suppress(OSError, ConnectionClosed):
            self._left.close()

    def next(self) -> Frame | None:
        """The next frame, None where it was closed."""
        try:
            frame: Frame = json.loads(self.connection.recv(PATIENCE))
        except ConnectionClosed as closed:
            if closed.rcvd is not None:
                self.code, self.reason = closed.rcvd.code, closed.rcvd.reason
            return None
        self.frames.append(frame)
        return frame

    def until(self, kind: str, **values: object) -> Frame:
        """The next frame of that kind, with those values."""
        for frame in self._within(PATIENCE):
            if frame["kind"] == kind and values.items() <= frame.items():
                return frame
        raise AssertionError(f"closed with {self.code} {self.reason}: {self.kinds()}")

    def rest(self) -> list[Frame]:
        """Every frame up to the close."""
        for _ in self._within(2 * PATIENCE):
            pass
        return self.frames

    def _within(self, seconds: float) -> Iterator[Frame]:
        """The frames up to the close, which has to come: heartbeats go on for ever."""
        end = time.monotonic() + seconds
        while (frame := self.next()) is not None:
            yield frame
            assert time.monotonic() < end, f"it goes on: {self.kinds()[-20:]}"

    def kinds(self) -> list[str]:
        return [frame["kind"] for frame in self.frames]

    @property
    def end(self) -> tuple[int, str]:
        """How it was closed, once everything was read."""
        self.rest()
        return self.code, self.reason

    def output(self) -> bytes:
        """What the frames so far hold, which must follow on one another."""
        parts: list[bytes] = []
        at: int | None = None
        for frame in self.frames:
            if frame["kind"] == "output":
                assert at in (None, frame["start"]), f"{frame['start']} does not follow {at}"
                part = base64.b64decode(frame["data"])
                parts.append(part)
                at = int(frame["start"]) + len(part)
        return b"".join(parts)

    def cursor(self) -> str:
        """The newest cursor."""
        return str([frame["cursor"] for frame in self.frames if "cursor" in frame][-1])

    def wait_for_bytes(self, count: int) -> None:
        frames = self._within(PATIENCE)
        while len(self.output()) < count:
            assert next(frames, None) is not None, (self.code, self.reason, self.kinds())
