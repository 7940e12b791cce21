"""The panel on a real terminal: its keys, its end, and a whole job by keyboard."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from make_store import Options, make_store
from support.orchestration import GOOD, Shop, shop_in
from support.process import Program
from support.tickets import ticket
from support.tmux import Terminal, terminal
from support.waiting import wait_until
from support.workspaces import put

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

Opens = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture
def panel(yoi: Program, workspace: Path, tmp_path: Path) -> Opens:
    """Opens a panel on the workspace, in a terminal of a size."""

    @contextmanager
    def opened(*options: str, size: tuple[int, int] = (80, 24), **more: str) -> Iterator[Terminal]:
        environment = {**yoi.env, "YOI_AUTHOR": "ada", "LANG": "C.UTF-8", **more}
        command = [*yoi.argv, "panel", *options]
        with terminal(command, workspace, environment, tmp_path / "t", size) as found:
            yield found

    return opened


def state(yoi: Program, ticket: str) -> str:
    return yoi("ticket", "state", ticket).out.split("\t")[-1].strip()


def test_queue_close_return_to_planning_and_a_broken_record(
    panel: Opens, workspace: Path, yoi: Program
) -> None:
    ready = put(workspace, 1, "ready", title="To be queued")
    done = put(workspace, 2, "done", title="To be closed")
    broken = put(workspace, 3, "ready")
    (workspace / ".yoi/tickets" / broken / "item.md").write_bytes(b"\xff")
    with panel() as shown:
        shown.shows("To be queued", "To be closed", "unreadable", broken)
        shown.keys("Down", "Enter")
        shown.shows(f"{ready} is queued")
        shown.keys("Down")
        shown.shows(f"Enter closes {done}")
        shown.keys("Enter")
        shown.shows(f"{done} is closed")
        assert (state(yoi, ready), state(yoi, done)) == ("queued", "closed")
        back = put(workspace, 4, "ready", title="Rethink me")
        shown.shows("Rethink me")
        shown.keys("Home")
        shown.type("What of Sundays?")
        shown.shows(f"Enter takes {back} back to planning")
        shown.keys("Enter")
        shown.shows("clarify")
        assert state(yoi, back) == "planning"
        shown.keys("C-c")
        shown.ends()
        assert shown.exit_code == "0"


def test_a_stale_queue_is_refused(panel: Opens, workspace: Path, yoi: Program) -> None:
    one = put(workspace, 1, "ready")
    with panel() as shown:
        shown.shows("gate open")
        shown.keys("Down")
        shown.shows("Enter queues")
        os.kill(shown.pid, signal.SIGSTOP)
        yoi("ticket", "close", one, "-m", "Somebody was quicker.")
        shown.keys("Enter")
        os.kill(shown.pid, signal.SIGCONT)
        shown.shows("stale: ", "closed, not ready")
        shown.keys("C-d")
        shown.ends()


def test_it_ends_at_once_while_it_reads_and_keeps_what_was_typed(
    panel: Opens, workspace: Path
) -> None:
    shutil.rmtree(workspace / ".yoi")
    list(make_store(workspace, Options(2000)))
    with panel() as shown:
        shown.shows("attaching")
        shown.type("Half a sentence")
        shown.shows("Half a sentence")
        shown.keys("F5", "C-c")
        # Far more than the budget of docs/benchmarks.md: this machine may be busy.
        assert shown.ends() < 1
        shown.shows("panel/draft.txt")
    assert (workspace / ".git/yoi/panel/draft.txt").read_text() == "Half a sentence"


@pytest.mark.parametrize("size", [(40, 12), (120, 40)])
def test_sizes_and_no_colour(panel: Opens, workspace: Path, size: tuple[int, int]) -> None:
    put(workspace, 1, "ready", title="日本語の請求書を印刷する。とても長い題名なので収まらない")
    put(workspace, 2, "planning", title="x")
    with panel(size=size, NO_COLOR="1") as shown:
        shown.shows("gate open", "日本語", "planning")
        coloured = shown.tmux("capture-pane", "-p", "-e", "-t", "0")
        assert "\x1b[3" not in coloured.replace("\x1b[39m", "")
        shown.keys("Escape")
        shown.ends()
        assert shown.exit_code == "0"


def test_without_a_terminal_it_says_so(yoi: Program, workspace: Path) -> None:
    result = yoi("panel", check=False)
    assert result.code == 2
    assert "needs a terminal" in result.err


def test_a_whole_job_by_keyboard(panel: Opens, workspace: Path, yoi: Program, git: Program) -> None:
    shop: Shop = shop_in(workspace, yoi, git)
    shop.configure('review = "person"')
    shop.script("coder", "echo 'I begin.'\n" + GOOD + "echo 'All of it is there.'\n")
    with panel(size=(100, 30)) as shown:
        shown.shows("orchestrator absent")
        shown.type("Add the file")
        shown.keys("M-Enter", "M-Enter")
        shown.type("## Acceptance criteria")
        shown.keys("M-Enter", "M-Enter")
        shown.type("- The file is there.")
        shown.keys("Enter")
        shown.shows("was made", "Enter: clarify")
        shown.keys("Down", "Enter")
        shown.shows("What was settled")
        shown.type("One file.")
        shown.keys("Enter")
        shown.shows("gate open", "Enter queues")
        shown.keys("Enter")
        shown.shows("is queued", "Enter shows")
        shown.keys("F10")
        shown.shows("to be reviewed")
        shown.keys("F3")
        shown.shows("I begin.", "All of it is there.", "exited with code 0")
        shown.keys("Escape")
        shown.shows("to be reviewed")
        shown.keys("F8")
        shown.shows("1 files", ".txt")
        shown.keys("Escape")
        shown.shows("planning")
        shown.keys("F4")
        shown.shows("Approve")
        while "Approve" not in _marked(shown):
            shown.keys("Down")
        shown.keys("Enter")
        shown.shows("Approve:", " at ")
        shown.type("Good work.")
        shown.keys("Enter")
        shown.shows("is approved")
        shown.shows("Enter: close")
        shown.keys("Enter")
        shown.shows("is closed")
        shown.keys("C-c")
        shown.ends()
    (ticket,) = [path.parent.name for path in (workspace / ".yoi/tickets").glob("*/item.md")]
    assert state(yoi, ticket) == "closed"
    assert f"{ticket}.txt" in shop.files()
    assert yoi("ticket", "doctor").code == 0


def _marked(shown: Terminal) -> str:
    """The line that is selected, by its reversed colours."""
    lines = shown.tmux("capture-pane", "-p", "-e", "-t", "0").split("\n")
    return "\n".join(line for line in lines if "\x1b[1;7m" in line or "\x1b[7m" in line)


def test_the_wheel_scrolls_and_selects_nothing(panel: Opens, workspace: Path, yoi: Program) -> None:
    for number in range(1, 31):
        put(workspace, number, "ready", title=f"Ticket number {number:02}")
    with panel() as shown:
        shown.shows("gate open")
        before = shown.text
        # What a terminal sends for a turn of the wheel downwards over the list, and up again.
        for _ in range(8):
            shown.type("\x1b[<65;10;10M")
        assert wait_until(lambda: shown.text != before) < 10
        assert "Ticket number 01" not in shown.text or "Ticket number 30" not in shown.text
        shown.keys("Enter")
        for _ in range(16):
            shown.type("\x1b[<64;10;10M")
        assert wait_until(lambda: shown.text.splitlines()[4] == before.splitlines()[4]) < 10
        shown.keys("C-c")
        shown.ends()
    assert state(yoi, ticket(1)) == "ready"
