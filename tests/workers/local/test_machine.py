"""Asking a program for its version, whatever the program does."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from support.workers import wait_until

from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.local.machine import LocalMachine, ask_version

pytestmark = pytest.mark.process


def script(folder: Path, text: str) -> str:
    path = folder / "agent"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_it_is_the_first_line_of_what_the_program_prints(tmp_path: Path) -> None:
    path = script(tmp_path, '[ "$1" = --version ] && printf "agent 1.2.3 \\nmore\\n"')
    assert ask_version(path, os.environ) == "agent 1.2.3"


@pytest.mark.parametrize("text", ["exit 0", "echo agent 1; exit 3", "echo agent 1 >&2"])
def test_a_program_that_does_not_tell_has_none(tmp_path: Path, text: str) -> None:
    assert ask_version(script(tmp_path, text), os.environ) is None


def test_a_program_that_cannot_be_started_has_none(tmp_path: Path) -> None:
    assert ask_version(str(tmp_path / "nothing"), os.environ) is None


def test_a_program_that_does_not_end_is_ended_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    path = script(tmp_path, f"sleep 600 & echo $! > {pid}; wait")
    begun = time.monotonic()
    assert ask_version(path, os.environ, seconds=1) is None
    assert time.monotonic() - begun < 60
    # Not ours to wait for: the kernel ends it a moment after the signal was sent.
    child = int(pid.read_text())
    wait_until(lambda: not _lives(child))


def test_a_program_is_asked_without_keys_and_with_nothing_to_read(tmp_path: Path) -> None:
    path = script(tmp_path, 'cat; echo "[$ANTHROPIC_API_KEY]"')
    assert ask_version(path, {**os.environ, "ANTHROPIC_API_KEY": "sk-1"}) == "[]"


def _lives(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def ask(folder: Path, answer: str, config: str = "") -> bool | None:
    """Whether a codex that answers so counts as logged in."""
    agent = folder / "codex"
    agent.write_text(f'#!/bin/sh\n[ "$*" = "login status" ] || exit 9\n{answer}\n')
    agent.chmod(0o755)
    (folder / ".codex").mkdir(exist_ok=True)
    (folder / ".codex/config.toml").write_text(config)
    machine = LocalMachine(str(folder), {"PATH": os.environ["PATH"], "HOME": str(folder)})
    spec = WorkerSpec(command=(str(agent), "exec"), cwd="/", profile="codex", agent="codex")
    login = machine.login(WorkerRequest(spec))
    return login.is_in if login is not None else None


def test_an_agent_is_asked_for_its_login_and_may_answer_on_either_output(tmp_path: Path) -> None:
    assert ask(tmp_path, "echo 'Not logged in' >&2; exit 1") is False
    assert ask(tmp_path, "echo 'Logged in using ChatGPT'") is True
    assert ask(tmp_path, "exit 1") is None


def test_an_agent_with_a_provider_of_its_own_needs_no_login(tmp_path: Path) -> None:
    said = "echo 'Not logged in' >&2; exit 1"
    assert ask(tmp_path, said, 'model_provider = "ours"\n') is None
    assert ask(tmp_path, said, 'model_provider = "openai"\n') is False
