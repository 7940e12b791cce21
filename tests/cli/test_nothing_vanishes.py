"""A state that was written by hand takes no ticket out of sight without a word."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.process import Program
from support.tickets import CREATED, created, moved, put_ticket

QUEUED = (moved(CREATED, 1, "planning", "ready"), moved(CREATED, 2, "ready", "queued"))
TOLD = "with another state than their thread says"


@pytest.fixture(params=["in_progress", "closed", "banana", "done", "planning", "inprogress"])
def by_hand(request: pytest.FixtureRequest, workspace: Path) -> str:
    """A queued ticket whose item says another state, written a little later."""
    ticket = put_ticket(workspace, 1, created(), *QUEUED, state=request.param)
    change_later(workspace, ticket)
    return ticket


def change_later(workspace: Path, ticket: str) -> None:
    """As if a person's editor had written the item a moment after yoi was done."""
    folder = workspace / ".yoi" / "tickets" / ticket
    now = (folder / "thread.md").stat().st_mtime_ns + 50_000_000
    os.utime(folder / "item.md", ns=(now, now))


@pytest.mark.parametrize("command", ["list", "route", "next", "stats"])
def test_it_is_told_and_a_command_is_named_that_shows_it(
    yoi: Program, by_hand: str, command: str
) -> None:
    said = yoi(command).err
    assert f"1 {TOLD} ({by_hand})" in said
    assert "`yoi ticket doctor` shows them" in said


def test_what_may_start_by_its_thread_is_offered(yoi: Program, by_hand: str) -> None:
    assert by_hand in yoi("route").out
    assert by_hand in yoi("next").out
    assert "1 not as their log says" in yoi("prime").out


def test_where_all_agree_nothing_is_said(yoi: Program, workspace: Path) -> None:
    ticket = put_ticket(workspace, 1, created(), *QUEUED, state="queued")
    other = put_ticket(workspace, 2, created())
    yoi("close", other, "-m", "Over.")
    for command in ("list", "route", "next", "stats"):
        assert yoi(command).err == ""
    assert "not as their log" not in yoi("prime").out
    assert ticket in yoi("next").out
