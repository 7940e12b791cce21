"""`yoi resolve` after merges that no driver made, with the real git."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.clones import Branches, fork, move_on_both
from support.environment import ROOT
from support.process import Program

FAULTY = str(ROOT / "tests/support/faulty.py")


def test_with_nothing_to_do_it_says_so(branches: Branches) -> None:
    branches.ticket("Alone")

    found = branches.yoi("resolve", "--json").json

    assert (found["ok"], found["steps"], found["questions"]) == (True, [], [])


def test_outside_of_git_it_has_nothing_to_do(yoi: Program, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    yoi("init", cwd=folder)

    assert yoi("resolve", "--json", cwd=folder).json["ok"] is True


@pytest.mark.parametrize("how", ["merge", "rebase", "cherry-pick"])
def test_a_text_conflict_is_merged_by_meaning_from_the_index(branches: Branches, how: str) -> None:
    ticket = fork(branches)
    branches.git("config", "--remove-section", "merge.yoi")
    command = {
        "merge": ("merge", "-m", "Merge", "work"),
        "rebase": ("rebase", "work"),
        "cherry-pick": ("cherry-pick", "work"),
    }[how]
    assert branches.git(*command, check=False).code != 0

    found = branches.yoi("resolve", "--json").json

    assert found["ok"] is True
    assert f".yoi/tickets/{ticket}/thread.md" in found["added"]
    assert branches.unmerged() == []
    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]
    assert branches.problems() == []


def test_a_dry_run_changes_nothing(branches: Branches) -> None:
    ticket = fork(branches)
    branches.merge(driver=False, check=False)
    before = branches.path(ticket).read_bytes(), branches.git("ls-files", "--stage").out

    found = branches.yoi("resolve", "--dry-run", "--json").json

    assert {step["action"] for step in found["steps"]} == {"merged"}
    assert (found["planned"], found["added"]) == (True, [])
    assert before == (branches.path(ticket).read_bytes(), branches.git("ls-files", "--stage").out)


def test_nothing_outside_of_the_store_is_touched(branches: Branches) -> None:
    readme = branches.folder / "README.md"
    ticket = branches.ticket("Shared")
    branches.commit("Begin")
    for branch, new in (("work", True), ("main", False)):
        branches.on(branch, new=new)
        branches.say(ticket, branch)
        readme.write_text(f"as {branch} has it\n")
        branches.commit(branch)
    branches.merge(driver=False, check=False)
    before = readme.read_bytes()

    branches.yoi("resolve")

    assert readme.read_bytes() == before
    assert branches.unmerged() == ["README.md"]


def test_a_comment_made_in_the_middle_of_a_conflict_stays(branches: Branches) -> None:
    ticket = fork(branches)
    branches.yoi("ticket", "edit", ticket, "--tag", "main")
    branches.commit("Tag")
    branches.merge(driver=False, check=False)
    clean = branches.git("show", f"HEAD:.yoi/tickets/{ticket}/item.md").out_bytes
    branches.path(ticket, "item.md").write_bytes(clean)
    branches.say(ticket, "in the middle")

    branches.yoi("resolve")

    assert sorted(branches.bodies(ticket)) == ["from main", "from work", "in the middle"]
    assert branches.problems() == []


def test_in_a_linked_worktree_it_works_where_the_conflict_is(branches: Branches) -> None:
    ticket = fork(branches)
    branches.git("worktree", "add", "--quiet", "-b", "other", "linked", "main")
    linked = branches.folder / "linked"
    branches.git("config", "--remove-section", "merge.yoi")
    branches.git("merge", "--quiet", "-m", "x", "work", cwd=linked, check=False)

    found = branches.yoi("resolve", "--json", cwd=linked).json

    assert f".yoi/tickets/{ticket}/thread.md" in found["added"]
    assert branches.git("ls-files", "--unmerged", cwd=linked).out == ""
    assert "from work" in (linked / ".yoi/tickets" / ticket / "thread.md").read_text()
    assert branches.bodies(ticket) == ["from main"]


def test_the_state_of_both_sides_moves_is_that_of_the_thread(branches: Branches) -> None:
    ticket = fork(branches)
    move_on_both(branches, ticket)
    branches.merge(driver=False, check=False)

    branches.yoi("resolve")

    assert "state_mismatch" not in branches.problems()
    assert branches.unmerged() == []


def test_two_closings_leave_the_resolution_of_the_one_that_counts(branches: Branches) -> None:
    ticket = fork(branches)
    branches.yoi("ticket", "close", ticket, "--message", "As main says.")
    branches.commit("Close")
    branches.on("work")
    branches.yoi("ticket", "close", ticket, "--message", "As work says.")
    branches.commit("Close too")
    branches.on("main")
    branches.merge(driver=False, check=False)

    branches.yoi("resolve")

    assert branches.unmerged() == []
    assert branches.path(ticket, "resolution.md").read_text() in (
        "As main says.\n",
        "As work says.\n",
    )
    assert "<<<" not in branches.path(ticket, "resolution.md").read_text()


def test_what_needs_a_person_is_left_and_named(branches: Branches) -> None:
    ticket = fork(branches)
    for branch in ("work", "main"):
        branches.on(branch)
        branches.yoi("ticket", "edit", ticket, "--message", f"As {branch} has it.")
        branches.commit(branch)
    branches.merge(driver=False, check=False)

    resolved = branches.yoi("resolve", "--json", check=False)
    again = branches.yoi("resolve", "--json", check=False)

    assert resolved.code == again.code == 4
    left = resolved.json["questions"]
    assert [(one["ticket"], one["code"]) for one in left] == [(ticket, "description_conflict")]
    assert branches.unmerged() == [f".yoi/tickets/{ticket}/item.md"]
    assert "<<<" not in branches.path(ticket, "item.md").read_text()


def test_what_a_person_wrote_into_a_conflict_is_never_overwritten(branches: Branches) -> None:
    ticket = fork(branches)
    for branch in ("work", "main"):
        branches.on(branch)
        branches.yoi("ticket", "edit", ticket, "--message", f"As {branch} has it.")
        branches.commit(branch)
    branches.merge(driver=False, check=False)
    branches.yoi("resolve", check=False)
    item = branches.path(ticket, "item.md")
    item.write_text(item.read_text().replace("As main", "As both").replace("As work", "As both"))
    mine = item.read_text()

    found = branches.yoi("resolve", "--json", check=False).json

    assert [one["code"] for one in found["questions"]] == ["edited_since"]
    assert item.read_text() == mine


def test_a_ticket_that_one_side_removed_and_the_other_changed_stays_whole(
    branches: Branches,
) -> None:
    ticket = branches.ticket("Contested")
    (branches.path(ticket, "artifacts") / "notes.txt").write_text("kept")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.say(ticket, "still needed")
    branches.commit("Work")
    branches.on("main")
    shutil.rmtree(branches.path(ticket, ""))
    branches.commit("Remove")
    branches.merge(driver=True, check=False)

    branches.yoi("resolve")

    assert branches.unmerged() == []
    assert branches.path(ticket, "artifacts/notes.txt").read_text() == "kept"
    assert branches.bodies(ticket) == ["still needed"]
    assert branches.problems() == []


@pytest.mark.parametrize("remover", ["main", "work"])
def test_a_removed_ticket_whose_relations_alone_were_changed_stays_whole(
    branches: Branches, remover: str
) -> None:
    ticket, first, second = (branches.ticket(title) for title in ("Contested", "First", "Second"))
    branches.yoi("ticket", "relation", "add", ticket, "related", first)
    branches.commit("Begin")
    branches.on("work", new=True)
    for branch in ("work", "main"):
        branches.on(branch)
        if branch == remover:
            shutil.rmtree(branches.path(ticket, ""))
        else:
            branches.yoi("ticket", "relation", "add", ticket, "related", second)
        branches.commit(branch)
    branches.merge(driver=True, check=False)

    branches.yoi("resolve")

    assert branches.unmerged() == []
    relations = json.loads(branches.path(ticket, "artifacts/relations.json").read_bytes())
    assert {one["target"] for one in relations["relations"]} == {first, second}
    assert branches.problems() == []


def test_line_ends_that_git_changed_are_nobodys_edit(branches: Branches) -> None:
    ticket = branches.ticket("Contested")
    branches.commit("Begin")
    branches.git("config", "core.autocrlf", "true")
    branches.on("work", new=True)
    for branch in ("work", "main"):
        branches.on(branch)
        branches.yoi("ticket", "edit", ticket, "--message", f"As {branch} has it.")
        branches.commit(branch)
    branches.merge(driver=True, check=False)
    assert b"\r\n" in branches.path(ticket, "item.md").read_bytes()

    found = branches.yoi("resolve", "--json", check=False).json

    assert [one["code"] for one in found["questions"]] == ["description_conflict"]


def both_moved(branches: Branches) -> str:
    """A ticket that `main` closed and `work` made ready, and a README that both changed."""
    ticket = fork(branches)
    for branch in ("main", "work"):
        branches.on(branch)
        move = ("close", ticket) if branch == "main" else ("intake", ticket)
        branches.yoi("ticket", *move, "--message", "Moved.")
        (branches.folder / "README.md").write_text(f"as {branch} has it\n")
        branches.commit(branch)
    return ticket


@pytest.mark.parametrize("how", ["cherry-pick", "stash"])
def test_a_state_that_the_driver_had_to_guess_is_that_of_the_thread(
    branches: Branches, how: str
) -> None:
    ticket = both_moved(branches)
    if how == "stash":
        branches.yoi("ticket", "state", ticket, "queued")
        branches.git("stash", "--quiet")
        (branches.folder / "README.md").write_text("stashed later\n")
        branches.git("stash", "--quiet")
        branches.on("main")
        branches.git("stash", "pop", "--quiet", "stash@{1}")
    else:
        branches.on("main")
        assert branches.git("cherry-pick", "work", check=False).code != 0
    assert "state_mismatch" in branches.problems()

    branches.yoi("resolve")

    assert "state_mismatch" not in branches.problems()
    assert branches.yoi("ticket", "state", ticket).out == f"state\t{ticket}\tclosed\n"
    if how == "cherry-pick":
        (branches.folder / "README.md").write_text("as both have it\n")
        branches.git("add", "README.md")
        branches.git("commit", "--quiet", "--no-edit")
        assert branches.git("status", "--porcelain").out == ""


def test_a_stale_state_beside_the_conflict_goes_into_the_commit(branches: Branches) -> None:
    other = branches.ticket("Guessed")
    ticket = fork(branches)
    branches.merge(driver=False, check=False)
    item = branches.path(other, "item.md")
    item.write_text(item.read_text().replace("planning", "ready"))
    branches.git("add", str(item))

    branches.yoi("resolve", "--all")
    branches.git("commit", "--quiet", "--no-edit")

    assert branches.git("status", "--porcelain").out == ""
    assert branches.problems() == []
    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]


@pytest.mark.parametrize("changed", [False, True])
def test_a_repair_beside_the_conflict_is_added_unless_the_file_was_changed_before(
    branches: Branches, changed: bool
) -> None:
    ticket = fork(branches)
    other = branches.ticket("Marked")
    item = branches.path(other, "item.md")
    item.write_text(item.read_text().replace("title:", "priority: P0\npriority: P1\ntitle:"))
    branches.commit("Doubled")
    branches.merge(driver=False, check=False)
    if changed:
        item.write_text(f"{item.read_text()}\nNot added yet.\n")

    branches.yoi("resolve", "--all")
    branches.git("commit", "--quiet", "--no-edit")

    left = branches.git("diff", "--name-only").out.split()
    assert left == ([f".yoi/tickets/{other}/item.md"] if changed else [])
    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]
    assert "item_key_doubled" not in branches.problems()


def test_an_objective_that_a_person_wrote_anew_is_not_overwritten(branches: Branches) -> None:
    made = branches.yoi("objective", "create", "--title", "Goal", "--json").json["id"]
    item = branches.folder / ".yoi/objectives" / made / "item.md"
    branches.commit("Begin")
    begun = item.read_text()
    for branch, new in (("work", True), ("main", False)):
        branches.on(branch, new=new)
        item.write_text(f"{begun}\nAs {branch} has it.\n")
        branches.commit(branch)
    branches.merge(driver=False, check=False)
    item.write_text(f"{begun}\nAs both have it.\n")

    found = branches.yoi("resolve", "--json", check=False).json

    assert [one["code"] for one in found["questions"]] == ["edited_since"]
    assert "As both have it." in item.read_text()


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


def test_doctor_leaves_fused_events_to_resolve(branches: Branches) -> None:
    ticket = united(branches, ("left", "right"))
    before = branches.path(ticket).read_bytes()

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
    number = 0
    while True:
        number += 1
        shutil.rmtree(branches.folder)
        shutil.copytree(kept, branches.folder, symlinks=True)
        command = [sys.executable, "-P", FAULTY, "kill", str(number), "resolve"]
        done = subprocess.run(
            command, cwd=branches.folder, env=env, check=False, capture_output=True
        )
        branches.yoi("resolve")
        left = branches.path(ticket).read_bytes(), branches.path(ticket, "item.md").read_bytes()
        assert left == wanted, number
        assert branches.unmerged() == []
        if done.returncode == 99:
            break
        assert done.returncode < 0, done.stderr
    assert number > 5
