"""A connection that never says what it wants is not kept."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from support.workers import PATIENCE, wait_until

from yoi_cli.server.http import handshake

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
