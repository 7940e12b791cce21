"""The client that follows a worker of another runtime: every byte once, whatever ends it."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from support.observing import Place, end, place_in, say, talker
from support.process import Program
from support.servers import serving
from support.workers import PATIENCE, Workers

from yoi_cli.errors import YoiError
from yoi_cli.workers.remote import observe
from yoi_cli.workers.remote.backoff import FIRST_SECONDS, LONGEST_SECONDS, Backoff
from yoi_cli.workers.remote.http import HttpRuntime
from yoi_cli.workers.remote.observe import Observed, follow
from yoi_cli.workers.runtime import Output

pytestmark = pytest.mark.process

NOBODY = "w-01M7YTZDPGYQ4XT4TTYB8PZ7E8"


@pytest.fixture
def place(workspace: Path) -> Iterator[Place]:
    with place_in(workspace) as made:
        yield made


@pytest.fixture
def workers(place: Place) -> Workers:
    return place.workers


def test_pauses_double_to_half_a_minute_with_jitter_and_begin_anew_after_health() -> None:
    backoff = Backoff()
    pauses = [backoff.pause(0) for _ in range(12)]
    longest: list[float] = [min(LONGEST_SECONDS, FIRST_SECONDS * 2**n) for n in range(12)]
    for pause, most in zip(pauses, longest, strict=True):
        assert most / 2 <= pause <= most
    assert longest[-1] == 30
    assert len({round(pause / most, 6) for pause, most in zip(pauses, longest, strict=True)}) > 1
    assert backoff.pause(29) > FIRST_SECONDS
    assert backoff.pause(31) <= FIRST_SECONDS


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_is_followed_through_a_restart_of_its_server(
    yoi: Program, workspace: Path, workers: Workers, number: int, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("a-token-of-the-test")
    given = ("--token-file", str(tmp_path / "token"))
    worker = talker(workers)
    say(workers, worker, 1000)
    parts: list[Output] = []
    with serving(yoi, *given, cwd=workspace) as first:
        following = follow(Observed(first.address, first.token, worker), 0)
        while sum(len(part.data) for part in parts) < 10_000:
            parts.append(next(following))
        first.end(number)
    say(workers, worker, 1000)
    end(workers, worker)
    with serving(yoi, "--bind", first.host, *given, cwd=workspace):
        parts += following
    whole = b"".join(b"%09d\n" % n for n in range(2000))
    assert b"".join(part.data for part in parts) == whole
    assert [part.start for part in parts[1:]] == [part.cursor for part in parts[:-1]]


def test_a_runtime_over_http_is_followed_so(
    yoi: Program, workspace: Path, workers: Workers
) -> None:
    worker = talker(workers)
    with serving(yoi, cwd=workspace) as server:
        runtime = HttpRuntime(server.address, server.token)
        following = runtime.read(worker, 0, follow=True)
        say(workers, worker, 3)
        first = next(following)
        end(workers, worker)
        rest = b"".join(part.data for part in following)
        runtime.close()
    assert first.data + rest == b"000000000\n000000001\n000000002\n"


@pytest.mark.parametrize(("start", "length"), [(0, 100), (40, 60), (-30, 30), (100, 0)])
def test_it_begins_at_any_byte(
    yoi: Program, workspace: Path, workers: Workers, start: int, length: int
) -> None:
    worker = workers.spawn_python("print('x' * 99)")
    workers.runtime.wait(worker)
    with serving(yoi, cwd=workspace) as server:
        observed = Observed(server.address, server.token, worker)
        assert len(b"".join(part.data for part in follow(observed, start))) == length


def test_where_coming_again_is_of_no_use_it_says_so_at_once(yoi: Program, workspace: Path) -> None:
    with serving(yoi, cwd=workspace) as server:
        for observed, code in (
            (Observed(server.address, server.token, NOBODY), "worker_not_found"),
            (Observed(server.address, "another-token-by-far", NOBODY), "runtime_auth_failed"),
        ):
            before = time.monotonic()
            with pytest.raises(YoiError) as caught:
                list(follow(observed, 0))
            assert caught.value.code == code
            assert time.monotonic() - before < 5


def test_a_runtime_that_is_not_there_is_given_up_after_its_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(YoiError) as caught:
        list(follow(Observed(f"http://127.0.0.1:{port}", "x", NOBODY, patience=0.5), 0))
    assert caught.value.code == "runtime_unreachable"


@contextmanager
def answering(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives everybody the same answer, none where it is empty; what it was asked."""
    asked: list[bytes] = []
    held = []
    listening = socket.create_server(("127.0.0.1", 0))

    def answer_all() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                held.append(connection)
                asked.append(connection.recv(65536))
                if answer:
                    connection.sendall(answer)
                    connection.close()

    thread = threading.Thread(target=answer_all, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for one in held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # which, unlike a close, ends a recv under way
            one.close()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "it listens on"


@pytest.mark.parametrize("scheme", ["http", "ws"])
def test_no_redirect_is_followed_and_the_token_goes_nowhere_else(scheme: str) -> None:
    with answering(b"") as (elsewhere, asked_there):
        to = elsewhere.replace("http", scheme).encode()
        redirect = b"HTTP/1.1 307 There\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % to
        with answering(redirect) as (here, asked_here):
            with pytest.raises(YoiError) as caught:
                list(follow(Observed(here, "a-secret", NOBODY), 0))
            assert caught.value.code == "observation_refused"
        assert any(b"a-secret" in one for one in asked_here)
        assert not asked_there


def test_a_handshake_that_is_never_answered_has_a_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observe, "_HANDSHAKE_SECONDS", 0.2)
    with answering(b"") as (address, asked), pytest.raises(YoiError) as caught:
        list(follow(Observed(address, "x", NOBODY, patience=0.5), 0))
    assert caught.value.code == "runtime_unreachable"
    assert len(asked) > 1


def test_neither_token_nor_address_is_shown_of_a_client() -> None:
    shown = repr(Observed("http://127.0.0.1:1", "a-secret", NOBODY))
    assert "a-secret" not in shown
    assert "127.0.0.1" not in shown
