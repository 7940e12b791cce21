"""Who has a ticket in hand: the kernel knows, and forgets with the process."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.environment import ROOT

from yoi_cli.orchestration.files.local_state import FileLocalState

TICKET = "00001M7YV0F5Q"
HOLDER = """
import sys, time
from yoi_cli.orchestration.files.local_state import FileLocalState
print(FileLocalState(sys.argv[1], "/", str).hold(sys.argv[2]), flush=True)
time.sleep(60)
"""


@pytest.fixture
def state(tmp_path: Path) -> FileLocalState:
    return FileLocalState(str(tmp_path / "state"), str(tmp_path), str)


def test_a_ticket_is_held_by_one_until_it_is_dropped(state: FileLocalState, tmp_path: Path) -> None:
    other = FileLocalState(str(tmp_path / "state"), str(tmp_path), str)
    assert state.hold(TICKET)
    assert state.hold(TICKET), "by the same one as often as it likes"
    assert not other.hold(TICKET)
    state.drop(TICKET)
    assert other.hold(TICKET)


@pytest.mark.process
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_holder_that_is_killed_holds_nothing(
    state: FileLocalState, tmp_path: Path, ending: signal.Signals
) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "state"), TICKET]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"True\n"
        assert not state.hold(TICKET)
        holder.send_signal(ending)
        holder.wait()
    assert state.hold(TICKET)


def test_a_prompt_is_kept_for_its_owner_outside_of_the_worktree(
    state: FileLocalState, tmp_path: Path
) -> None:
    path = Path(state.keep_prompt(TICKET, "coder-1.md", "Do it.\n"))
    assert path.read_text() == "Do it.\n"
    assert path.is_relative_to(tmp_path / "state")
    assert state.keep_prompt(TICKET, "coder-1.md", "Do it.\n") == str(path)
