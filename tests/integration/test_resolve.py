"""`yoi resolve` after merges that no driver made, with the real git."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.clones import Branches, fork, move_on_both
from support.process import Program


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
