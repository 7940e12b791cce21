"""A file that is too large is named with its size, and no memory is taken for it."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from support.process import Program

THREE_GB = 3 << 30


@pytest.fixture
def ticket(yoi: Program, workspace: Path) -> Path:
    made = yoi("ticket", "create", "--title", "One", "-m", "x", cwd=workspace).out.split()[1]
    yoi("ticket", "create", "--title", "Two", "-m", "x", cwd=workspace)
    return workspace / ".yoi/tickets" / made


def said(yoi: Program, *command: str) -> tuple[int, str]:
    result = yoi(*command, "--json", check=False)
    return result.code, str(result.error["message"])


@pytest.mark.parametrize("name", ["item.md", "thread.md", "artifacts/relations.json"])
def test_a_file_of_three_gigabytes_is_named_and_not_read(
    yoi: Program, ticket: Path, name: str
) -> None:
    path = ticket / name
    path.touch()
    os.truncate(path, THREE_GB)  # a hole: it takes no room
    found = yoi("ticket", "doctor", ticket.name, check=False)
    assert (found.code, f"{name} has 3.0 GiB" in found.out) == (6, True), found
    if name == "thread.md":
        code, message = said(yoi, "ticket", "comment", ticket.name, "-m", "x")
        assert (code, f"{name} has 3.0 GiB" in message) == (6, True), message
    assert "Two" in yoi("ticket", "list").out
    assert path.stat().st_size == THREE_GB
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert largest < 1_000_000  # KiB


def test_a_text_without_end_is_refused(yoi: Program, ticket: Path) -> None:
    code, message = said(yoi, "ticket", "comment", ticket.name, "--file", "/dev/zero")
    assert (code, "/dev/zero" in message, "16 MiB" in message) == (2, True, True)
