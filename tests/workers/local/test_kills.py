"""kill -9 of whoever stands over a worker: what stays true (docs/workers.md)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.workers import (
    PORTABLE_WAY,
    Standing,
    Workers,
    both_ways,
    changed,
    kill,
    python,
    wait_until,
)

from yoi_cli.workers.local.shim.kernel import identity, is_alive

#: Prints numbered lines while somebody might be killed, and ends with 7 when it is told to.
CHATTY = """
import os, time
n = 0
while not os.path.exists("enough"):
    print(n); n += 1
    if n > 50: time.sleep(0.01)
print("last"); raise SystemExit(7)
"""


def whole(output: bytes) -> bool:
    """Whether every line is there, from the first to the last."""
    *lines, last = output.decode().split()
    return last == "last" and lines == [str(number) for number in range(len(lines))]


def chatty(workers: Workers) -> tuple[str, Standing]:
    worker_id = workers.spawn(*python(CHATTY))
    workers.wait_for_output(worker_id, b"\n60\n")
    return worker_id, workers.standing(worker_id)


def let_it_end(workers: Workers, worker_id: str) -> None:
    (Path(workers.cwd) / "enough").touch()
    wait_until(lambda: b"last" in workers.output(worker_id))


@pytest.mark.parametrize("role", ["shim", "stub"])
def test_output_and_exit_survive_the_death_of_either_keeper(
    workers: Workers, role: str, way: str
) -> None:
    worker_id, standing = chatty(workers)
    kill(getattr(standing, role))
    view = workers.runtime.show(worker_id)
    assert view.state == "running"
    let_it_end(workers, worker_id)
    view = workers.runtime.wait(worker_id, 20)
    assert whole(workers.output(worker_id))
    if (way, role) == (PORTABLE_WAY, "stub"):  # orphans come to nobody who could keep it
        assert (view.state, view.exit_code) == ("lost", None)
        assert "nobody saw how it ended" in view.evidence
        return
    assert (view.state, view.exit_code) == ("exited", 7)
    assert ("shim" if role == "stub" else "stub") in view.evidence


def test_without_both_the_transcript_is_whole_and_the_exit_is_lost(workers: Workers) -> None:
    worker_id, standing = chatty(workers)
    kill(standing.shim, standing.stub)
    assert workers.runtime.show(worker_id).state == "running"
    let_it_end(workers, worker_id)
    view = workers.runtime.wait(worker_id, 20)
    assert (view.state, view.exit_code) == ("lost", None)
    assert "nobody saw how it ended" in view.evidence
    assert whole(workers.output(worker_id))


def test_a_killed_worker_is_killed_by_that_signal(workers: Workers) -> None:
    worker_id, standing = chatty(workers)
    kill(standing.worker)
    view = workers.runtime.wait(worker_id, 20)
    assert (view.state, view.signal, view.cause) == ("killed", signal.SIGKILL, "")


@pytest.mark.parametrize("roles", [("shim",), ("shim", "stub")])
def test_recover_adopts_what_lives(workers: Workers, roles: tuple[str, ...]) -> None:
    worker_id, standing = chatty(workers)
    kill(*(getattr(standing, role) for role in roles))
    (found,) = workers.runtime.recover()
    assert (found.action, found.worker.state) == ("adopted", "running")
    (found,) = workers.runtime.recover()
    assert found.action == "none"
    view = workers.runtime.stop(worker_id)
    assert (view.state, view.cause) == ("killed" if len(roles) == 1 else "lost", "stopped")


@pytest.mark.parametrize("roles", [("shim",), ("stub",), ("shim", "stub")])
def test_stop_ends_everything_whoever_is_dead(workers: Workers, roles: tuple[str, ...]) -> None:
    code = """
import os, signal, subprocess, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
command = "trap '' TERM; echo stray $$; while :; do sleep 1; done"
subprocess.Popen(["setsid", "nohup", "sh", "-c", command])
time.sleep(600)
"""
    worker_id = workers.spawn_python(code)
    workers.wait_for_output(worker_id, b"stray")
    stray = identity(int(workers.output(worker_id).split()[-1]))
    standing = workers.standing(worker_id)
    kill(*(getattr(standing, role) for role in roles))
    view = workers.runtime.stop(worker_id, 0.1)
    assert view.has_ended
    assert not is_alive(stray)
    assert not is_alive(standing.worker)
    wait_until(lambda: not workers.left(), lambda: str(workers.left()))


def test_a_launcher_that_is_killed_leaves_the_worker_running(
    workers: Workers, tmp_path: Path
) -> None:
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[3])!r})
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
runtime = FileRuntime({str(workers.path)!r}, os.environ)
request = WorkerRequest(WorkerSpec(command=("sleep", "600"), cwd="/"))
print(runtime.spawn(request).worker_id, flush=True)
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    worker_id = done.stdout.decode().strip()
    assert done.returncode == -signal.SIGKILL
    assert workers.runtime.show(worker_id).state == "running"


pytestmark = both_ways


def test_nothing_is_lost_where_the_machine_restarts(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    standing = workers.standing(worker_id)
    kill(*standing)
    state = workers.path / worker_id / "state.json"
    text = state.read_text()
    boot = text.split('"boot_id": "')[1].split('"')[0]
    state.write_text(text.replace(boot, "another-boot"))
    view = workers.runtime.show(worker_id)
    assert (view.state, view.evidence) == ("lost", "The machine was restarted while it ran.")
    (found,) = workers.runtime.recover()
    assert found.action == "lost"
    assert workers.runtime.show(worker_id).evidence == "The machine was restarted while it ran."
    assert workers.runtime.recover() == []


def test_numbers_that_came_again_are_nobody_of_ours(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    kill(*workers.standing(worker_id))
    mine = os.getpid()
    state = workers.path / worker_id / "state.json"
    old = workers.standing(worker_id).worker.pid
    state.write_text(state.read_text().replace(f'"pid": {old},', f'"pid": {mine},'))
    assert workers.runtime.stop(worker_id, 0).state == "lost"


def test_the_lock_is_free_at_once_when_the_shim_dies(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    kill(workers.standing(worker_id).shim)
    (found,) = workers.runtime.recover()
    assert found.action == "adopted"


def test_a_terminal_that_goes_away_takes_nothing_with_it(workers: Workers) -> None:
    worker_id = workers.spawn("sleep", "600")
    standing = workers.standing(worker_id)
    for who in standing[:2]:
        os.kill(who.pid, signal.SIGHUP)
        os.kill(who.pid, signal.SIGINT)
    assert all(os.getsid(who.pid) != os.getsid(0) for who in standing)
    (found,) = workers.runtime.recover()
    assert (found.action, found.worker.state) == ("none", "running")


def test_what_ended_long_ago_is_not_said_to_have_been_ended(workers: Workers) -> None:
    code = "import os, time\nwhile not os.path.exists('enough'): time.sleep(0.01)\nprint('x' * 99)"
    request = changed(workers.request(*python(code)), timeout_ms=500, output_limit=1000)
    worker_id = workers.runtime.spawn(request).worker_id
    kill(workers.standing(worker_id).shim)
    (Path(workers.cwd) / "enough").touch()
    wait_until(lambda: workers.runtime.show(worker_id).has_ended)
    time.sleep(0.6)
    view = workers.runtime.wait(worker_id, 20)
    assert (view.state, view.exit_code, view.cause) == ("exited", 0, "")


def test_one_keeper_after_the_other(workers: Workers, way: str) -> None:
    request = changed(workers.request(*python(CHATTY)), environment={"MY_TOKEN": "not to be seen"})
    worker_id = workers.runtime.spawn(request).worker_id
    workers.wait_for_output(worker_id, b"\n60\n")
    kill(workers.standing(worker_id).shim)
    (found,) = workers.runtime.recover()
    assert found.action == "adopted"
    kill(workers.standing(worker_id).stub)
    (Path(workers.cwd) / "enough").touch()
    assert workers.runtime.wait(worker_id, 20).state == "lost"
    lines = workers.output(worker_id)
    if way == PORTABLE_WAY:  # what was redacted lay in a file that nobody else can open
        assert whole(lines[: lines.rindex(b"\n") + 1] + b"last\n")
        assert b'"output_lost"' in workers.files(worker_id)["events.jsonl"]
    else:
        assert whole(lines)


def test_what_left_its_session_and_hides_whose_it_is_stays_where_orphans_come_to_nobody(
    workers: Workers, way: str
) -> None:
    code = "env -i setsid sh -c 'echo $$; exec sleep 600' & sleep 0.3; exit 4"
    request = changed(workers.request("sh", "-c", code), grace_ms=200)
    worker_id = workers.runtime.spawn(request).worker_id
    assert workers.runtime.wait(worker_id, 20).exit_code == 4
    stray = identity(int(workers.output(worker_id)))
    assert is_alive(stray) is (way == PORTABLE_WAY)
    kill(stray)
