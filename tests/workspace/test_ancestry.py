"""Which worker of a clone a process descends from, by what the kernel says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.workers.local.shim import launch
from yoi_cli.workspace import ancestry

pytestmark = pytest.mark.process

ASK = "from yoi_cli.workspace.ancestry import worker_above; print(worker_above(['/nowhere', '{}']))"


def above(workers: Path, env: dict[str, str], *wrapping: str) -> str:
    """What a process says that is started by `wrapping`, which runs in `env`."""
    command = [*wrapping, sys.executable, "-c", ASK.format(workers)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("wrapping", [(), ("env", "-i"), ("setsid", "-w"), ("nohup",)])
@pytest.mark.parametrize("name", [launch.OF_SHIM, launch.OF_WORKER])
def test_a_process_below_a_worker_is_known_whatever_its_own_variables_say(
    tmp_path: Path, yoi: Program, name: str, wrapping: tuple[str, ...]
) -> None:
    (tmp_path / "w-1").mkdir()
    path = f"PYTHONPATH={Path(__file__).parents[2]}"
    env = {"PATH": yoi.env["PATH"], name: "w-1"}
    # The shell stays, and so does the worker above what it starts.
    shell = ("sh", "-c", '"$@"; exit', "sh")
    assert above(tmp_path, env, *shell, *wrapping, "env", path) == "w-1"
    assert above(tmp_path, {**env, name: "w-2"}, *shell, *wrapping, "env", path) == "None"


def test_an_id_that_is_a_path_leads_nowhere(tmp_path: Path, yoi: Program) -> None:
    path = f"PYTHONPATH={Path(__file__).parents[2]}"
    for odd in ("", ".", "..", "../x", "/"):
        env = {"PATH": yoi.env["PATH"], launch.OF_WORKER: odd}
        assert above(tmp_path / "x", env, "env", path) == "None"


def test_both_name_the_same_variables() -> None:
    assert ancestry.OF_SHIM.decode() == launch.OF_SHIM
    assert ancestry.OF_WORKER.decode() == launch.OF_WORKER
