"""Observation at the real `yoi runtime serve`: who is let in, and what outlives the server."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.observing import Place, Watch, end, place_in, say, talker
from support.process import Program
from support.servers import RunningServer, serving
from support.workers import PATIENCE, Workers, kill
from websockets.exceptions import InvalidStatus

from yoi_cli.server.http.permissions import VIEWER, WORKER, Principal
from yoi_cli.server.http.tokens import sign


@pytest.fixture
def place(workspace: Path) -> Iterator[Place]:
    with place_in(workspace) as made:
        yield made


@pytest.fixture
def workers(place: Place) -> Workers:
    return place.workers


class Raw:
    """A handshake by hand, with any Host."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), 30)

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def ask(self, path: str, host: str, token: str) -> None:
        lines = (
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            f"Authorization: Bearer {token}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def status(self) -> int:
        return int(self.socket.recv(4096).split()[1])


def watch(
    server: RunningServer,
    worker: str,
    query: str = "from=start",
    token: str | None = None,
    **more: str,
) -> Watch:
    bearer = server.token if token is None else token
    headers = {**({"Authorization": f"Bearer {bearer}"} if bearer else {}), **more}
    return Watch(f"ws://{server.host}/v1/workers/{worker}/observe?{query}", headers)


def refused(server: RunningServer, worker: str, token: str | None = None, **more: str) -> int:
    with pytest.raises(InvalidStatus) as caught:
        watch(server, worker, token=token, **more)
    return caught.value.response.status_code


def test_both_names_of_the_route_show_the_worker(server: RunningServer, workers: Workers) -> None:
    worker = talker(workers)
    say(workers, worker, 3)
    end(workers, worker)
    headers = {"Authorization": f"Bearer {server.token}"}
    for name in ("observe", "events/ws"):
        url = f"ws://{server.host}/v1/workers/{worker}/{name}?from=start"
        with Watch(url, headers) as seen:
            assert seen.end == (1000, "worker_ended")
        assert seen.output() == b"000000000\n000000001\n000000002\n"
        assert seen.frames[0]["runtime_id"] == server.runtime_id


def test_whoever_is_not_let_in_is_told_before_the_upgrade(
    server: RunningServer, workers: Workers
) -> None:
    worker = talker(workers)
    assert refused(server, worker, token="") == 401
    assert refused(server, worker, token="wrong" * 9) == 401
    assert refused(server, worker, Origin="http://evil.example") == 403
    assert refused(server, worker, Origin=server.address) == 403
    with Raw(server.port) as asking:
        asking.ask(f"/v1/workers/{worker}/observe", f"evil.example:{server.port}", server.token)
        assert asking.status() == 421
    assert b"".join(server.errors) == b""  # a refusal is nothing to log


def test_a_workers_token_shows_that_worker_and_no_other(
    server: RunningServer, workers: Workers
) -> None:
    own, other = talker(workers), talker(workers)
    said = Principal(WORKER, own, None)
    token = sign(server.token, said, runtime_id=server.runtime_id, seconds=60)
    with watch(server, own, token=token) as seen:
        seen.until("snapshot")
    assert refused(server, other, token=token) == 404


def test_a_viewers_token_shows_any_worker(server: RunningServer, workers: Workers) -> None:
    token = sign(server.token, Principal(VIEWER), runtime_id=server.runtime_id, seconds=60)
    with watch(server, talker(workers), token=token) as seen:
        seen.until("snapshot")


def test_a_server_that_is_told_to_end_sends_its_viewers_away_with_a_cursor(
    yoi: Program, workspace: Path, workers: Workers
) -> None:
    worker = talker(workers)
    say(workers, worker, 3)
    with serving(yoi, cwd=workspace) as first:
        with watch(first, worker) as seen:
            seen.wait_for_bytes(30)
            first.process.send_signal(signal.SIGTERM)
            assert seen.end == (1001, "server_stopping")
        assert first.process.wait(30) == 0
    end(workers, worker)
    with (
        serving(yoi, cwd=workspace) as second,
        watch(second, worker, f"cursor={seen.cursor()}") as again,
    ):
        assert again.end == (1000, "worker_ended")
    assert again.output() == b""


@pytest.mark.parametrize("victim", ["server", "shim", "stub", "worker"])
def test_kill_9_of_any_of_them_while_20_viewers_follow_costs_no_byte_and_no_exit_code(
    yoi: Program, workspace: Path, workers: Workers, victim: str
) -> None:
    worker = talker(workers)
    with serving(yoi, cwd=workspace) as first:
        viewers = [watch(first, worker) for _ in range(20)]
        say(workers, worker, 500)
        for one in viewers:
            one.wait_for_bytes(5000)
        if victim == "server":
            first.end(signal.SIGKILL)
        else:
            kill(getattr(workers.standing(worker), victim))
        if victim != "worker":
            say(workers, worker, 500)
            end(workers, worker)
        reading = [threading.Thread(target=one.rest) for one in viewers]
        for thread in reading:
            thread.start()
        for thread in reading:
            thread.join(3 * PATIENCE)
    seen = [one.output() for one in viewers]
    last = [one.frames[-1] for one in viewers]
    if victim == "server":
        with serving(yoi, cwd=workspace) as second:
            for at, one in enumerate(viewers):
                with watch(second, worker, f"cursor={one.cursor()}") as again:
                    assert again.end == (1000, "worker_ended")
                seen[at] += again.output()
                last[at] = again.frames[-1]
    whole = (workers.path / worker / "output.raw").read_bytes()
    assert len(whole) == (5000 if victim == "worker" else 10_000)
    assert [one == whole for one in seen] == [True] * 20
    expected = (None, 9) if victim == "worker" else (7, None)
    assert {(one["worker"]["exit_code"], one["worker"]["signal"]) for one in last} == {expected}
