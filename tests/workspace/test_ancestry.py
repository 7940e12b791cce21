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

ASK = """
from yoi_cli.workspace import ancestry
ancestry.PROCESSES = {1!r}
if {2}:
    import psutil
    psutil.Process.environ = lambda self: {{}}
print(ancestry.worker_above(['/nowhere', {0!r}]))
"""
#: Where processes are looked up: as Linux has it, and where there is nothing of the kind.
PROC, NO_PROC = "/proc", "/nowhere"


def above(
    workers: Path,
    env: dict[str, str],
    *wrapping: str,
    processes: str = PROC,
    is_hidden: bool = False,
) -> str:
    """What a process says that is started by `wrapping`, which runs in `env`. With `is_hidden` the
    system shows no process what others were started with."""
    code = ASK.format(str(workers), processes, is_hidden)
    command = [*wrapping, sys.executable, "-c", code]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.parametrize("processes", [PROC, NO_PROC])
@pytest.mark.parametrize("wrapping", [(), ("env", "-i"), ("setsid", "-w"), ("nohup",)])
@pytest.mark.parametrize("name", [launch.OF_SHIM, launch.OF_WORKER])
def test_a_process_below_a_worker_is_known_whatever_its_own_variables_say(
    tmp_path: Path, yoi: Program, name: str, wrapping: tuple[str, ...], processes: str
) -> None:
    (tmp_path / "w-1").mkdir()
    path = f"PYTHONPATH={Path(__file__).parents[2]}"
    env = {"PATH": yoi.env["PATH"], name: "w-1"}
    # The shell stays, and so does the worker above what it starts.
    shell = ("sh", "-c", '"$@"; exit', "sh")
    words = (*shell, *wrapping, "env", path)
    assert above(tmp_path, env, *words, processes=processes) == "w-1"
    assert above(tmp_path, {**env, name: "w-2"}, *words, processes=processes) == "None"


def test_a_worker_is_known_where_the_session_is_led_from_outside_the_container(
    tmp_path: Path, yoi: Program
) -> None:
    """As in a container that is entered without a session of its own."""
    outside = ("unshare", "--map-root-user", "--pid", "--fork", "--mount-proc")
    if subprocess.run([*outside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no namespaces of processes here")
    (tmp_path / "w-1").mkdir()
    path = f"PYTHONPATH={Path(__file__).parents[2]}"
    env = {"PATH": yoi.env["PATH"], launch.OF_WORKER: "w-1"}
    words = (*outside, "sh", "-c", '"$@"; exit', "sh", "env", "-i", path)
    for processes in (PROC, NO_PROC):
        assert above(tmp_path, env, *words, processes=processes) == "w-1"


def test_an_orphan_is_known_by_who_leads_its_session_where_the_kernel_tells_less(
    tmp_path: Path, yoi: Program
) -> None:
    (tmp_path / "w-1").mkdir()
    path = f"PYTHONPATH={Path(__file__).parents[2]}"
    env = {"PATH": yoi.env["PATH"], launch.OF_WORKER: "w-1"}
    # The shell in between ends at once; the one above leads the session, and waits for the answer.
    orphan = 'sh -c \'"$@" > answer &\' sh "$@"; while ! grep -q . answer; do sleep 0.01; done'
    words = ("setsid", "-w", "sh", "-c", f"cd {tmp_path}; {orphan}; cat answer", "sh")
    assert above(tmp_path, env, *words, "env", "-i", path, processes=NO_PROC) == "w-1"


def test_a_worker_is_known_by_its_record_where_the_system_hides_variables(
    tmp_path: Path, yoi: Program
) -> None:
    env = {"PATH": f"{Path(sys.executable).parent}:{yoi.env['PATH']}"}
    path = f"PYTHONPATH={Path(__file__).parents[2]}"
    (tmp_path / "w-1").mkdir()
    (tmp_path / "w-2").mkdir()
    (tmp_path / "w-2" / "state.json").write_text("no record")
    # The shell writes down of itself what a shim would, and asks from below.
    write = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from yoi_cli.workers.local.shim.kernel import identity
who = identity(os.getppid())
role = '{{"pid": %d, "started": %d}}' % (who.pid, who.started + int(sys.argv[1]))
state = '{{"phase": "%s", "shim": null, "stub": null, "worker": %s}}' % (sys.argv[2], role)
open({str(tmp_path / "w-1" / "state.json")!r}, "w").write(state)
"""
    script = 'python -c "$1" "$2" "$3"; shift 3; "$@"; exit'
    for later, phase, expected in (
        ("0", "running", "w-1"),
        ("0", "ended", "None"),
        ("100000", "running", "None"),
    ):
        shell = ("sh", "-c", script, "sh", write, later, phase, "env", "-i", path)
        found = above(tmp_path, env, *shell, processes=NO_PROC, is_hidden=True)
        assert found == expected, (later, phase)


def test_an_id_that_is_a_path_leads_nowhere(tmp_path: Path, yoi: Program) -> None:
    path = f"PYTHONPATH={Path(__file__).parents[2]}"
    for odd in ("", ".", "..", "../x", "/"):
        env = {"PATH": yoi.env["PATH"], launch.OF_WORKER: odd}
        assert above(tmp_path / "x", env, "env", path) == "None"


def test_both_name_the_same_variables() -> None:
    assert ancestry.OF_SHIM.decode() == launch.OF_SHIM
    assert ancestry.OF_WORKER.decode() == launch.OF_WORKER
