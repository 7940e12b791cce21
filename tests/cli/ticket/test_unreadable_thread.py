"""No command writes to a thread of which a formatter took events away; hooks keep what happened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.process import Program

COMMANDS = [
    ("comment", "-m", "x"),
    ("state", "queued"),
    ("state", "planning", "--reason", "r"),
    ("close", "-m", "Done."),
    ("reopen", "--reason", "r"),
    ("review", "--approve", "-m", "x"),
    ("intake", "-m", "x"),
    ("edit", "--title", "New"),
]


@pytest.fixture
def ticket(yoi: Program, workspace: Path) -> str:
    """A ticket in `ready` whose thread lost its separators."""
    made = yoi("ticket", "create", "--title", "A", "--message", "Text.").out.split("\t")[1].strip()
    yoi("ticket", "state", made, "ready")
    path = workspace / ".yoi/tickets" / made / "thread.md"
    path.write_text(re.sub("(?m)^---$", "_" * 70, path.read_text()))
    return made


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_that_writes_refuses(
    yoi: Program, workspace: Path, ticket: str, command: tuple[str, ...]
) -> None:
    folder = workspace / ".yoi/tickets" / ticket
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    verb, *more = command

    refused = yoi("ticket", verb, ticket, *more, "--json", check=False)

    assert refused.code == 6
    assert refused.error["code"] == "thread_unreadable"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_hook_keeps_its_event_until_the_thread_is_read_again(
    yoi: Program, git: Program, workspace: Path, ticket: str
) -> None:
    path = workspace / ".yoi/tickets" / ticket / "thread.md"
    damaged = path.read_text()
    yoi("hook", "install")
    (workspace / "file").write_text("x")
    git("add", "file")
    git("commit", "--quiet", "--message", f"Work\n\nTicket: {ticket}")
    assert path.read_text() == damaged

    path.write_text(re.sub("(?m)^_{70}$", "---", damaged))
    yoi("ticket", "comment", ticket, "-m", "Goes on.")

    assert path.read_text().count("<!-- event: commit ") == 1
