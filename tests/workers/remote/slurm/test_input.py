"""Input for a worker that Slurm runs on another machine, which no pipe from here reaches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from support.slurm_workers import SlurmWorkers
from support.workers import PATIENCE, wait_until

from yoi_cli.errors import ConflictError
from yoi_cli.workers.local.shim import files

#: Gives input as another process does; `rest` may come between what is written and what counts.
GIVER = """
import os, signal, sys
from yoi_cli.workers.remote.slurm import spooled_input
from yoi_cli.workers.remote.slurm.options import SlurmOptions
from yoi_cli.workers.remote.slurm.runtime import SlurmRuntime
path, worker_id, how, words = sys.argv[1:]
if how == "killed":
    spooled_input.write_spooled = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
runtime = SlurmRuntime("cluster", path, os.environ, options=SlurmOptions())
runtime.input(worker_id, words.encode(), close=how == "last")
"""


class Reader:
    """A worker that says what it reads, on a machine that has another boot id, by which the
    program knows that the worker's pipe is none of this machine."""

    def __init__(self, workers: SlurmWorkers, *command: str) -> None:
        self.workers = workers
        request = workers.request(*command)._replace(stdin=None)
        self.id = workers.runtime.spawn(request).worker_id
        workers.until(lambda: workers.runtime.show(self.id).accepts_input)

    def is_deaf(self) -> bool:
        return not self.workers.runtime.show(self.id).accepts_input

    def give(self, how: str, words: str) -> int:
        """Give `words` where another pipe is seen in place of the worker's, as it is on another
        machine; the exit code."""
        pipe, path = self.workers.folder / "another.fifo", self.workers.folder / "workers"
        if not pipe.exists():
            os.mkfifo(pipe)
        hidden = 'mount --bind "$1" "$2" && shift 2 && exec "$@"'
        its = path / self.id / files.STDIN
        spaces = ("unshare", "--mount", "sh", "-c", hidden, "sh", pipe, its)
        command = (*spaces, sys.executable, "-c", GIVER, path, self.id, how, words)
        return subprocess.run(command, check=False, timeout=PATIENCE).returncode


@pytest.fixture
def far(workers: SlurmWorkers) -> SlurmWorkers:
    if not workers.cluster.is_another_machine:
        pytest.skip("this machine cannot be another one to itself: it may not unshare")
    return workers


def test_input_comes_whole_and_once_across_a_shim_and_a_giver_that_are_killed(
    far: SlurmWorkers,
) -> None:
    reader = Reader(far, "cat")
    assert reader.give("one", "one\n") == 0
    wait_until(lambda: far.output(reader.id) == b"one\n")
    assert reader.give("killed", "torn\n") == -signal.SIGKILL
    assert far.file(reader.id, "input") == b"one\ntorn\n"
    far.kill(reader.id, "shim")
    assert reader.give("last", "two\n") == 0
    view = far.wait(reader.id)
    assert (view.state, view.exit_code) == ("exited", 0)
    assert far.output(reader.id) == b"one\ntwo\n"
    assert far.file(reader.id, "input") == b"one\ntwo\n"
    assert "adopted" in far.events(reader.id)


@pytest.mark.slow
def test_what_is_closed_or_read_no_more_takes_no_input_and_says_so(far: SlurmWorkers) -> None:
    waits = "until [ -e go ]; do sleep 0.05; done; exec <&-; exec sleep 300"
    deaf, closed = Reader(far, "sh", "-c", waits), Reader(far, "sleep", "300")
    far.go()
    far.runtime.input(closed.id, b"", close=True)
    for reader, said in ((closed, "worker_conflict"), (deaf, "worker_stopped")):
        far.until(reader.is_deaf)
        with pytest.raises(ConflictError) as refused:
            far.runtime.input(reader.id, b"more")
        assert refused.value.code == said
        assert b"more" not in far.file(reader.id, "input")
