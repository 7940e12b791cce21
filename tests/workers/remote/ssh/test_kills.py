"""What survives what, of workers on a host over SSH (docs/machines.md): the transcript is whole,
the exit code kept, or the worker lost with its evidence; and nothing runs twice."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.sshd import PATIENCE, Sshd
from support.workers import kill, python, wait_until

from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.local.shim.kernel import Identity
from yoi_cli.workers.model import WorkerView
from yoi_cli.workers.remote.ssh.channel import Channel
from yoi_cli.workers.remote.ssh.control import ControlConnection
from yoi_cli.workers.remote.ssh.workers import SshWorkers

pytestmark = pytest.mark.process
#: Notes that it began, prints numbered lines until it is told to go on, and exits with 7.
PROGRAM = """
import os, time
open("began", "a").write("x")
n = 0
while not os.path.exists("go"):
    print(n, flush=True); n += 1
    time.sleep(0.01)
print("last", flush=True); raise SystemExit(7)
"""


class Far:
    """A worker in a clone on the host, and those who stand over it there."""

    def __init__(self, host: Sshd, workers: SshWorkers, folder: Path) -> None:
        self.host, self.workers, self._folder = host, workers, folder
        spec = WorkerSpec(command=python(PROGRAM), cwd=str(folder), key="one", confine="off")
        self._request = WorkerRequest(spec)
        self.id = workers.spawn(self._request).worker_id
        wait_until(lambda: b"\n9\n" in self.output())

    def kill(self, *roles: str) -> None:
        """SIGKILL to those very processes: of the worker's folder, or of the connection."""
        path = self._folder / ".git/yoi/workers" / self.id / "state.json"
        state = json.loads(path.read_bytes())
        for role in roles:
            if role == "program":
                for pid in self.host.programs():
                    os.kill(pid, signal.SIGKILL)
            elif role == "connection":
                self.host.kill_masters()
        there = [state[role] for role in roles if role in state]
        kill(*(Identity(who["pid"], who["started"]) for who in there))

    def end(self) -> WorkerView:
        """Let it go on to its end; asked for once more, it is not started again."""
        again = self.workers.spawn(self._request)
        assert again.worker_id == self.id
        (self._folder / "go").touch()
        return self.workers.wait(self.id, PATIENCE)

    def output(self) -> bytes:
        return b"".join(part.data for part in self.workers.read(self.id, 0))

    def is_whole(self) -> bool:
        """Whether every line is there, from the first to the last, once."""
        *lines, last = self.output().decode().split()
        return last == "last" and lines == [str(number) for number in range(len(lines))]

    def runs(self) -> int:
        return len((self._folder / "began").read_text())

    def events(self) -> list[str]:
        return [one.event for one in self.workers.lifecycle(self.id)]


@pytest.fixture
def far(far_host: Sshd, repo: Path) -> Iterator[Far]:
    control = ControlConnection("far", far_host.environment, "far")
    channel = Channel(control, "far", folder=str(repo), python="", timeout=PATIENCE)
    with closing(SshWorkers(channel)) as workers:
        yield Far(far_host, workers, repo)
        for view in workers.all():
            if not view.has_ended:
                workers.stop(view.worker_id, 0)


@pytest.mark.parametrize("killed", ["shim", "stub", "shim connection", "stub program"])
def test_what_stands_over_a_worker_there_may_die(far: Far, killed: str) -> None:
    far.kill(*killed.split())
    assert far.workers.show(far.id).state == "running"
    view = far.end()
    assert (view.state, view.exit_code) == ("exited", 7), view
    assert far.is_whole()
    assert far.runs() == 1
    assert far.events().count("started") == 1


def test_without_shim_and_stub_the_transcript_is_whole_and_the_exit_is_lost(far: Far) -> None:
    far.kill("shim", "stub", "connection")
    assert far.workers.show(far.id).state == "running"
    view = far.end()
    assert (view.state, view.exit_code) == ("lost", None)
    assert "nobody saw how it ended" in view.evidence
    assert far.is_whole()
    assert far.runs() == 1


def test_a_worker_there_that_is_killed_says_by_which_signal(far: Far) -> None:
    far.kill("worker", "program")
    view = far.workers.wait(far.id, PATIENCE)
    assert (view.state, view.signal, view.cause) == ("killed", signal.SIGKILL, "")
    assert far.output().decode().split() == [str(n) for n in range(far.output().count(b"\n"))]
    assert far.runs() == 1


def test_where_all_die_at_once_the_worker_is_lost_with_its_evidence(far: Far) -> None:
    far.kill("shim", "stub", "worker", "program", "connection")
    view = far.workers.wait(far.id, PATIENCE)
    assert (view.state, view.exit_code) == ("lost", None)
    assert view.evidence
    assert far.output().startswith(b"0\n1\n2\n")
    assert far.workers.show(far.id) == view
    assert far.runs() == 1
