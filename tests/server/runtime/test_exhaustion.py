"""Nobody takes the server's memory or its connections from the others: each way to try it, on the
real process (docs/security.md)."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from support.observing import place_in, talker
from support.process import Program
from support.servers import RunningServer, error_of

from yoi_cli.server.http.handshake import MOST_WAITING

pytestmark = pytest.mark.process
_HANDSHAKES, _FRAMES = 10_000, 100_000
#: What a server has besides connections to clients: its loop, its files, its standard streams.
_OWN_FILES = 64
_MEGABYTE = 1024


def memory(server: RunningServer) -> int:
    """What it holds, in KiB."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def files(server: RunningServer) -> int:
    return len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))


def connect(server: RunningServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), 30)


def serves(server: RunningServer) -> None:
    """It answers somebody else, and soon."""
    began = time.monotonic()
    assert server.ask("GET", "/v1/workers").status_code == 200
    assert time.monotonic() - began < 10


@contextmanager
def many_files(count: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < count:
        pytest.skip(f"a process may have {hard} files here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_ten_thousand_handshakes_that_are_half_done_are_bounded_in_count(
    server: RunningServer,
) -> None:
    before = memory(server)
    with many_files(_HANDSHAKES + 1000), ExitStack() as half:
        for number in range(_HANDSHAKES):
            one = half.enter_context(connect(server))
            one.sendall(b"GET /v1/workers HTTP/1.1\r\nHost: x\r\n")
            if number == _HANDSHAKES // 2:
                serves(server)
        serves(server)
        assert files(server) <= MOST_WAITING + _OWN_FILES
    assert memory(server) - before < 64 * _MEGABYTE


def request(server: RunningServer, *headers: str) -> bytes:
    lines = (
        "POST /v1/prune HTTP/1.1",
        f"Host: {server.host}",
        f"Authorization: Bearer {server.token}",
        "Content-Type: application/json",
        *headers,
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_body_of_a_gigabyte_is_refused_before_it_has_come(server: RunningServer) -> None:
    before = memory(server)
    with connect(server) as asking:
        asking.sendall(request(server, f"Content-Length: {1 << 30}"))
        assert asking.recv(4096).startswith(b"HTTP/1.1 413")
    with connect(server) as asking, suppress(ConnectionError):
        asking.sendall(request(server, "Transfer-Encoding: chunked"))
        part = b"10000\r\n" + b" " * (1 << 16) + b"\r\n"
        for _ in range(1 << 14):  # a gigabyte; long before that it is told
            asking.sendall(part)
    serves(server)
    assert memory(server) - before < 32 * _MEGABYTE


def test_a_body_without_a_credential_is_not_read(server: RunningServer) -> None:
    with connect(server) as asking:
        said = request(server, f"Content-Length: {1 << 19}").replace(b"Bearer", b"Nobody")
        asking.sendall(said)
        answer = asking.recv(4096)
        assert answer.startswith(b"HTTP/1.1 401")
        assert b"connection: close" in answer.lower()


@pytest.mark.parametrize("deep", [b"[" * 500_000, b'{"a":' * 100_000], ids=["arrays", "objects"])
def test_json_without_a_bottom_is_no_json(server: RunningServer, deep: bytes) -> None:
    with server.client() as client:
        answer = client.post(
            "/v1/workers", content=deep, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 400
    assert error_of(answer)[1] in ("invalid_json", "invalid_request")
    serves(server)


def test_two_words_on_how_long_a_body_is_are_refused(server: RunningServer) -> None:
    with connect(server) as asking:
        said = request(server, "Content-Length: 4", "Transfer-Encoding: chunked")
        asking.sendall(said + b"0\r\n\r\nGET /v1/health HTTP/1.1\r\n\r\n")
        answer = b""
        with suppress(ConnectionError):
            while part := asking.recv(4096):
                answer += part
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


def test_a_hundred_thousand_small_frames_cost_nobody_else_anything(
    yoi: Program, server: RunningServer, workspace: Path
) -> None:
    ping = b'{"kind":"ping"}'
    frame = b"\x81" + bytes([0x80 | len(ping)]) + b"\0\0\0\0" + ping
    with place_in(workspace) as place, connect(server) as asking:
        worker = talker(place.workers)
        asking.sendall(
            f"GET /v1/workers/{worker}/observe HTTP/1.1\r\nHost: {server.host}\r\n"
            f"Authorization: Bearer {server.token}\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert asking.recv(4096).startswith(b"HTTP/1.1 101")
        before = memory(server)
        for _ in range(_FRAMES // 1000):
            asking.sendall(frame * 1000)  # none of what is answered is read
        serves(server)
        assert memory(server) - before < 32 * _MEGABYTE
