"""examples/runtime/follow.py: it follows a worker through a restart of the server."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.environment import ROOT
from support.observing import end, place_in, say, talker
from support.process import Program
from support.servers import serving

pytestmark = pytest.mark.process

EXAMPLE = ROOT / "examples" / "runtime" / "follow.py"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_example_follows_a_worker_through_a_restart_of_the_server(
    yoi: Program, workspace: Path, env: dict[str, str], number: int
) -> None:
    with place_in(workspace) as place:
        worker = talker(place.workers)
        say(place.workers, worker, 2)
        with serving(yoi, cwd=workspace) as first:
            following = subprocess.Popen(
                [sys.executable, EXAMPLE, first.file, worker], env=env, stdout=subprocess.PIPE
            )
            assert following.stdout is not None
            with following, following.stdout:
                seen = following.stdout.readline()
                first.end(number)
                say(place.workers, worker, 2)
                end(place.workers, worker)
                with serving(yoi, cwd=workspace) as second:
                    assert second.file == first.file
                    seen += following.stdout.read()
                    assert following.wait(30) == 7
    assert seen == b"".join(b"%09d\n" % n for n in range(4))
