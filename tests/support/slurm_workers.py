"""Workers that a cluster of tests runs: their runtime, their processes over there, and programs of
Slurm's that fail."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from support.slurm import Cluster
from support.workers import PATIENCE, python, wait_until

from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.model import WorkerView
from yoi_cli.workers.remote.slurm.options import SlurmOptions
from yoi_cli.workers.remote.slurm.runtime import SlurmRuntime

#: Says that it began, waits until it is told to go on, says so, and exits with 7.
PROGRAM = """
import os, sys, time
print("began", flush=True)
open("began", "a").write("x")
while not os.path.exists("go"):
    time.sleep(0.02)
print("went on", flush=True)
sys.exit(7)
"""


class SlurmWorkers:
    """A runtime of `cluster` whose workers have their folders, and work, below `folder`."""

    def __init__(
        self, cluster: Cluster, folder: Path, *, timeout: float = PATIENCE, **options: object
    ) -> None:
        self.cluster = cluster
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir(exist_ok=True)
        self.environment: dict[str, str] = {
            **os.environ,
            **cluster.environment,
            "PATH": f"{self.bin}:{os.environ['PATH']}",
        }
        given = {"interval": 0.3, "start_wait": 5.0, **options}
        self._options = SlurmOptions(**given)  # type: ignore[arg-type]
        self._timeout = timeout
        self.runtime = self.new_runtime()

    def new_runtime(self) -> SlurmRuntime:
        """The same runtime, as another process would open it."""
        return SlurmRuntime(
            "cluster",
            str(self.folder / "workers"),
            self.environment,
            options=self._options,
            timeout=self._timeout,
        )

    def request(self, *command: str, **record: object) -> WorkerRequest:
        command = command or python(PROGRAM)
        spec = WorkerSpec(command=command, cwd=str(self.folder), **record)  # type: ignore[arg-type]
        return WorkerRequest(spec)

    def spawn(self, *command: str, **record: object) -> str:
        """Start a worker, by default one that waits for `go`; its id."""
        return self.runtime.spawn(self.request(*command, **record)).worker_id

    def began(self) -> str:
        """One that is known to run; its id."""
        worker_id = self.spawn()
        self.until(lambda: b"began" in self.output(worker_id))
        return worker_id

    def until(self, is_so: Callable[[], object]) -> None:
        """Wait for something to be so, while the node is kept ready for jobs."""
        looked = time.monotonic()

        def is_so_by_now() -> object:
            nonlocal looked
            if time.monotonic() > looked + 1:
                self.cluster.forgive()
                looked = time.monotonic()
            return is_so()

        wait_until(is_so_by_now, self.cluster.said)

    def go(self) -> None:
        """Let those that wait go on."""
        (self.folder / "go").touch()

    def wait(self, worker_id: str) -> WorkerView:
        return self.runtime.wait(worker_id, PATIENCE)

    def output(self, worker_id: str) -> bytes:
        return b"".join(part.data for part in self.runtime.read(worker_id, 0))

    def runs(self) -> int:
        """How many times a program began."""
        path = self.folder / "began"
        return len(path.read_text()) if path.exists() else 0

    def events(self, worker_id: str) -> list[str]:
        return [one.event for one in self.runtime.lifecycle(worker_id)]

    def job(self, worker_id: str) -> Mapping[str, object]:
        found: Mapping[str, object] = json.loads(self.file(worker_id, "job.json"))
        return found

    def file(self, worker_id: str, name: str) -> bytes:
        return (self.folder / "workers" / worker_id / name).read_bytes()

    def program(self, name: str, script: str) -> None:
        """Let `name` be a script of the shell, for which `real` is Slurm's own program."""
        real = next(
            f"{folder}/{name}"
            for folder in os.environ["PATH"].split(":")
            if os.access(f"{folder}/{name}", os.X_OK)
        )
        path = self.bin / name
        path.write_text(f'#!/bin/sh\nreal() {{ {real} "$@"; }}\n{script}\n')
        path.chmod(0o755)

    def processes(self, worker_id: str) -> dict[str, int]:
        """The processes of a worker by their roles, as this machine numbers them."""
        state = json.loads(self.file(worker_id, "state.json"))
        there = {state[role]["pid"]: role for role in ("shim", "stub", "worker") if state[role]}
        mark = worker_id.encode()
        found = {}
        for pid, command, inner in _processes():
            words = command.split(b"\0")
            if mark not in words and inner not in there:
                continue
            if any(word.endswith(b"guardian.py") for word in words):
                found["guardian"] = pid
            elif inner in there and _belongs(pid, worker_id):
                found[there[inner]] = pid
        return found

    def kill(self, worker_id: str, *roles: str) -> None:
        """Kill processes of a worker by SIGKILL, all at once."""
        there = self.processes(worker_id)
        for role in roles:
            os.kill(there[role], signal.SIGSTOP)
        for role in roles:
            os.kill(there[role], signal.SIGKILL)

    def signal(self, worker_id: str, name: str, role: str) -> None:
        """Send a process of a worker a signal."""
        os.kill(self.processes(worker_id)[role], signal.Signals[f"SIG{name}"])

    def end_all(self) -> None:
        self.go()
        for name in list(self.bin.iterdir()):
            name.unlink()
        for worker_id in self.runtime.ids():
            if not self.runtime.show(worker_id).has_ended:
                self.runtime.stop(worker_id, 0)


@contextmanager
def slurm_workers(cluster: Cluster, folder: Path, **options: object) -> Iterator[SlurmWorkers]:
    """Workers of which none runs any more afterwards."""
    made = SlurmWorkers(cluster, folder, **options)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.end_all()


def _processes() -> Iterator[tuple[int, bytes, int]]:
    """Every process with its command line, and its number where it lives."""
    for name in os.listdir("/proc"):
        if not name.isdecimal():
            continue
        try:
            command = Path(f"/proc/{name}/cmdline").read_bytes()
            status = Path(f"/proc/{name}/status").read_text()
        except OSError:
            continue
        numbers = next(line for line in status.splitlines() if line.startswith("NSpid:"))
        yield int(name), command, int(numbers.split()[-1])


def _belongs(pid: int, worker_id: str) -> bool:
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False
    return worker_id.encode() in variables
