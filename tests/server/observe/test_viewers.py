"""Many who watch at once: nobody costs the others anything, and whoever stands over a worker may
die."""

from __future__ import annotations

import threading
import time

import pytest
from support.observing import (
    ObservingServer,
    Place,
    Watch,
    end,
    say,
    serving,
    talker,
)
from support.workers import PATIENCE, Workers, kill, wait_until

from yoi_cli.server.observe.hub import Limits

pytestmark = pytest.mark.process

#: More than the buffers of a connection hold, on both sides.
MUCH = 1_500_000
MEGABYTE = 1 << 20


def stalled(server: ObservingServer, worker: str) -> Watch:
    """A viewer that asks for everything and reads nothing."""
    return Watch(server.url(worker, from_="start"), queue=1)


def is_stuck(server: ObservingServer, count: int) -> bool:
    return sum(one.stuck_since is not None for one in tuple(server.hub._viewers)) == count


def test_a_viewer_that_reads_nothing_is_closed_and_can_go_on(
    place: Place, workers: Workers
) -> None:
    worker = talker(workers)
    say(workers, worker, MUCH)
    end(workers, worker)
    workers.runtime.wait(worker)
    with serving(place.session, Limits(slow_seconds=0.5)) as server:
        with stalled(server, worker) as slow:
            wait_until(lambda: is_stuck(server, 1))
            wait_until(lambda: server.hub.count == 0)
            assert slow.end == (1013, "slow_viewer")
        with server.watch(worker, cursor=slow.cursor()) as again:
            assert again.end == (1000, "worker_ended")
    assert 0 < len(slow.output()) < MUCH * 10
    whole = (workers.path / worker / "output.raw").read_bytes()
    assert slow.output() + again.output() == whole


def test_a_viewer_that_never_reads_again_is_dropped(
    place: Place, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.server.observe.connection._GRACE_SECONDS", 0.2)
    worker = talker(workers)
    say(workers, worker, MUCH)
    with (
        serving(place.session, Limits(slow_seconds=0.5)) as server,
        stalled(server, worker),
    ):
        wait_until(lambda: server.hub.count == 1)
        wait_until(lambda: not server.server.server_state.connections)


def test_slow_viewers_cost_the_others_nothing_and_the_server_a_bounded_amount(
    server: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    say(workers, worker, MUCH)
    wait_until(lambda: workers.runtime.observe(worker).size == MUCH * 10)
    slow = [stalled(server, worker) for _ in range(5)]
    try:
        wait_until(lambda: is_stuck(server, 5))
        for connection in tuple(server.server.server_state.connections):
            transport = connection.transport
            assert transport.get_write_buffer_size() < MEGABYTE
        with server.watch(worker) as quick:
            quick.until("snapshot")
            for _ in range(20):
                before = time.monotonic()
                say(workers, worker, 1)
                quick.until("output")
                assert time.monotonic() - before < 5.0
    finally:
        for one in slow:
            one.leave()


def test_all_viewers_see_the_same_bytes_at_the_same_offsets(
    server: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    viewers = [server.watch(worker, from_="start") for _ in range(8)]
    reading = [threading.Thread(target=one.rest) for one in viewers]
    for thread in reading:
        thread.start()
    for lines in (1, 3000, 9, 20_000, 7):
        say(workers, worker, lines)
    end(workers, worker)
    for thread in reading:
        thread.join(3 * PATIENCE)
    whole = (workers.path / worker / "output.raw").read_bytes()
    assert [one.output() == whole for one in viewers] == [True] * 8
    assert {one.frames[-1]["worker"]["exit_code"] for one in viewers} == {7}


def test_one_watcher_and_one_feed_serve_all_viewers_of_a_worker(
    server: ObservingServer, workers: Workers
) -> None:
    worker, other = talker(workers), talker(workers)
    viewers = [server.watch(one) for one in (worker, other) for _ in range(5)]
    for one in viewers:
        one.until("snapshot")
    assert set(server.source._feeds) == {worker, other}  # type: ignore[attr-defined]
    assert sum(t.name.startswith("watch") for t in threading.enumerate()) == 1
    for one in viewers:
        one.leave()
    wait_until(lambda: not server.source._feeds)  # type: ignore[attr-defined]
    wait_until(lambda: server.source._watching is None)  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", ["shim", "stub", "worker"])
def test_whoever_stands_over_a_worker_dies_and_viewers_see_all_of_it(
    server: ObservingServer, workers: Workers, role: str
) -> None:
    """Nobody calls `recover`: the server sees that nobody supervises a worker that is watched."""
    worker = talker(workers)
    viewers = [server.watch(worker, from_="start") for _ in range(3)]
    say(workers, worker, 100)
    for one in viewers:
        one.wait_for_bytes(1000)
    kill(getattr(workers.standing(worker), role))
    if role != "worker":
        say(workers, worker, 100)
        end(workers, worker)
    ends = [one.end for one in viewers]
    assert ends == [(1000, "worker_ended")] * 3
    whole = (workers.path / worker / "output.raw").read_bytes()
    assert [one.output() == whole for one in viewers] == [True] * 3
    last = {
        (one.frames[-1]["worker"]["exit_code"], one.frames[-1]["worker"]["signal"])
        for one in viewers
    }
    assert last == {(None, 9) if role == "worker" else (7, None)}


def test_a_worker_that_nobody_saw_end_is_told_as_lost(
    server: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    with server.watch(worker, from_="start") as seen:
        say(workers, worker, 5)
        seen.wait_for_bytes(50)
        kill(*workers.standing(worker))
        assert seen.end == (1000, "worker_ended")
    assert seen.frames[-1]["worker"]["state"] == "lost"


def test_reading_that_takes_long_keeps_no_output_from_a_viewer(
    place: Place, workers: Workers, server: ObservingServer
) -> None:
    """What blocks elsewhere, as a read of the store by a handler does, blocks no loop."""
    held = threading.Event()
    worker, busy = talker(workers), talker(workers)
    observer = server.source.observer  # type: ignore[attr-defined]
    stretch = observer.stretch

    def slow_stretch(worker_id: str, start: int, limit: int) -> object:
        if worker_id == busy:
            held.wait(10)
        return stretch(worker_id, start, limit)

    observer.stretch = slow_stretch
    with server.watch(busy, from_="start") as one, server.watch(worker) as other:
        one.until("snapshot")
        say(workers, busy, 1)
        other.until("snapshot")
        for _ in range(3):
            say(workers, worker, 1)
            other.until("output")
        held.set()
        one.until("output")
