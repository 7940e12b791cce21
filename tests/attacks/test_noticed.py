"""What a worker did to the clone, and nobody can prevent, goes to a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.orchestration import GOOD, Shop, shop_in
from support.process import Program


@pytest.fixture
def shop(workspace: Path, yoi: Program, git: Program) -> Shop:
    return shop_in(workspace, yoi, git)


FILTER = "git config --worktree filter.x.clean true\n"


def test_a_worktree_that_its_coder_configured_goes_to_a_person(shop: Shop) -> None:
    shop.script("coder", FILTER + GOOD)
    ticket = shop.queue()
    shop.run(code=5)
    assert "reason: clone_changed" in shop.thread(ticket)
    assert "config.worktree" in shop.thread(ticket)
    assert shop.state(ticket) == "inprogress"
    shop.run("--retry")
    assert shop.state(ticket) == "closed"


def test_a_git_folder_in_the_place_of_the_worktrees_link_is_what_a_person_is_told_of(
    shop: Shop,
) -> None:
    """And not what fails of it."""
    shop.script("coder", GOOD + "rm .git\ngit init --quiet\n")
    ticket = shop.queue()
    shop.run(code=5)
    assert "reason: clone_changed" in shop.thread(ticket)
    assert "/.git/HEAD`" in shop.thread(ticket)


def test_nobody_asks_where_nothing_is_compared(shop: Shop) -> None:
    shop.configure(profile='confine = "off"')
    shop.script("coder", FILTER + GOOD)
    ticket = shop.queue()
    shop.run()
    assert shop.state(ticket) == "closed"
