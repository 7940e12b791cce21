"""A removed ticket that git takes for a new one which looks like it (`merge.renames`)."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from support.clones import Branches
from support.process import Program

ALIKE = "A long text that both tickets have\nas a template would give it\nto any ticket.\n" * 3


@pytest.fixture
def branches(yoi: Program, git: Program, workspace: Path) -> Branches:
    return Branches(yoi, git, workspace)


def make(branches: Branches, target: str) -> str:
    """A ticket as any other: the same words, and the same relation."""
    ticket = branches.ticket("Alike")
    branches.say(ticket, ALIKE)
    note = "A reason that is the same for both tickets, and long enough to look alike."
    branches.yoi("ticket", "relation", "add", ticket, "depends_on", target, "--note", note)
    return ticket


def replaced(branches: Branches, remover: str) -> tuple[str, str, str]:
    """A ticket that one branch replaced by another alike, and the other branch changed.

    The ids of the two, and of a ticket that the changed one came to wait for.
    """
    target, later = branches.ticket("Target"), branches.ticket("Later")
    old = make(branches, target)
    item = branches.path(old, "item.md")  # no two tickets of people are made in one second
    earlier = "created_at: '2026-01-01T00:00:00Z'"
    item.write_text(re.sub("created_at: .*", earlier, item.read_text()))
    branches.commit("Begin")
    branches.on("work", new=True)
    new = ""
    for branch in ("work", "main"):
        branches.on(branch)
        if branch == remover:
            shutil.rmtree(branches.path(old, ""))
            new = make(branches, target)
        else:
            branches.say(old, "still needed")
            branches.yoi("ticket", "edit", old, "--priority", "P0")
            branches.yoi("ticket", "relation", "add", old, "depends_on", later)
        branches.commit(branch)
    return old, new, later


def contents(branches: Branches, ticket: str) -> dict[str, bytes]:
    parts = ("thread.md", "item.md", "artifacts/relations.json")
    return {part: branches.path(ticket, part).read_bytes() for part in parts}


@pytest.mark.parametrize("remover", ["main", "work"])
def test_the_driver_mixes_no_two_tickets(branches: Branches, remover: str) -> None:
    _, new, _ = replaced(branches, remover)
    branches.on(remover)
    before = contents(branches, new)
    branches.on("main")

    merged = branches.merge(driver=True, check=False)

    assert merged.code == 1
    assert "Git took another ticket" in merged.err
    assert contents(branches, new) == before


@pytest.mark.parametrize("remover", ["main", "work"])
def test_resolve_brings_the_ticket_back_that_git_took_for_another(
    branches: Branches, remover: str
) -> None:
    old, new, later = replaced(branches, remover)
    branches.on(remover)
    before = contents(branches, new)
    branches.on("main")
    branches.merge(driver=True, check=False)

    found = branches.yoi("resolve", "--json").json

    assert (old, "restored") in [(step["ticket"], step["action"]) for step in found["steps"]]
    assert branches.unmerged() == []
    assert contents(branches, new) == before
    assert branches.bodies(old)[-1] == "still needed"
    assert "priority: 'P0'" in branches.path(old, "item.md").read_text()
    relations = json.loads(branches.path(old, "artifacts/relations.json").read_bytes())
    assert later in [one["target"] for one in relations["relations"]]
    assert branches.problems() == []


def test_a_ticket_that_was_moved_to_another_id_still_merges(branches: Branches) -> None:
    old = branches.ticket("Moved")
    branches.say(old, ALIKE)
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.say(old, "from work")
    branches.commit("Work")
    branches.on("main")
    new = "00001M7YTZZZZ"
    branches.git("mv", str(branches.path(old, "")), str(branches.path(new, "")))
    branches.say(new, "from main")
    branches.commit("Main")

    branches.merge(driver=True)

    assert branches.bodies(new)[1:] == ["from work", "from main"]


def test_a_pick_of_a_ticket_that_is_not_here_leaves_nothing_of_it_in_another(
    branches: Branches,
) -> None:
    """A whole folder looks renamed then, and git puts new files into the other ticket's."""
    branches.commit("Begin")
    branches.on("work", new=True)
    absent = branches.ticket("Alike")
    branches.say(absent, ALIKE)
    branches.commit("Make it")
    branches.yoi("ticket", "close", absent, "--message", "Done there.")
    branches.commit("Close it")
    branches.on("main")
    here = branches.ticket("Alike")
    branches.say(here, ALIKE)
    branches.commit("Make another")
    thread = branches.path(here).read_bytes()

    picked = branches.git("cherry-pick", "work", check=False)
    found = branches.yoi("resolve", "--json").json

    assert picked.code == 1
    actions = [(step["ticket"], step["action"]) for step in found["steps"]]
    assert (absent, "restored") in actions
    assert (here, "removed") in actions
    assert branches.unmerged() == []
    assert branches.path(here).read_bytes() == thread
    assert not branches.path(here, "resolution.md").exists()
    assert branches.path(absent, "resolution.md").read_text() == "Done there.\n"
    assert branches.problems() == []
