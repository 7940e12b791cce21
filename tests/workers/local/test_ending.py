"""Stopping, cancelling, bounds, and workers that wait for room."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from support.workers import PORTABLE_WAY, Workers, both_ways, changed, kill, python, wait_until

from yoi_cli.errors import OperationError
from yoi_cli.workers.local.shim.kernel import identity, is_alive

DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('on'); time.sleep(600)"
LEAVES_STRAY = (
    "trap '' TERM; setsid nohup sh -c 'trap \"\" TERM; echo $$; sleep 600' & sleep 0.3; exit 4"
)


@both_ways
def test_stop_asks_first(workers: Workers) -> None:
    code = (
        "import signal, sys, time\n"
        "signal.signal(15, lambda *_: (print('bye'), sys.exit(9)))\n"
        "print('on')\ntime.sleep(600)"
    )
    worker_id = workers.spawn_python(code)
    workers.wait_for_output(worker_id, b"on")
    view = workers.runtime.stop(worker_id)
    assert (view.state, view.exit_code, view.cause) == ("exited", 9, "stopped")
    assert workers.output(worker_id) == b"on\nbye\n"
    assert workers.runtime.stop(worker_id) == view


@both_ways
def test_stop_makes_it_end_after_its_grace(workers: Workers) -> None:
    worker_id = workers.spawn_python(DEAF)
    workers.wait_for_output(worker_id, b"on")
    begun = time.monotonic()
    view = workers.runtime.stop(worker_id, 0.3)
    assert (view.state, view.signal, view.cause) == ("killed", 9, "stopped")
    assert time.monotonic() - begun >= 0.3


def test_a_shorter_grace_shortens_a_longer_one(workers: Workers) -> None:
    worker_id = workers.spawn_python(DEAF)
    workers.wait_for_output(worker_id, b"on")
    with pytest.raises(OperationError):
        workers.runtime.wait(worker_id, 0.1)
    from yoi_cli.workers.local.commands import give_command, poke

    with workers.runtime._open(worker_id) as folder:
        give_command(folder, "stop", 60_000)
        poke(folder.state())
    wait_until(lambda: b'"ending"' in workers.files(worker_id)["events.jsonl"])
    assert workers.runtime.stop(worker_id, 0).signal == 9


@both_ways
def test_a_halted_worker_is_ended_too(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    os.kill(workers.standing(worker_id).worker.pid, 19)
    assert workers.runtime.stop(worker_id, 20).signal == 15


@both_ways
def test_what_a_worker_leaves_behind_ends_with_it(workers: Workers) -> None:
    worker_id = workers.runtime.spawn(
        changed(workers.request("sh", "-c", LEAVES_STRAY), grace_ms=200)
    ).worker_id
    wait_until(lambda: workers.output(worker_id).endswith(b"\n"))
    stray = identity(int(workers.output(worker_id)))
    view = workers.runtime.wait(worker_id, 20)
    assert (view.state, view.exit_code) == ("exited", 4)
    assert not is_alive(stray)
    assert b'"leftovers"' in workers.files(worker_id)["events.jsonl"]


@both_ways
def test_a_fork_storm_ends(workers: Workers) -> None:
    code = (
        "import os, signal, time\nsignal.signal(15, signal.SIG_IGN)\n"
        "for _ in range(5): os.fork()\nos.setsid() if os.getpid() != os.getsid(0) else 0\n"
        "print('on')\ntime.sleep(600)"
    )
    worker_id = workers.spawn_python(code)
    wait_until(lambda: workers.output(worker_id).count(b"on") == 32)
    assert workers.runtime.stop(worker_id, 0.1).signal == 9
    assert workers.left() == []


def test_time_is_bounded(workers: Workers) -> None:
    request = changed(workers.request("sleep", "600"), timeout_ms=300)
    view = workers.runtime.wait(workers.runtime.spawn(request).worker_id, 20)
    assert (view.state, view.cause) == ("killed", "timeout")
    assert (view.ended_at or 0) - (view.started_at or 0) >= 300


@both_ways
def test_time_is_bounded_by_whoever_took_over(workers: Workers) -> None:
    request = changed(workers.request("sleep", "600"), timeout_ms=2000)
    worker_id = workers.runtime.spawn(request).worker_id
    kill(workers.standing(worker_id).shim)
    workers.runtime.recover()
    view = workers.runtime.wait(worker_id, 20)
    assert view.cause == "timeout"
    assert (view.ended_at or 0) - (view.started_at or 0) >= 2000


@both_ways
@pytest.mark.parametrize("secrets", [{}, {"MY_TOKEN": "not to be seen"}])
def test_output_is_bounded_and_a_follower_is_told_what_it_missed(
    workers: Workers, secrets: dict[str, str], way: str
) -> None:
    code = "import os, signal\nsignal.signal(15, signal.SIG_IGN)\nn = 0\n" + (
        "while True:\n  os.write(1, b'%09d\\n' % n * 100); n += 1"
    )
    limit = 300_000
    request = workers.request(*python(code))
    request = changed(request, output_limit=limit, environment=secrets, grace_ms=200)
    worker_id = workers.runtime.spawn(request).worker_id
    cursor, seen, missed = 0, 0, 0
    while True:
        part = workers.runtime.output(worker_id, cursor, 100_000)
        if part.resync:
            missed += part.start - cursor
        else:
            assert part.start == cursor
        lines = part.data[-part.start % 10 :].split(b"\n")[:-1]
        assert all(len(line) == 9 and line.isdigit() for line in lines)
        seen += len(part.data)
        cursor = part.cursor
        if part.at_end:
            break
    view = workers.runtime.show(worker_id)
    assert (view.state, view.cause) == ("killed", "output_limit")
    assert seen + missed == view.output_size
    kept = sum(len(part.data) for part in workers.parts(worker_id, 0))
    assert kept == limit
    assert workers.runtime.output(worker_id, 0, 10).resync
    # What was given back is not on the disk either, but for the file system's blocks.
    blocks = os.stat(workers.path / worker_id / "output.raw").st_blocks * 512
    assert way == PORTABLE_WAY or blocks <= limit + 3 * 4096


@both_ways
def test_a_group_has_room_for_so_many_and_the_rest_come_in_turn(workers: Workers) -> None:
    request = changed(workers.request("sleep", "600"), group="coder", capacity=2)
    ids = [workers.runtime.spawn(request).worker_id for _ in range(4)]
    states = [workers.runtime.show(worker_id).state for worker_id in ids]
    assert states == ["running", "running", "queued", "queued"]
    assert workers.runtime.show(ids[2]).started_at is None
    workers.runtime.stop(ids[1], 0)
    wait_until(lambda: workers.runtime.show(ids[2]).state == "running")
    assert workers.runtime.show(ids[3]).state == "queued"
    other = workers.runtime.spawn(changed(request, group="reviewer", capacity=1))
    assert other.state == "running"


def test_a_queued_worker_can_be_dropped(workers: Workers) -> None:
    request = changed(workers.request("touch", "ran"), group="g", capacity=1)
    first = workers.runtime.spawn(changed(request, command=("sleep", "600"))).worker_id
    queued = workers.runtime.spawn(request).worker_id
    view = workers.runtime.cancel(queued)
    assert (view.state, view.cause, view.exit_code) == ("killed", "cancelled", None)
    assert view.evidence == "It was given up before it ran."
    workers.runtime.stop(first, 0)
    assert not (Path(workers.cwd) / "ran").exists()


def test_the_dead_do_not_keep_others_from_running(workers: Workers) -> None:
    request = changed(workers.request("sleep", "600"), group="g", capacity=1)
    ids = [workers.runtime.spawn(request).worker_id for _ in range(3)]
    kill(workers.standing(ids[1]).shim)
    view = workers.runtime.show(ids[1])
    assert (view.state, view.evidence) == ("lost", "Its shim died before it ran.")
    kill(*workers.standing(ids[0]))
    wait_until(lambda: workers.runtime.show(ids[2]).state == "running")


@both_ways
def test_a_worker_whose_shim_died_keeps_its_place(workers: Workers) -> None:
    request = changed(workers.request("sleep", "600"), group="g", capacity=1)
    first, second = (workers.runtime.spawn(request).worker_id for _ in range(2))
    kill(workers.standing(first).shim)
    time.sleep(0.5)
    assert workers.runtime.show(second).state == "queued"
    workers.runtime.stop(first, 0)
    wait_until(lambda: workers.runtime.show(second).state == "running")


@both_ways
def test_cancelling_what_runs_ends_it(workers: Workers) -> None:
    view = workers.runtime.cancel(workers.spawn("sleep", "600"))
    assert (view.state, view.cause) == ("killed", "cancelled")


def test_waiting_too_long_is_an_error_and_changes_nothing(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    with pytest.raises(OperationError) as error:
        workers.runtime.wait(worker_id, 0.05)
    assert error.value.code == "worker_timeout"
    assert workers.runtime.show(worker_id).state == "running"
