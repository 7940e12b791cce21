"""Workers for tests: a runtime of its own, who stands over a worker, and who is left."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from yoi_cli.errors import YoiError
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.local.shim.kernel import (
    Identity,
    environment_of,
    identity,
    is_alive,
    processes,
)
from yoi_cli.workers.local.shim.launch import OF_SHIM, OF_WORKER
from yoi_cli.workers.runtime import Output

#: Far beyond what anything here takes; a hang becomes a failure.
PATIENCE = 60.0
#: The way in which no part is made use of that Linux alone has.
PORTABLE_WAY = "portable"
#: For tests of what must be so in either way in which workers are supervised.
both_ways = pytest.mark.parametrize("way", ["own", PORTABLE_WAY], indirect=True)


class Standing(NamedTuple):
    """The processes of a worker by their roles."""

    shim: Identity
    stub: Identity
    worker: Identity


class Workers:
    """A runtime below `folder`, with what a test wants to know of it."""

    def __init__(self, folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self.path = folder / "workers"
        self.runtime = FileRuntime(str(self.path), environment)
        self.cwd = str(folder)

    def request(self, *command: str) -> WorkerRequest:
        return WorkerRequest(WorkerSpec(command=command, cwd=self.cwd))

    def spawn(self, *command: str) -> str:
        """Start a worker; its id."""
        return self.runtime.spawn(self.request(*command)).worker_id

    def spawn_python(self, code: str) -> str:
        return self.spawn(*python(code))

    def standing(self, worker_id: str) -> Standing:
        """Who its shim, its stub and its process are, by what the shim wrote down."""
        state = json.loads((self.path / worker_id / "state.json").read_bytes())
        found = [state[role] or {"pid": 0, "started": 0} for role in ("shim", "stub", "worker")]
        return Standing(*(Identity(who["pid"], who["started"]) for who in found))

    def output(self, worker_id: str) -> bytes:
        """All that it wrote and that is kept."""
        return b"".join(part.data for part in self.parts(worker_id, 0))

    def parts(self, worker_id: str, cursor: int, limit: int = 1 << 20) -> Iterator[Output]:
        """Its output from `cursor` to the end that there is now."""
        while (part := self.runtime.output(worker_id, cursor, limit)).data:
            yield part
            cursor = part.cursor

    def wait_for_output(self, worker_id: str, text: bytes) -> None:
        wait_until(lambda: text in self.output(worker_id))

    def files(self, worker_id: str) -> Mapping[str, bytes]:
        """Everything that was written down of the worker, by name."""
        folder = self.path / worker_id
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    def left(self) -> list[str]:
        """The processes of these workers that are there: their shims, and their own."""
        marks = {name.encode() for name in self.names()}
        found = []
        for pid in processes():
            variables = environment_of(pid)
            named = {variables.get(OF_SHIM.encode()), variables.get(OF_WORKER.encode())}
            if marks & named:
                found.append(f"{pid} {command_line(pid)}")
        return found

    def names(self) -> list[str]:
        """The ids of all workers that were ever here and are kept."""
        return self.runtime.ids()

    def end_all(self) -> None:
        """End every worker, and see to it that nothing of them is left."""
        for worker_id in self.names():
            try:
                self.runtime.stop(worker_id, 0)
            except YoiError:  # its files were broken on purpose
                self._end_by_mark(worker_id)
        wait_until(lambda: not self.left(), lambda: f"left behind: {self.left()}")

    def _end_by_mark(self, worker_id: str) -> None:
        for pid in processes():
            variables = environment_of(pid)
            if worker_id.encode() in (
                variables.get(OF_SHIM.encode()),
                variables.get(OF_WORKER.encode()),
            ):
                kill(identity(pid))


@contextmanager
def workers_in(folder: Path) -> Iterator[Workers]:
    """A runtime of which nothing runs any more afterwards."""
    made = Workers(folder)
    try:
        yield made
    finally:
        made.end_all()


def changed(request: WorkerRequest, **changes: Any) -> WorkerRequest:
    """`request` with other values: of its own fields, or of its record's."""
    own = {name: changes.pop(name) for name in request._fields if name in changes}
    return request._replace(spec=request.spec._replace(**changes), **own)


def python(code: str) -> tuple[str, ...]:
    """The command that runs `code`, unbuffered."""
    return (sys.executable, "-I", "-S", "-u", "-c", code)


def wait_until(
    is_so: Callable[[], object], say: Callable[[], str] = lambda: "it never came to be"
) -> None:
    """Wait for something to be so. Raises AssertionError where it never is."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, say()
        time.sleep(0.005)


def kill(*who: Identity) -> None:
    """SIGKILL to those very processes, all before the first is seen to be gone."""
    for one in who:
        if is_alive(one):
            os.kill(one.pid, signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, who)))


def command_line(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline")
            .read_bytes()
            .replace(b"\0", b" ")
            .decode("utf-8", "replace")
        )
    except OSError:
        return ""
