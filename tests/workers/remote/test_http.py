"""The client of a runtime over HTTP: each way in which another machine fails has its own code,
within its deadline, and the token goes nowhere else."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from yoi_cli.errors import UsageError, YoiError
from yoi_cli.workers.remote.http import HttpRuntime
from yoi_cli.workers.remote.url import parse_runtime_url

WORKER = "w-01ARZ3NDEKTSV4RRFFQ69G5FAV"
CANARY = "upstream-canary"


class Upstream:
    """A server that says to every request what it was given, and remembers what it heard."""

    def __init__(self, say: Callable[[socket.socket], None]) -> None:
        self.heard: list[bytes] = []
        self._say = say
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self.heard.append(connection.recv(1 << 16))
                try:
                    self._say(connection)
                except OSError:
                    continue

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


def answer(status: str, body: str = "", *headers: str) -> Callable[[socket.socket], None]:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    text = "\r\n".join(lines) + "\r\n\r\n" + body
    return lambda connection: connection.sendall(text.encode())


@contextmanager
def upstream(
    say: Callable[[socket.socket], None], timeout: float = 5.0
) -> Iterator[tuple[Upstream, HttpRuntime]]:
    with closing(Upstream(say)) as server:
        runtime = HttpRuntime(server.address, "the-token", timeout=timeout, runtime_id="far")
        with closing(runtime):
            yield server, runtime


def error(code: str) -> str:
    return (
        f'{{"schema":"yoi/1","error":{{"code":"{code}","message":"{CANARY}","hint":"{CANARY}",'
        f'"details":{{"worker_id":"{WORKER}","path":"{CANARY}"}}}}}}'
    )


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        ("401 Unauthorized", error("unauthorized"), "runtime_auth_failed"),
        ("403 Forbidden", error("forbidden"), "runtime_auth_failed"),
        ("404 Not Found", error("worker_not_found"), "worker_not_found"),
        ("404 Not Found", error("route_not_found"), "runtime_failed"),
        ("404 Not Found", CANARY, "runtime_failed"),
        ("405 Method Not Allowed", error("method_not_allowed"), "runtime_unsupported"),
        ("501 Not Implemented", error("worker_unsupported"), "runtime_unsupported"),
        ("409 Conflict", error("key_conflict"), "key_conflict"),
        ("409 Conflict", error("made_up_by_them"), "runtime_failed"),
        ("500 Oops", error("worker_store_corrupt"), "worker_store_corrupt"),
        ("500 Oops", error("internal"), "runtime_failed"),
        ("502 Bad Gateway", CANARY, "runtime_failed"),
        ("503 Unavailable", error("draining"), "runtime_unavailable"),
        ("504 Timeout", CANARY, "runtime_timeout"),
        ("200 OK", CANARY, "runtime_malformed"),
        ("200 OK", '{"schema":"yoi/1","kind":"workers","data":{}}', "runtime_malformed"),
        ("200 OK", '{"schema":"yoi/1","kind":"worker","data":{}}', "runtime_malformed"),
        ("200 OK", "[" * 100_000, "runtime_malformed"),
        ("302 Found", "", "runtime_malformed"),
    ],
)
def test_each_failure_has_its_own_code_and_none_repeats_what_was_said(
    status: str, body: str, code: str
) -> None:
    with (
        upstream(answer(status, body, "Location: http://127.0.0.1:9/")) as (_, runtime),
        pytest.raises(YoiError) as told,
    ):
        runtime.show(WORKER)
    assert told.value.code == code
    said = f"{told.value.message} {told.value.hint} {dict(told.value.details)}"
    assert CANARY not in said
    assert "127.0.0.1" not in said


def test_a_runtime_that_hangs_costs_its_time_and_no_more() -> None:
    with upstream(lambda _: time.sleep(10), timeout=0.3) as (_, runtime):
        begun = time.monotonic()
        with pytest.raises(YoiError) as told:
            runtime.show(WORKER)
    assert told.value.code == "runtime_timeout"
    assert time.monotonic() - begun < 8


def test_a_runtime_that_drips_is_cut_off_at_its_time() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(40):
            connection.sendall(b" ")
            time.sleep(0.05)

    with upstream(drip, timeout=0.3) as (_, runtime), pytest.raises(YoiError) as told:
        runtime.show(WORKER)
    assert told.value.code == "runtime_timeout"


def test_nobody_there_and_whoever_hangs_up_are_told_apart() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as unused:
        port = unused.getsockname()[1]
    with (
        closing(HttpRuntime(f"http://127.0.0.1:{port}", "t", timeout=2)) as nobody,
        pytest.raises(YoiError) as refused,
    ):
        nobody.show(WORKER)
    with upstream(lambda connection: None) as (_, runtime), pytest.raises(YoiError) as hung_up:
        runtime.show(WORKER)
    assert refused.value.code == "runtime_unreachable"
    assert hung_up.value.code == "runtime_malformed"


def test_no_redirect_is_followed_and_the_token_stays_at_its_origin() -> None:
    with closing(Upstream(answer("200 OK", "{}"))) as elsewhere:
        there = f"Location: {elsewhere.address}/v1/runtime"
        with upstream(answer("307 Temporary Redirect", "", there)) as (first, runtime):
            with pytest.raises(YoiError) as told:
                runtime.facts()
            assert b"Bearer the-token" in first.heard[0]
    assert told.value.code == "runtime_malformed"
    assert elsewhere.heard == []


def test_another_runtime_at_the_same_address_is_not_believed() -> None:
    facts = (
        '{"schema":"yoi/1","kind":"runtime","data":{"runtime_id":"other","name":"","version":"",'
        '"api_versions":[],"state":"running","workers":{"queued":0,"running":0,"exited":0,'
        '"killed":0,"lost":0,"unreadable":0},"capabilities":[],"workspaces":[]}}'
    )
    with upstream(answer("200 OK", facts)) as (_, runtime), pytest.raises(YoiError) as told:
        runtime.facts()
    assert told.value.code == "runtime_malformed"


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://x", "file:///etc/passwd", "http://example.com", "http://10.0.0.1:80", "https://"),
        *("https://user:word@example.com", "https://example.com/path", "https://example.com?x"),
        *("https://169.254.169.254", "https://[fe80::1]", "https://[::ffff:169.254.169.254]"),
        *("https://0.0.0.0", "https://224.0.0.1", "nonsense", "unix:relative", "https://x:99999"),
        *("https://2852039166", "https://0xa9fea9fe", "https://169.254.43518", "http://127.1"),
        *("https://0251.0376.0251.0376", "https://2852039166."),
    ],
)
def test_an_address_that_is_none_of_a_runtime_is_refused(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_runtime_url(url)
    assert refused.value.code == "runtime_url_invalid"


@pytest.mark.parametrize(
    "url", ["https://example.com", "https://example.com:8443/", "http://127.0.0.1:1", "unix:/s"]
)
def test_an_address_of_a_runtime_is_taken(url: str) -> None:
    assert parse_runtime_url(url).origin.startswith("http")
