"""Many workers on one host over one connection of ssh, of which shims, stubs, connections and the
program there are killed: each runs once, its transcript is whole (docs/machines.md, "Over SSH")."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

from support.sshd import SSH, SSHD, Sshd, running_sshd
from support.templates import make_repository
from torture.outcome import ENOUGH, Outcome, Settings, skipped

from yoi_cli.errors import OperationError
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.model import WorkerView
from yoi_cli.workers.remote.ssh.channel import Channel
from yoi_cli.workers.remote.ssh.control import ControlConnection
from yoi_cli.workers.remote.ssh.workers import SshWorkers

_WORKERS, _SHORT = 200, 6
_AT_ONCE = 8
_CODE, _LINES = 7, 20
_PATIENCE = 300.0
#: Notes that it runs, says lines, waits until it may go on, and says more of them.
_WORKER = f"""
echo run >> "$0.runs"
i=0; while [ $i -lt {_LINES} ]; do echo $i; i=$((i+1)); done
while [ ! -e go ]; do sleep 0.5; done
while [ $i -lt {2 * _LINES} ]; do echo $i; i=$((i+1)); done
exit {_CODE}
"""
_WHOLE = "".join(f"{n}\n" for n in range(2 * _LINES)).encode()


def run(settings: Settings) -> Outcome:
    """200 workers in the full form, 6 in the short one."""
    if SSHD is None or SSH is None:
        return skipped("openssh-server and openssh-client are not installed")
    count = settings.size(settings.writers, full=_WORKERS, short=_SHORT)
    environment = dict(os.environ)
    repo = make_repository(settings.folder / "repo", environment)
    with running_sshd(environment) as host:
        control = ControlConnection("far", host.environment, "far")
        channel = Channel(control, "far", folder=str(repo), python="", timeout=_PATIENCE)
        with closing(SshWorkers(channel)) as workers:
            crowd = _Crowd(host, workers, repo, settings.seed)
            try:
                return crowd.run(count)
            finally:
                crowd.end_all()


class _Crowd:
    """Workers of one clone on the host, by their keys."""

    def __init__(self, host: Sshd, workers: SshWorkers, repo: Path, seed: int) -> None:
        self._host, self._workers, self._repo = host, workers, repo
        self._lot = random.Random(seed)
        self._most = 0

    def run(self, count: int) -> Outcome:
        keys = [f"k{n}" for n in range(count)]
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            begun = time.perf_counter()
            ids = list(threads.map(self._start, keys))
            started = time.perf_counter() - begun
            begun = time.perf_counter()
            listed = self._workers.all()
            took = time.perf_counter() - begun
            self._count_connections()
            killed = self._kill(ids)
            again = list(threads.map(self._start, keys))
            (self._repo / "go").touch()
            views = list(threads.map(lambda one: self._workers.wait(one, _PATIENCE), ids))
            written = list(threads.map(self._output, ids))
        self._count_connections()
        wrong = [] if len(listed) == count else [f"{len(listed)} of {count} were listed"]
        wrong += [] if again == ids else ["a key was started as another worker"]
        wrong += [] if self._most == 1 else [f"{self._most} connections at once"]
        for key, view, output in zip(keys, views, written, strict=True):
            wrong += self._judge(key, view, output)
        figures: dict[str, int | str] = {
            "workers": count,
            "connections": self._most,
            "started in s": round(started),
            "listed in ms": round(took * 1000),
            "shims killed": killed.count("shim"),
            "stubs killed": killed.count("stub"),
        }
        return Outcome(figures, tuple(wrong[:ENOUGH]), self._control())

    def _start(self, key: str) -> str:
        command = ("sh", "-c", _WORKER, key)
        spec = WorkerSpec(command=command, cwd=str(self._repo), key=key, confine="off")
        return self._workers.spawn(WorkerRequest(spec)).worker_id

    def _kill(self, ids: Sequence[str]) -> list[str]:
        """Kill the shim or the stub of half of them, and the connection and the program there now
        and then."""
        killed = []
        for number, worker_id in enumerate(self._lot.sample(ids, len(ids) // 2)):
            role = self._lot.choice(("shim", "stub"))
            path = self._repo / ".git/yoi/workers" / worker_id / "state.json"
            who = json.loads(path.read_bytes())[role]
            with suppress(ProcessLookupError):
                os.kill(who["pid"], signal.SIGKILL)
                killed.append(role)
            if number % 20 == 0:
                self._host.kill_masters()
            elif number % 20 == 10:
                for pid in self._host.programs():
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        return killed

    def _output(self, worker_id: str) -> bytes:
        return b"".join(part.data for part in self._workers.read(worker_id, 0))

    def _judge(self, key: str, view: WorkerView, output: bytes) -> list[str]:
        wrong = []
        if (view.state, view.exit_code) != ("exited", _CODE):
            wrong.append(f"{key} is {view.state} with {view.exit_code}: {view.evidence}")
        if output != _WHOLE:
            wrong.append(f"{key} said {output[-80:]!r}")
        if self._runs(key) != 1:
            wrong.append(f"{key} ran {self._runs(key)} times")
        return wrong

    def _runs(self, key: str) -> int:
        return len((self._repo / f"{key}.runs").read_text().split())

    def _count_connections(self) -> None:
        self._most = max(self._most, len(self._host.masters()))

    def _control(self) -> str | None:
        """The same command under another key is another run, which the count of runs shows."""
        spec = WorkerSpec(command=("sh", "-c", _WORKER, "k0"), cwd=str(self._repo), confine="off")
        again = self._workers.spawn(WorkerRequest(spec)).worker_id
        self._workers.wait(again, _PATIENCE)
        return "started under another key a worker ran twice" if self._runs("k0") == 2 else None

    def end_all(self) -> None:
        """End what a run that failed left."""
        (self._repo / "go").touch()
        with suppress(OperationError):
            for view in self._workers.all():
                if not view.has_ended:
                    self._workers.stop(view.worker_id, 0)
