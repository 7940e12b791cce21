"""Ctrl-C while an event is recorded: the exit code says whether it was (docs/format.md)."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.file_stores import make_ticket, open_store
from support.process import script_program

from yoi_cli.model.fold import fold
from yoi_cli.store.files.interrupts import held_back

Interrupted = Callable[..., tuple[int, str, str]]


@pytest.fixture
def heeding() -> Iterator[None]:
    """Ctrl-C as at a terminal, for this process and its children, however it was started."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def interrupted(heeding: None, env: dict[str, str], workspace: Path) -> Interrupted:
    """Run a command that gets a Ctrl-C at the first call whose log line begins with a word."""
    python = script_program("faulty.py", env, workspace)

    def run(at: str, *words: str) -> tuple[int, str, str]:
        """Its exit code, and what it said to stdout and stderr."""
        probe = workspace.with_name("probe")
        subprocess.run(["cp", "-r", workspace, probe], check=True)
        said = python("log", "0", *words, cwd=probe).err.splitlines()
        calls = [line for line in said if line.split(" ")[0] in CALLS]
        number = next(n for n, line in enumerate(calls, 1) if line.startswith(at))
        process = subprocess.Popen(
            [*python.argv, "stop", str(number), *words],
            cwd=workspace,
            env=python.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=30)
        return process.returncode, out, err

    return run


CALLS = ("write", "pwrite", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "mkdir", "utime")


@pytest.mark.parametrize("at", ["fdatasync", "utime", "rename .tmp-item.md"])
def test_ctrl_c_while_an_event_is_recorded_is_a_success_with_a_warning(
    interrupted: Interrupted, workspace: Path, at: str
) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    code, out, err = interrupted(at, "ticket", "state", ticket, "ready")
    assert (code, out) == (0, f"state\t{ticket}\tready\n")
    assert "came too late" in err
    assert fold(store.thread(ticket).events).state == "ready"
    assert store.item(ticket).state == "ready"
    assert Path(store.location.lock).read_text() == ""


def test_ctrl_c_while_a_ticket_is_made_is_a_success_that_names_it(
    interrupted: Interrupted, workspace: Path
) -> None:
    code, out, err = interrupted("rename .tmp-", "ticket", "create", "-t", "New", "-m", "x")
    (made,) = open_store(workspace).ids()
    assert (code, out) == (0, f"created\t{made}\n")
    assert "came too late" in err


def test_ctrl_c_before_anything_is_written_ends_the_command_and_writes_nothing(
    interrupted: Interrupted, workspace: Path
) -> None:
    store = open_store(workspace, in_git=True)
    ticket = make_ticket(store)
    code, out, _ = interrupted("pwrite", "ticket", "comment", ticket, "-m", "Never said.")
    assert (code, out) == (130, "")
    assert len(store.thread(ticket).events) == 1


def test_who_handles_ctrl_c_otherwise_is_left_alone() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    try:
        with held_back() as interrupts:
            os.kill(os.getpid(), signal.SIGINT)
        assert (heard, interrupts.warnings) == ([signal.SIGINT], ())
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_works_again_behind_a_write(heeding: None) -> None:
    with held_back() as interrupts:
        os.kill(os.getpid(), signal.SIGINT)
    assert interrupts.came
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), signal.SIGINT)
