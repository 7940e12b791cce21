"""A command from the warm server tells what a new program would; a test is kept to its mark."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import warm
from support.process import Program, script_program
from support.process_guard import processes_refused
from support.workers import wait_until

pytestmark = pytest.mark.process


def cold(
    program: Program, *words: str, stdin: bytes = b"", **env: str | None
) -> tuple[object, ...]:
    """Exit code, stdout and stderr of a new program."""
    done = subprocess.run(
        [*program.argv, *words],
        cwd=program.base,
        env=program.environment(env),
        input=stdin,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def state(env: dict[str, str], tmp_path: Path) -> Program:
    return script_program("state.py", env, tmp_path)


@pytest.mark.skipif(warm.IS_COLD, reason="every command is a new program")
def test_a_warm_program_finds_what_a_new_one_finds(state: Program) -> None:
    words = ("one", "zwei", "\udc80")
    variables = {"YOI_NEW": "a\nb", "HOME": None}
    found = state(*words, stdin="text\n", env=variables, check=False)
    code, out, err = cold(state, *words, stdin=b"text\n", **variables)
    assert isinstance(out, bytes)
    assert json.loads(found.out) == json.loads(out)
    assert (found.code, found.err_bytes) == (code, err) == (3, b"to stderr\n")


def test_what_one_command_did_is_unknown_to_the_next(state: Program) -> None:
    first = state("x", env={"YOI_NEW": "1"}, check=False)
    second = state("y", check=False)
    assert "YOI_NEW" in first.out
    assert "YOI_NEW" not in second.out


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("ticket", "list"),
        ("ticket", "list", "--json"),
        ("ticket", "show", "nothing"),
        ("ticket", "nothing"),
        ("ticket", "create", "-t", "x", "--priority", "odd"),
        (),
    ],
)
def test_a_warm_command_answers_as_a_new_one(
    yoi: Program, workspace: Path, words: tuple[str, ...]
) -> None:
    here = Program(yoi.argv, yoi.env, workspace)
    done = here(*words, check=False)
    assert (done.code, done.out_bytes, done.err_bytes) == cold(here, *words)


def test_a_program_that_was_killed_has_the_signal_as_its_code(
    env: dict[str, str], tmp_path: Path
) -> None:
    faulty = script_program("faulty.py", env, tmp_path)
    assert faulty("kill", "1", "init", check=False).code == -signal.SIGKILL


def test_variables_that_an_interpreter_reads_at_its_start_reach_it(state: Program) -> None:
    found = state(env={"PYTHONIOENCODING": "latin-1", "PYTHONPATH": "/nowhere"}, check=False)
    told = json.loads(found.out)
    assert told["streams"][1][0] == "iso8859-1"
    assert "/nowhere" in told["path"]


def test_a_program_that_does_not_end_is_killed(
    monkeypatch: pytest.MonkeyPatch, state: Program, tmp_path: Path
) -> None:
    monkeypatch.setattr("support.process.TIMEOUT_SECONDS", 2)
    sleeper = tmp_path / "sleeper.py"
    sleeper.write_text("import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)")
    program = Program((*state.argv[:2], str(sleeper)), state.env, tmp_path)
    with pytest.raises(subprocess.TimeoutExpired):
        program()
    pid = int((tmp_path / "pid").read_text())
    wait_until(lambda: not Path(f"/proc/{pid}").exists())


def test_where_processes_are_refused_none_is_started(tmp_path: Path) -> None:
    with processes_refused(), pytest.raises(AssertionError, match="not marked"):
        subprocess.run([sys.executable, "-c", "open('made', 'w')"], cwd=tmp_path, check=True)
    assert not (tmp_path / "made").exists()
