"""Watching a worker over a WebSocket: what is told, from where on, and how it ends."""

from __future__ import annotations

import base64
import json
import os

import pytest
from support.observing import Frame, ObservingServer, Place, Watch, end, say, serving, talker
from support.workers import Workers, changed, python, wait_until

from yoi_cli.server.observe.hub import Limits
from yoi_cli.server.observe.local import LocalSource
from yoi_cli.workers.observation import Marks

pytestmark = pytest.mark.process

NOBODY = "w-01M7YTZDPGYQ4XT4TTYB8PZ7E8"


def test_the_first_frame_is_a_snapshot_that_says_what_there_is(
    server: ObservingServer, workers: Workers
) -> None:
    worker = workers.spawn_python("print('x' * 99)")
    workers.runtime.wait(worker)
    with server.watch(worker) as seen:
        first = seen.until("snapshot")
        assert (first["v"], first["oldest"], first["size"]) == (1, 0, 100)
        assert first["worker"]["worker_id"] == worker
        assert first["worker"]["exit_code"] == 0
        assert first["runtime_id"] == first["worker"]["runtime_id"] == "here"
        seen.rest()
    assert seen.kinds() == ["snapshot", "end"]  # from now on, and there was nothing more


def test_what_is_written_while_somebody_watches_is_told_live(
    server: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    with server.watch(worker) as seen:
        seen.until("snapshot")
        for lines in (1, 2, 3):
            say(workers, worker, lines)
            seen.until("output")
        end(workers, worker)
        assert seen.end == (1000, "worker_ended")
    assert seen.output() == b"".join(b"%09d\n" % n for n in range(6))


def test_a_watcher_that_fails_keeps_nobody_waiting_and_whoever_comes_again_is_told_the_rest(
    server: ObservingServer, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(server.source, LocalSource)
    observer = server.source.observer
    worker = talker(workers)

    def fail(worker_id: str) -> Marks:
        raise RuntimeError(worker_id)

    with server.watch(worker, from_="start") as seen:
        seen.until("snapshot")
        with monkeypatch.context() as broken:
            broken.setattr(observer, "marks", fail)
            assert seen.end == (1011, "internal")
    say(workers, worker, 1)
    with server.watch(worker, cursor=seen.cursor()) as again:
        again.wait_for_bytes(10)
        end(workers, worker)
        assert again.end == (1000, "worker_ended")


def test_the_last_bytes_the_state_and_the_exit_code_come_before_the_close(
    server: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    with server.watch(worker, from_="start") as seen:
        seen.until("snapshot")
        say(workers, worker, 50_000)
        end(workers, worker)
        assert seen.end == (1000, "worker_ended")
    assert len(seen.output()) == 500_000
    last = seen.frames[-1]
    assert last["kind"] == "end"
    assert (last["worker"]["state"], last["worker"]["exit_code"]) == ("exited", 7)
    assert last["worker"]["output_size"] == 500_000
    assert "state" in seen.kinds()


@pytest.mark.parametrize("code", range(8))
def test_a_worker_that_ends_during_the_handshake_is_told_whole(
    server: ObservingServer, workers: Workers, code: int
) -> None:
    worker = workers.spawn_python(
        f"import os, time; time.sleep({code} * 0.01); os.write(1, b'x' * 70000); os._exit({code})"
    )
    with server.watch(worker, from_="start") as seen:
        assert seen.end == (1000, "worker_ended")
    assert seen.output() == b"x" * 70_000
    assert seen.frames[-1]["worker"]["exit_code"] == code


def test_a_cursor_goes_on_where_it_was_and_nothing_comes_twice(
    server: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    say(workers, worker, 20_000)
    with server.watch(worker, from_="start") as first:
        first.wait_for_bytes(1)
    say(workers, worker, 20_000)
    with server.watch(worker, cursor=first.cursor()) as second:
        second.wait_for_bytes(1)
    end(workers, worker)
    with server.watch(worker, cursor=second.cursor()) as third:
        third.rest()
    whole = b"".join(b"%09d\n" % n for n in range(40_000))
    assert first.output() + second.output() + third.output() == whole
    numbers = [
        frame["event"]["number"]
        for seen in (first, second, third)
        for frame in seen.frames
        if frame["kind"] == "event"
    ]
    assert numbers == [1, 2]


def test_a_cursor_is_valid_at_another_server_of_the_worker(place: Place, workers: Workers) -> None:
    worker = talker(workers)
    say(workers, worker, 7)
    with serving(place.session) as one, one.watch(worker, from_="start") as first:
        first.wait_for_bytes(70)
    say(workers, worker, 7)
    end(workers, worker)
    with serving(place.session) as other, other.watch(worker, cursor=first.cursor()) as second:
        assert second.until("output")["start"] == 70
        second.rest()
    assert len(first.output() + second.output()) == 140


def test_a_cursor_that_another_server_gave_is_not_taken_for_one_of_the_future(
    place: Place, workers: Workers
) -> None:
    """One server may see bytes before the other does; that one looks again, and tells nothing
    twice."""
    worker = talker(workers)
    with (
        serving(place.session) as one,
        serving(place.session) as other,
        one.watch(worker, from_="start") as first,
        other.watch(worker, from_="start") as always,  # so that the other has it in hand
    ):
        always.until("snapshot")
        for _ in range(20):
            say(workers, worker, 1)
            first.wait_for_bytes(len(first.output()) + 10)
            with other.watch(worker, cursor=first.cursor()) as second:
                second.until("snapshot")
                say(workers, worker, 1)
                second.until("output")
            assert "resync" not in second.kinds()
            first.wait_for_bytes(len(first.output()) + 10)


@pytest.mark.parametrize(
    ("start", "expected"),
    [("start", 0), ("now", 100), ("-10", 90), ("-1000", 0), ("40", 40), ("100", 100)],
)
def test_a_viewer_says_from_where_on(
    server: ObservingServer, workers: Workers, start: str, expected: int
) -> None:
    worker = workers.spawn_python("print('x' * 99)")
    workers.runtime.wait(worker)
    with server.watch(worker, from_=start) as seen:
        seen.rest()
    assert len(seen.output()) == 100 - expected
    assert "resync" not in seen.kinds()


def test_without_follow_it_ends_when_everything_was_told(
    server: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    say(workers, worker, 9000)
    workers.wait_for_output(worker, b"000008999\n")
    with server.watch(worker, from_="start", follow=0) as seen:
        assert seen.end == (1000, "caught_up")
    assert len(seen.output()) == 90_000


def test_events_alone_come_without_output(server: ObservingServer, workers: Workers) -> None:
    worker = talker(workers)
    say(workers, worker, 9)
    with server.watch(worker, from_="start", events_only=1) as seen:
        seen.until("event")
        end(workers, worker)
        assert seen.end == (1000, "worker_ended")
    assert set(seen.kinds()) == {"snapshot", "event", "state", "end"}
    assert [f["event"]["event"] for f in seen.frames if f["kind"] == "event"] == [
        "started",
        "ended",
    ]


def test_lifecycle_events_name_no_process_and_no_path(
    server: ObservingServer, workers: Workers
) -> None:
    worker = workers.spawn_python("pass")
    workers.runtime.wait(worker)
    assert b'"pid"' in (workers.path / worker / "events.jsonl").read_bytes()
    with server.watch(worker, from_="start") as seen:
        text = json.dumps(seen.rest())
    assert '"pid"' not in text
    assert str(workers.path) not in text


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"cursor": "wo_0000000000000001"}, "cursor_malformed"),
        ({"cursor": ""}, "cursor_malformed"),
        ({"cursor": "c1_" + "A" * 60}, "cursor_malformed"),
        ({"from_": "yesterday"}, "invalid_request"),
        ({"from_": "1.5"}, "invalid_request"),
        ({"follow": "maybe"}, "invalid_request"),
        ({"folow": "1"}, "invalid_request"),
    ],
)
def test_what_means_nothing_is_told_after_the_upgrade(
    server: ObservingServer, workers: Workers, query: dict[str, str], word: str
) -> None:
    worker = workers.spawn_python("pass")
    with server.watch(worker, **query) as seen:
        assert seen.end == (4400, word)
    (told,) = seen.frames
    assert (told["kind"], told["code"]) == ("diagnostic", word)


def test_a_cursor_of_another_worker_is_malformed_here(
    server: ObservingServer, workers: Workers
) -> None:
    one, other = workers.spawn_python("print(1)"), workers.spawn_python("print(2)")
    with server.watch(one, from_="start") as seen:
        seen.rest()
    with server.watch(other, cursor=seen.cursor()) as refused:
        assert refused.end == (4400, "cursor_malformed")
    assert refused.output() == b""


@pytest.mark.parametrize("worker", [NOBODY, "nobody", ".."])
def test_a_worker_that_is_none_is_told_after_the_upgrade(
    server: ObservingServer, worker: str
) -> None:
    with server.watch(worker) as seen:
        assert seen.end == (4404, "worker_not_found")
    assert [frame["code"] for frame in seen.frames] == ["worker_not_found"]


def test_a_viewer_gets_nothing_of_another_worker(server: ObservingServer, workers: Workers) -> None:
    one, other = talker(workers), talker(workers)
    with server.watch(one, from_="start") as first, server.watch(other, from_="start") as second:
        say(workers, other, 3)
        second.wait_for_bytes(30)
        end(workers, one)
        end(workers, other)
        first.rest()
        second.rest()
    assert {frame["worker_id"] for frame in first.frames} == {one}
    assert first.output() == b""
    assert len(second.output()) == 30


@pytest.mark.parametrize("said", ['{"kind": "input"}', "input", "[]", '{"kind": 1}'])
def test_a_viewer_only_observes(server: ObservingServer, workers: Workers, said: str) -> None:
    worker = talker(workers)
    with server.watch(worker) as seen:
        seen.until("snapshot")
        seen.connection.send(said)
        assert seen.end == (1008, "observation_only")
    assert seen.frames[-1]["code"] == "observation_only"


def test_bytes_of_a_viewer_are_refused_too(server: ObservingServer, workers: Workers) -> None:
    with server.watch(talker(workers)) as seen:
        seen.connection.send(b"\xff")
        assert seen.end == (1008, "observation_only")


def test_a_viewers_frame_has_a_bound(server: ObservingServer, workers: Workers) -> None:
    with server.watch(talker(workers)) as seen:
        seen.connection.send('{"kind": "ack", "cursor": "%s"}' % ("x" * 5000))
        assert seen.end == (1009, "frame_too_large")


def test_a_ping_is_answered_and_an_ack_is_taken(server: ObservingServer, workers: Workers) -> None:
    worker = talker(workers)
    with server.watch(worker) as seen:
        first = seen.until("snapshot")
        seen.connection.send(json.dumps({"kind": "ack", "cursor": first["cursor"]}))
        seen.connection.send('{"kind": "ping"}')
        assert seen.until("heartbeat")["cursor"] == seen.frames[-1]["cursor"]


def test_silence_is_broken_by_heartbeats(place: Place, workers: Workers) -> None:
    worker = talker(workers)
    with serving(place.session, Limits(heartbeat=0.2)) as server, server.watch(worker) as seen:
        seen.until("heartbeat")
        seen.until("heartbeat")
        say(workers, worker, 1)
        seen.until("output")


def test_one_viewer_too_many_is_told_so_and_to_come_later(place: Place, workers: Workers) -> None:
    worker = talker(workers)
    with serving(place.session, Limits(viewers=2)) as server:
        with server.watch(worker) as one, server.watch(worker) as two:
            one.until("snapshot")
            two.until("snapshot")
            with server.watch(worker) as three:
                assert three.end == (1013, "too_many_viewers")
        wait_until(lambda: server.hub.count == 0)
        with server.watch(worker) as four:
            four.until("snapshot")


def test_a_server_that_stops_says_so_and_the_cursor_holds(place: Place, workers: Workers) -> None:
    worker = talker(workers)
    say(workers, worker, 5)
    with serving(place.session) as server, server.watch(worker, from_="start") as first:
        first.wait_for_bytes(50)
        server.server.should_exit = True
        assert first.end == (1001, "server_stopping")
    say(workers, worker, 5)
    end(workers, worker)
    with serving(place.session) as server, server.watch(worker, cursor=first.cursor()) as second:
        assert second.end == (1000, "worker_ended")
    assert first.output() + second.output() == b"".join(b"%09d\n" % n for n in range(10))


def test_input_that_was_taken_appears_once(server: ObservingServer, workers: Workers) -> None:
    worker = workers.runtime.spawn(changed(workers.request("/bin/cat"), stdin=None)).worker_id
    with server.watch(worker, from_="start") as seen:
        seen.until("snapshot")
        workers.runtime.input(worker, b"said once\n", close=True)
        assert seen.end == (1000, "worker_ended")
    assert seen.output() == b"said once\n"


def test_what_is_cut_by_a_frame_is_whole_for_the_client(
    server: ObservingServer, workers: Workers
) -> None:
    """A character, an escape sequence and a redacted secret across the 64 KiB of a frame."""
    secret = "hunter2-hunter2"
    code = (
        "import os\n"
        "text = 'x' * 65534 + '漢\\x1b[31m' + 'y' * 65520 + os.environ['A_TOKEN'] + 'z'\n"
        "os.write(1, text.encode())"
    )
    request = workers.request(*python(code))
    worker = workers.runtime.spawn(
        changed(request, environment={"A_TOKEN": secret}, secrets=("A_TOKEN",))
    ).worker_id
    with server.watch(worker, from_="start") as seen:
        assert seen.end == (1000, "worker_ended")
    text = seen.output().decode()
    assert text == "x" * 65534 + "漢\x1b[31m" + "y" * 65520 + "[redacted]" + "z"
    assert len([kind for kind in seen.kinds() if kind == "output"]) >= 3


def test_what_is_cut_off_by_the_bound_is_a_resync_and_never_bytes_at_a_wrong_place(
    server: ObservingServer, workers: Workers
) -> None:
    worker = bounded(workers)
    with server.watch(worker, from_="start") as slow:
        slow.until("snapshot")
        (workers.path.parent / "go").touch()
        workers.runtime.wait(worker)
        slow.rest()
    kept = workers.runtime.observe(worker)
    assert kept.oldest > 0
    check_lines(slow, kept.size)
    with server.watch(worker, cursor=slow.frames[0]["cursor"]) as late:
        first = late.until("resync")
        assert (first["from"], first["to"], first["reason"]) == (0, kept.oldest, "expired")
        late.rest()
    assert late.output()[:10] == b"%09d\n" % (kept.oldest // 10) or kept.oldest % 10
    check_lines(late, kept.size)


def bounded(workers: Workers) -> str:
    """A worker that writes numbered lines of 10 bytes, more than are kept of it."""
    code = (
        "import os, time\n"
        f"while not os.path.exists({str(workers.path.parent / 'go')!r}): time.sleep(0.01)\n"
        "for n in range(0, 2_000_000, 1000):\n"
        "    os.write(1, b''.join(b'%09d\\n' % m for m in range(n, n + 1000)))\n"
    )
    request = changed(workers.request(*python(code)), output_limit=200_000, grace_ms=0)
    return workers.runtime.spawn(request).worker_id


def check_lines(seen: Watch, size: int) -> None:
    """Every byte that was told is the one that was written there, and the last one came."""
    at = 0
    for frame in seen.frames:
        if frame["kind"] == "resync":
            at = frame["to"]
        if frame["kind"] != "output":
            continue
        data = decoded(frame)
        assert frame["start"] == at, f"{frame['start']} follows {at}"
        lines = range(at // 10, (at + len(data)) // 10 + 1)
        written = b"".join(b"%09d\n" % n for n in lines)
        assert data == written[at % 10 :][: len(data)]
        at += len(data)
    assert at == size


def decoded(frame: Frame) -> bytes:
    return base64.b64decode(str(frame["data"]))


def test_whoever_is_strict_is_refused_a_cursor_whose_bytes_are_gone(
    server: ObservingServer, workers: Workers
) -> None:
    worker = bounded(workers)
    with server.watch(worker, from_="start") as first:
        cursor = first.until("snapshot")["cursor"]
    (workers.path.parent / "go").touch()
    workers.runtime.wait(worker)
    with server.watch(worker, cursor=cursor, strict=1) as seen:
        assert seen.end == (4410, "cursor_expired")


def test_a_cursor_beyond_what_there_is_goes_on_at_the_oldest_byte(
    server: ObservingServer, workers: Workers
) -> None:
    worker = workers.spawn_python("print('x' * 99)")
    workers.runtime.wait(worker)
    with server.watch(worker, from_="start") as seen:
        seen.rest()
    with (workers.path / worker / "output.raw").open("r+b") as file:
        file.truncate(60)  # as a power cut may
    with server.watch(worker, cursor=seen.cursor()) as again:
        assert again.until("resync")["from"] == 100
        again.rest()
    assert len(again.output()) == 60


def test_a_worker_that_is_forgotten_while_it_is_watched_is_not_found(
    server: ObservingServer, workers: Workers
) -> None:
    worker = talker(workers)
    with server.watch(worker) as seen:
        seen.until("snapshot")
        os.rename(workers.path / worker, workers.path / "elsewhere")
        try:
            assert seen.end == (4404, "worker_not_found")
        finally:
            os.rename(workers.path / "elsewhere", workers.path / worker)


def test_a_worker_whose_records_are_damaged_is_an_error_of_its_own(
    server: ObservingServer, workers: Workers
) -> None:
    worker = workers.spawn_python("pass")
    workers.runtime.wait(worker)
    (workers.path / worker / "spec.json").write_bytes(b"{")
    with server.watch(worker) as seen:
        assert seen.end == (1011, "internal")
    assert str(workers.path) not in json.dumps(seen.frames)
