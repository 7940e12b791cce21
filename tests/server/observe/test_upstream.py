"""Workers of another runtime, shown by a backend: the same frames, one connection upstream, and
each end of it under its own code."""

from __future__ import annotations

import json
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from support.observing import (
    ObservingServer,
    Place,
    end,
    place_in,
    proxying,
    say,
    serving,
    talker,
)
from support.process import Program
from support.servers import serving as serving_runtime
from support.workers import PATIENCE, Workers, wait_until

from yoi_cli.api.documents.observation import AnyFrame, StateFrame
from yoi_cli.api.observation import upstream
from yoi_cli.api.runtimes import connect
from yoi_cli.server.observe import upstream as upstream_module
from yoi_cli.server.observe.hub import Limits
from yoi_cli.workers.remote.upstream import Upstream

pytestmark = pytest.mark.process

NOBODY = "w-01M7YTZDPGYQ4XT4TTYB8PZ7E8"
TOKEN = "a-token-nobody-sees"


def far(workers: Workers, address: str, token: str = TOKEN) -> Upstream:
    return upstream("far", address, token, workers.runtime.output)


def address_of(server: ObservingServer) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture
def proxy(server: ObservingServer, workers: Workers) -> Iterator[ObservingServer]:
    """A backend in front of `server`."""
    with proxying(far(workers, address_of(server))) as made:
        yield made


def test_many_viewers_of_a_worker_take_one_connection_upstream(
    server: ObservingServer, proxy: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    say(workers, worker, 30_000)
    viewers = [proxy.watch(worker, from_="start") for _ in range(6)]
    for one in viewers:
        one.wait_for_bytes(1)
    assert server.hub.count == 1
    say(workers, worker, 9)
    end(workers, worker)
    assert [one.end for one in viewers] == [(1000, "worker_ended")] * 6
    whole = (workers.path / worker / "output.raw").read_bytes()
    assert [one.output() == whole for one in viewers] == [True] * 6
    assert {one.frames[-1]["worker"]["exit_code"] for one in viewers} == {7}
    wait_until(lambda: server.hub.count == 0)


def test_frames_name_the_runtime_as_the_backend_does_and_nothing_of_where_it_is(
    server: ObservingServer, proxy: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    with proxy.watch(worker, from_="start") as seen:
        seen.until("event")
        end(workers, worker)
        text = json.dumps(seen.rest())
    assert {frame["runtime_id"] for frame in seen.frames} == {"far"}
    assert {frame["worker"]["runtime_id"] for frame in seen.frames if "worker" in frame} == {"far"}
    for secret in (TOKEN, str(server.port), "127.0.0.1", str(workers.path)):
        assert secret not in text


def test_a_cursor_is_worth_the_same_at_the_runtime_and_at_the_backend(
    server: ObservingServer, proxy: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    seen, query = b"", {"from_": "start"}
    events: list[int] = []
    for number in range(6):
        say(workers, worker, 100)
        if number == 5:
            end(workers, worker)
        with (server if number % 2 else proxy).watch(worker, **query) as one:
            if number == 5:
                one.rest()
            else:
                one.until("output")
        assert "resync" not in one.kinds()
        seen += one.output()
        events += [f["event"]["number"] for f in one.frames if f["kind"] == "event"]
        query = {"cursor": one.cursor()}
    assert seen == (workers.path / worker / "output.raw").read_bytes()
    assert events == [1, 2]


def test_what_was_cut_off_upstream_is_a_resync_here(
    proxy: ObservingServer, workers: Workers, server: ObservingServer
) -> None:
    from server.observe.test_observation import bounded, check_lines

    worker = bounded(workers)
    with proxy.watch(worker, from_="start") as seen:
        seen.until("snapshot")
        (workers.path.parent / "go").touch()
        workers.runtime.wait(worker)
        assert seen.end == (1000, "worker_ended")
    check_lines(seen, workers.runtime.observe(worker).size)


def test_a_worker_that_the_runtime_has_not_is_not_found(proxy: ObservingServer) -> None:
    with proxy.watch(NOBODY) as seen:
        assert seen.end == (4404, "worker_not_found")


def test_a_runtime_that_stops_says_so_through_the_backend(
    server: ObservingServer, proxy: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    with proxy.watch(worker) as seen:
        seen.until("snapshot")
        server.server.should_exit = True
        assert seen.end == (1001, "server_stopping")
    with proxy.watch(worker) as again:
        assert again.end == (4503, "runtime_unavailable")


def test_a_runtime_that_has_too_many_viewers_says_so_through_the_backend(
    place: Place, workers: Workers
) -> None:
    worker = talker(workers)
    with (
        serving(place.session, Limits(viewers=0)) as server,
        proxying(far(workers, address_of(server))) as proxy,
        proxy.watch(worker) as seen,
    ):
        assert seen.end == (1013, "too_many_viewers")


def test_a_runtime_that_is_killed_or_takes_no_credential_each_has_its_code(
    yoi: Program, workspace: Path, workers: Workers
) -> None:
    worker = talker(workers)
    with serving_runtime(yoi, cwd=workspace) as running:
        with (
            proxying(far(workers, running.address, "a-wrong-token-of-course")) as proxy,
            proxy.watch(worker) as seen,
        ):
            assert seen.end == (4502, "runtime_auth_failed")
        with (
            proxying(far(workers, running.address, running.token)) as proxy,
            proxy.watch(worker) as seen,
        ):
            seen.until("snapshot")
            running.end(signal.SIGKILL)
            assert seen.end == (4503, "runtime_unavailable")


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """Something that listens, and answers what is no observation, or nothing."""
    listening = socket.create_server(("127.0.0.1", 0))
    held = []

    def answer_all() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                held.append(connection)
                connection.recv(65536)
                if answer:
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)

    thread = threading.Thread(target=answer_all, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for one in held:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # which, unlike a close, ends a recv under way
            one.close()
        thread.join(PATIENCE)
        assert not thread.is_alive(), "it listens on"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", (4502, "upstream_malformed")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", (4502, "upstream_malformed")),
        (b"HTTP/1.1 302 F\r\nLocation: http://127.0.0.1/\r\n\r\n", (4502, "upstream_malformed")),
        (b"HTTP/1.1 403 F\r\nContent-Length: 0\r\n\r\n", (4502, "runtime_auth_failed")),
        (b"HTTP/1.1 503 S\r\nContent-Length: 0\r\n\r\n", (4503, "runtime_unavailable")),
        (b"", (4504, "upstream_timeout")),
    ],
)
def test_what_is_no_runtime_has_its_code(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, answer: bytes, expected: tuple[int, str]
) -> None:
    monkeypatch.setattr(upstream_module, "_HANDSHAKE_SECONDS", 0.5)
    with (
        answering(answer) as address,
        proxying(far(workers, address)) as proxy,
        proxy.watch(NOBODY) as seen,
    ):
        assert seen.end == expected


def test_a_policy_may_hold_back_or_change_what_is_told(
    server: ObservingServer, workers: Workers
) -> None:
    def without_states(frame: AnyFrame) -> AnyFrame | None:
        return None if isinstance(frame, StateFrame) else frame

    worker = talker(workers)
    with (
        proxying(far(workers, address_of(server)), policy=without_states) as proxy,
        proxy.watch(worker, from_="start") as seen,
    ):
        seen.until("snapshot")
        say(workers, worker, 1)
        end(workers, worker)
        assert seen.end == (1000, "worker_ended")
    assert "state" not in seen.kinds()
    assert seen.output() == b"000000000\n"


def test_two_runtimes_that_have_a_worker_of_the_same_id_are_two_workers(
    yoi: Program, workspace: Path, tmp_path: Path, place: Place, workers: Workers
) -> None:
    """A copy of a clone has the records of the first one's workers."""
    import shutil

    worker = workers.spawn_python("print('first')")
    workers.runtime.wait(worker)
    shutil.copytree(workspace, tmp_path / "copy", symlinks=True)
    with place_in(tmp_path / "copy") as other:
        shutil.copytree(workers.path / worker, other.workers.path / worker)
        (other.workers.path / worker / "output.raw").write_bytes(b"other!\n")
        with (
            serving_runtime(yoi, "--runtime-id", "a", cwd=workspace) as one,
            serving_runtime(yoi, "--runtime-id", "b", cwd=tmp_path / "copy") as two,
            closing(connect(one.address, one.token, environment={})) as near_first,
            closing(connect(two.address, two.token, environment={})) as near_second,
            proxying(near_first.upstream()) as first,
            proxying(near_second.upstream()) as second,
            first.watch(worker, from_="start") as seen_first,
            second.watch(worker, from_="start") as seen_second,
        ):
            seen_first.rest()
            seen_second.rest()
    assert (seen_first.output(), seen_second.output()) == (b"first\n", b"other!\n")
    assert (seen_first.frames[0]["runtime_id"], seen_second.frames[0]["runtime_id"]) == ("a", "b")
