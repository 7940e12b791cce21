"""A worker in the panel: what it says is followed, answered, stopped, and never obeyed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.panel import Panel, drive
from support.process import Program
from support.workspaces import put

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("each_backend")]


def spawned(yoi: Program, *command: str, ticket: str = "") -> str:
    options = ("--ticket", ticket) if ticket else ()
    done = yoi("worker", "spawn", "--input", *options, "--cwd", ".", "--", *command)
    return done.out.split("\t")[1].strip()


def test_a_worker_is_followed_answered_and_stopped(workspace: Path, yoi: Program) -> None:
    one = put(workspace, 1, "inprogress")
    worker = spawned(yoi, "sh", "-c", "echo hello; while read x; do echo got $x; done", ticket=one)

    async def script(panel: Panel) -> None:
        await panel.shows("running", "worker …")
        await panel.press("down")
        await panel.type("A draft")
        await panel.press("f3")
        await panel.shows("hello", worker)
        await panel.type("the answer")
        await panel.press("enter")
        await panel.shows("› the answer", "got the answer")
        await panel.press("f4")
        await panel.shows("Stop the worker")
        await panel.press("escape", "f4")
        await panel.shows("Stop the worker")
        await panel.press("enter")
        await panel.shows("— it ", "(stopped)")
        await panel.press("escape")
        assert panel.selected == f"ticket:{one}"
        assert panel.app.main.composer.text == "A draft"

    drive(workspace, script, expect="running")


def test_a_worker_that_takes_no_input_is_offered_none(workspace: Path, yoi: Program) -> None:
    made = yoi("worker", "spawn", "--cwd", ".", "--", "sleep", "60").out.split("\t")[1].strip()

    async def script(panel: Panel) -> None:
        await panel.press("down", "f3")
        await panel.shows(made, "it takes no input")
        await panel.type("unheard")
        await panel.press("enter")
        await panel.pause()
        assert "unheard" not in panel.text

    drive(workspace, script, expect="running")
    yoi("worker", "stop", made)


def test_a_worker_that_is_gone_leaves_everything_as_it_was(workspace: Path, yoi: Program) -> None:
    worker = spawned(yoi, "true")
    yoi("worker", "wait", worker)

    async def script(panel: Panel) -> None:
        await panel.press("down")
        assert panel.selected == f"worker:{worker}"
        panel.app.feed.end()
        yoi("worker", "prune", "--days", "0")
        await panel.press("f3")
        await panel.until(lambda: re.search("There is no (such )?worker", panel.text))
        await panel.press("escape")
        assert panel.selected == f"worker:{worker}"

    drive(workspace, script, expect="ended")


def test_bytes_of_workers_cannot_drive_the_terminal(workspace: Path, yoi: Program) -> None:
    hostile = r"printf '\033]0;owned\007\033[2J\233evil \342\200\256 [red]x[/red]\r over\n\377\n'"
    worker = spawned(yoi, "sh", "-c", hostile)
    yoi("worker", "wait", worker)

    async def script(panel: Panel) -> None:
        await panel.press("down", "f3")
        await panel.shows("evil", "\\x1b]0;owned")
        assert not [char for char in panel.text if not char.isprintable() and char != "\n"]

    drive(workspace, script, expect="ended")


def test_only_the_end_of_a_long_transcript_is_read(workspace: Path, yoi: Program) -> None:
    worker = spawned(yoi, "sh", "-c", "yes 0123456789 | head -c 100000000; echo the very end")
    yoi("worker", "wait", worker)

    async def script(panel: Panel) -> None:
        await panel.press("down", "f3")
        await panel.shows("the very end", "exited with code 0")
        await panel.press("home")
        await panel.shows("bytes before this")

    drive(workspace, script, expect="ended")


def test_no_more_than_three_ended_workers_and_five_broken_records_are_shown(
    workspace: Path, yoi: Program
) -> None:
    for _ in range(5):
        yoi("worker", "wait", spawned(yoi, "true"))
    for number in range(1, 8):
        broken = put(workspace, number, "ready")
        (workspace / ".yoi/tickets" / broken / "item.md").write_bytes(b"\xff")

    async def script(panel: Panel) -> None:
        text = panel.text
        assert text.count("exited with code 0") == 3
        assert "+2 workers that have ended" in text
        assert text.count("unreadable ") == 5
        assert "+2 records that cannot be read" in text

    drive(workspace, script, expect="ended")
