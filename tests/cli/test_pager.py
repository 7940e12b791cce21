"""Long texts on a terminal are shown in the pager that git uses, and nothing is in a pipe."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.terminal import on_terminal
from support.tickets import put_ticket

PAGER = {"GIT_PAGER": 'sed "s/^/paged /"'}


@pytest.fixture
def many(workspace: Path) -> Path:
    for number in range(1, 61):
        put_ticket(workspace, number, title=f"needle {number}")
    return workspace


@pytest.mark.parametrize("command", ["list", "search needle"])
def test_a_list_that_is_longer_than_the_terminal_is_paged(
    yoi: Program, many: Path, command: str
) -> None:
    shown = on_terminal(yoi, *command.split(), cwd=many, env=PAGER)
    assert sum(line.startswith("paged ") for line in shown.splitlines()) > 60
    whole = on_terminal(yoi, "--no-pager", *command.split(), cwd=many, env=PAGER)
    assert "paged" not in whole


def test_a_short_list_and_a_pipe_are_not(yoi: Program, many: Path) -> None:
    assert "paged" not in on_terminal(yoi, "list", "-n", "3", cwd=many, env=PAGER)
    assert "paged" not in yoi("list", env=PAGER).out


def test_an_empty_variable_asks_for_no_pager_whatever_is_configured(
    yoi: Program, many: Path, git: Program
) -> None:
    git("config", "core.pager", 'sed "s/^/configured /"', cwd=many)
    environment = {"GIT_PAGER": ""}
    assert "configured" not in on_terminal(yoi, "list", cwd=many, env=environment)


def test_a_list_asks_for_words_anywhere_in_a_ticket(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, title="The basket", body="It rounds down.")
    put_ticket(workspace, 2, title="The basket")
    listed = yoi("list", "--search", "ROUNDS basket").out.splitlines()
    assert [line.split("\t")[2] for line in listed[1:]] == ["The basket"]
