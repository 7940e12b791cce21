"""A connection that never says what it wants is not kept."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket
from support.workers import PATIENCE, wait_until
from uvicorn.protocols.http.h11_impl import H11Protocol

from yoi_cli.server.http import handshake
from yoi_cli.server.http.serving import Binding, config_of, keep_log
from yoi_cli.server.observe.hub import Limits

_HERE = PlainTextResponse("here")
HALF = b"GET / HTTP/1.1\r\nHost: here\r\n"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server whose patience is short."""
    monkeypatch.setattr(handshake, "_SECONDS", 0.3)
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        PlainTextResponse("here"), http=handshake.PatientConnection, lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    wait_until(lambda: server.started)
    yield listening.getsockname()[1]
    server.should_exit = True
    thread.join(PATIENCE)


def answer(asking: socket.socket) -> bytes:
    """One whole answer."""
    data = b""
    while not data.endswith(b"here"):
        data += asking.recv(4096)
    return data


def test_a_handshake_that_is_never_ended_is_dropped_and_others_are_served(port: int) -> None:
    waiting = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(50)]
    for one in waiting:
        one.sendall(HALF)
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as asking:
        asking.sendall(HALF + b"\r\n")
        assert answer(asking).startswith(b"HTTP/1.1 200")
        for one in waiting:
            with suppress(ConnectionResetError):
                assert one.recv(1) == b""
            one.close()
        asking.sendall(HALF + b"\r\n")  # whoever said what they want is kept
        assert answer(asking).startswith(b"HTTP/1.1 200")


class Waiting:
    """Connections that were opened and say nothing more, to a server of `most` of them."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        http: type[H11Protocol],
        most: int,
        app: ASGIApp = _HERE,
    ) -> None:
        monkeypatch.setattr(handshake, "MOST_WAITING", most)
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        config = uvicorn.Config(app, http=http, lifespan="off", log_config=None)
        self.server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self._listening]}
        )
        self.open: list[socket.socket] = []

    def __enter__(self) -> Waiting:
        self._thread.start()
        wait_until(lambda: self.server.started)
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.open:
            one.close()
        self.server.should_exit = True
        self._thread.join(PATIENCE)

    @property
    def count(self) -> int:
        return len(self.server.server_state.connections)

    def connect(self, said: bytes) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self._listening.getsockname()[1]), PATIENCE)
        made.sendall(said)
        self.open.append(made)
        return made


@pytest.mark.parametrize("said", [b"", HALF], ids=["nothing", "half a request"])
def test_more_than_so_many_that_wait_are_not_kept_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    with Waiting(monkeypatch, handshake.PatientConnection, 20) as waiting:
        for _ in range(200):
            waiting.connect(said)
        asking = waiting.connect(HALF + b"\r\n")
        assert answer(asking).startswith(b"HTTP/1.1 200")
        wait_until(lambda: waiting.count <= 20)


def test_who_was_answered_and_asks_nothing_more_waits_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Waiting(monkeypatch, handshake.PatientConnection, 20) as waiting:
        for _ in range(60):
            answer(waiting.connect(HALF + b"\r\n"))
        wait_until(lambda: waiting.count <= 20)
        again = waiting.open[-1]
        again.sendall(HALF + b"\r\n")  # the newest are kept
        assert answer(again).startswith(b"HTTP/1.1 200")


def test_control_uvicorns_own_connections_are_kept_without_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Waiting(monkeypatch, H11Protocol, 20) as waiting:
        for _ in range(200):
            waiting.connect(HALF)
        wait_until(lambda: waiting.count == 200)


def test_a_websocket_on_a_connection_that_asked_before_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(await websocket.receive_text())

    monkeypatch.setattr(handshake, "_SECONDS", 0.2)
    app = Starlette(routes=[WebSocketRoute("/", talk), Route("/", PlainTextResponse("here"))])
    with Waiting(monkeypatch, handshake.PatientConnection, 2, app) as waiting:
        asking = waiting.connect(HALF + b"\r\n")
        answer(asking)
        asking.sendall(
            HALF + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        assert asking.recv(4096).startswith(b"HTTP/1.1 101")
        for _ in range(3):  # more than may wait, for longer than one may
            answer(waiting.connect(HALF + b"\r\n"))
        time.sleep(0.4)
        asking.sendall(b"\x81\x84\0\0\0\0told")
        assert asking.recv(4096).endswith(b"told")


def test_viewers_leave_room_for_requests() -> None:
    """Uvicorn counts a viewer's connection as any other's."""
    served = config_of(PlainTextResponse("here"), Binding("127.0.0.1", 0)).limit_concurrency
    assert served is not None
    assert served - Limits().viewers - handshake.MOST_WAITING >= 1000


def test_what_uvicorn_meets_with_is_a_line_of_the_log_without_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = logging.getLogger("uvicorn.error")
    try:
        keep_log()
        try:
            raise ValueError("/canary/path")
        except ValueError:
            logger.exception("in /canary")
        logger.warning("for everything that anybody sends")
    finally:
        logging.getLogger("uvicorn").handlers.clear()
        logging.getLogger("uvicorn").propagate = True
    (line,) = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["type"], "canary" in line) == ("ValueError", False)
