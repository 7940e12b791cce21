"""`yoi resolve` where git's union merge fused or doubled lines, and where it is killed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.clones import Branches, fork
from support.process import script_program

UNION = "*.md merge=union\n"


def united(branches: Branches, texts: tuple[str, str]) -> str:
    """A ticket whose thread git merged with `merge=union` after both sides commented."""
    (branches.folder / ".yoi/.gitattributes").write_text(UNION)
    ticket = branches.ticket("Shared")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.say(ticket, texts[0])
    branches.commit("Work")
    branches.on("main")
    branches.say(ticket, texts[1])
    branches.commit("Main")
    branches.merge(driver=True)
    return ticket


SHAPES = {
    "one line": ("left", "right"),
    "the same": ("same", "same"),
    "lines in common": ("a\n\nl1\nl2\nl3\nl4\n\nz", "b\n\nl1\nl2\nl3\nl4\n\ny"),
    "paragraphs": ("one\n\ntwo", "three"),
    "more paragraphs": ("one", "two\n\nthree\n\nfour"),
    "quoted structure": ("---\n<!-- event: x -->", "plain"),
}


@pytest.mark.parametrize("texts", SHAPES.values(), ids=SHAPES)
def test_events_that_union_fused_are_whole_again(
    branches: Branches, texts: tuple[str, str]
) -> None:
    ticket = united(branches, texts)
    assert "thread_fused" in branches.problems()

    found = branches.yoi("resolve", "--json").json

    assert "parted" in [step["action"] for step in found["steps"]]
    assert sorted(branches.bodies(ticket)) == sorted(texts)
    assert branches.problems() == []
    assert branches.yoi("resolve", "--json").json["steps"] == []


def test_doctor_parts_fused_events_that_history_has(branches: Branches) -> None:
    ticket = united(branches, ("left", "right"))

    branches.yoi("ticket", "doctor", "--fix")

    assert sorted(branches.bodies(ticket)) == ["left", "right"]
    assert branches.problems() == []


def test_doctor_leaves_fused_events_to_resolve_where_history_lacks_them(
    branches: Branches,
) -> None:
    ticket = united(branches, ("left", "right"))
    before = branches.path(ticket).read_bytes()
    shutil.rmtree(branches.folder / ".git")

    branches.yoi("ticket", "doctor", "--fix", check=False)

    assert branches.path(ticket).read_bytes() == before


def test_without_history_the_closing_line_is_put_back_and_nothing_else(
    branches: Branches,
) -> None:
    ticket = united(branches, ("left", "right"))
    fused = branches.path(ticket).read_text().splitlines()
    shutil.rmtree(branches.folder / ".git")

    found = branches.yoi("resolve", "--json").json

    assert sorted(branches.bodies(ticket)) == ["left", "right"]
    parted = branches.path(ticket).read_text().splitlines()
    assert sorted(filter(None, parted)) == sorted(filter(None, [*fused, "---"]))
    assert "history lacks" in found["notes"][0]


def test_keys_that_union_doubled_stand_once(branches: Branches) -> None:
    (branches.folder / ".yoi/.gitattributes").write_text(UNION)
    ticket = branches.ticket("Shared")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.yoi("ticket", "intake", ticket, "--message", "Settled.")
    branches.commit("Work")
    branches.on("main")
    branches.yoi("ticket", "close", ticket, "--message", "Gone.")
    branches.commit("Main")
    branches.merge(driver=True)
    assert "item_key_doubled" in branches.problems()

    found = branches.yoi("resolve", "--json").json

    assert {"mended", "parted"} <= {step["action"] for step in found["steps"]}
    item = branches.path(ticket, "item.md").read_text()
    assert item.count("\nstate:") == 1
    assert not {"state_mismatch", "item_key_doubled", "thread_fused"} & set(branches.problems())


def test_markers_that_were_committed_are_taken_out(branches: Branches) -> None:
    ticket = fork(branches)
    branches.merge(driver=False, check=False)
    branches.commit("Committed as it was")
    assert "conflict_markers" in branches.problems()

    branches.yoi("resolve")

    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]
    assert branches.problems() == []


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["conflict", "union"])
def test_a_resolve_that_is_killed_is_finished_by_the_next(
    branches: Branches, env: dict[str, str], tmp_path: Path, shape: str
) -> None:
    if shape == "union":
        ticket = united(branches, ("left", "right"))
    else:
        ticket = fork(branches)
        branches.merge(driver=False, check=False)
    kept = tmp_path / "kept"
    shutil.copytree(branches.folder, kept, symlinks=True)
    branches.yoi("resolve")
    wanted = branches.path(ticket).read_bytes(), branches.path(ticket, "item.md").read_bytes()
    faulty = script_program("faulty.py", env, tmp_path)
    number = 0
    while True:
        number += 1
        shutil.rmtree(branches.folder)
        shutil.copytree(kept, branches.folder, symlinks=True)
        done = faulty("kill", str(number), "resolve", check=False)
        branches.yoi("resolve")
        left = branches.path(ticket).read_bytes(), branches.path(ticket, "item.md").read_bytes()
        assert left == wanted, number
        assert branches.unmerged() == []
        if done.code == 99:
            break
        assert done.code < 0, done
    assert number > 5
