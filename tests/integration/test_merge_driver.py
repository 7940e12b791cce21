"""The merge driver under the real git: merge, rebase, pick, revert, stash, merge-tree."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from support.clones import WITHOUT_YOI, Branches, fork, move_on_both
from support.process import Program, script_program

from yoi_cli.setup.merge_checks import DRIVER_COMMAND


def test_both_sides_of_a_merge_are_kept_without_a_conflict(branches: Branches) -> None:
    ticket = fork(branches)

    branches.merge(driver=True)

    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]
    assert branches.problems() == []


def test_a_rebase_merges_by_meaning(branches: Branches) -> None:
    ticket = fork(branches)

    branches.git("rebase", "--quiet", "work")

    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]
    assert branches.problems() == []


def test_a_cherry_pick_brings_its_events(branches: Branches) -> None:
    ticket = fork(branches)

    branches.git("cherry-pick", "work")

    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]
    assert branches.problems() == []


def test_a_revert_that_has_to_merge_takes_no_event_away(branches: Branches) -> None:
    ticket = fork(branches)
    branches.say(ticket, "later")
    branches.commit("Later")

    branches.git("revert", "--no-edit", "HEAD~1", check=False)

    assert branches.bodies(ticket) == ["from main", "later"]
    assert branches.unmerged() == []


def test_a_stash_that_comes_back_joins_what_was_recorded_since(branches: Branches) -> None:
    ticket = fork(branches)
    branches.say(ticket, "stashed")
    branches.git("stash", "--quiet")
    branches.say(ticket, "meanwhile")
    branches.commit("Meanwhile")

    branches.git("stash", "pop", "--quiet")

    assert sorted(branches.bodies(ticket)) == ["from main", "meanwhile", "stashed"]
    assert branches.problems() == []


def test_merge_tree_writes_the_merged_thread(branches: Branches) -> None:
    ticket = fork(branches)

    tree = branches.git("merge-tree", "--write-tree", "main", "work").out.split()[0]

    thread = branches.git("cat-file", "blob", f"{tree}:.yoi/tickets/{ticket}/thread.md").out
    assert "from main" in thread
    assert "from work" in thread
    assert "<<<" not in thread


@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_a_ticket_that_both_moved_has_the_state_of_its_merged_thread(
    branches: Branches, how: str
) -> None:
    ticket = fork(branches)
    move_on_both(branches, ticket)

    if how == "merge":
        branches.merge(driver=True)
    else:
        branches.git("rebase", "--quiet", "work")

    assert "state_mismatch" not in branches.problems()


def test_a_pick_of_a_move_leaves_at_worst_a_projection_to_bring_up_to_date(
    branches: Branches,
) -> None:
    ticket = fork(branches)
    move_on_both(branches, ticket)
    branches.on("work")

    picked = branches.git("cherry-pick", "main", check=False)
    branches.yoi("ticket", "doctor", "--fix", check=False)

    assert "both sides moved the ticket" in picked.err
    assert not {"state_mismatch", "torn", "thread_fused"} & set(branches.problems())


def test_a_description_that_both_changed_is_put_before_a_person(branches: Branches) -> None:
    ticket = fork(branches)
    branches.yoi("ticket", "edit", ticket, "--message", "As main has it.")
    branches.commit("Main")
    branches.on("work")
    branches.yoi("ticket", "edit", ticket, "--message", "As work has it.")
    branches.commit("Work")
    branches.on("main")

    merged = branches.merge(driver=True, check=False)

    assert merged.code != 0
    assert f"yoi: {ticket} item.md: CONFLICT: Both sides changed the description" in merged.err
    assert branches.unmerged() == [f".yoi/tickets/{ticket}/item.md"]
    assert "<<<" not in branches.path(ticket, "item.md").read_text()
    assert branches.problems() == []
    both = [branches.git("show", f":{n}:.yoi/tickets/{ticket}/item.md").out for n in (2, 3)]
    assert "As main has it." in both[0]
    assert "As work has it." in both[1]


def test_relations_and_plan_records_of_both_sides_unite(branches: Branches) -> None:
    first, second, third = (branches.ticket(name) for name in ("One", "Two", "Three"))
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.yoi("ticket", "relation", "add", first, "depends_on", second)
    branches.yoi("plan", "add", first, "after", second)
    branches.commit("Work")
    branches.on("main")
    branches.yoi("ticket", "relation", "add", first, "related", third)
    branches.yoi("plan", "add", first, "after", third)
    branches.commit("Main")

    branches.merge(driver=True)

    relations = json.loads(branches.path(first, "artifacts/relations.json").read_bytes())
    assert {one["target"] for one in relations["relations"]} == {second, third}
    assert (
        len(branches.path(first, "artifacts/orchestration-plan.jsonl").read_text().split("\n")) == 3
    )


def test_without_the_program_git_makes_a_text_conflict_and_keeps_no_side(
    branches: Branches,
) -> None:
    ticket = fork(branches)

    merged = branches.merge(driver=False, check=False)

    assert merged.code == 1
    thread = branches.path(ticket).read_text()
    assert f".yoi/tickets/{ticket}/thread.md" in branches.unmerged()
    for part in ("<<<<<<< ours", ">>>>>>> theirs", "from main", "from work"):
        assert part in thread


def test_a_side_that_cannot_be_read_makes_a_text_conflict(branches: Branches) -> None:
    ticket = fork(branches)
    branches.path(ticket, "item.md").write_text("title: broken by main\n")
    branches.commit("Break")
    branches.on("work")
    branches.yoi("ticket", "edit", ticket, "--tag", "x")
    branches.commit("Tag")
    branches.on("main")

    merged = branches.merge(driver=True, check=False)

    assert merged.code == 1
    assert "<<<<<<<" in branches.path(ticket, "item.md").read_text()


def test_a_path_with_spaces_and_quotes_is_one_argument(
    yoi: Program, git: Program, repo: Path
) -> None:
    folder = repo / 'it\'s a "folder" $HOME `x`'
    folder.mkdir()
    yoi("init", cwd=folder)
    inside = Program(yoi.argv, {**yoi.env, "YOI_WORKSPACE": str(folder)}, yoi.base)
    branches = Branches(inside, git, folder)
    ticket = fork(branches)

    branches.merge(driver=True)

    assert sorted(branches.bodies(ticket)) == ["from main", "from work"]


def test_the_branch_that_is_merged_into_both_ways_ends_the_same(branches: Branches) -> None:
    ticket = fork(branches)
    branches.git("checkout", "--quiet", "-b", "one", "main")
    branches.git("merge", "--quiet", "-m", "x", "work")
    first = branches.path(ticket).read_bytes()
    branches.git("checkout", "--quiet", "-b", "two", "work")
    branches.git("merge", "--quiet", "-m", "x", "main")

    assert branches.path(ticket).read_bytes() == first
    branches.git("merge", "--quiet", "-m", "crossed", "one")
    assert branches.path(ticket).read_bytes() == first


@pytest.mark.parametrize(
    ("part", "said", "of_work"),
    [
        ("title", "title", "Of work"),
        ("title", "title", "Changed on work"),
        ("assignee", "assignee", ""),
        ("message", "the description", "Of work"),
    ],
)
def test_where_two_merges_settled_it_in_two_ways_a_person_is_asked_once(
    branches: Branches, part: str, said: str, of_work: str
) -> None:
    ticket = cross(branches, part, {"main": "Changed on main", "work": of_work})

    crossed = branches.merge(driver=True, check=False)

    item = f".yoi/tickets/{ticket}/item.md"
    assert (crossed.code, branches.unmerged()) == (1, [item])
    assert crossed.err.count(f"CONFLICT: Both sides changed {said};") == 1
    for stage, text in ((2, "Changed on main"), (3, of_work)):
        assert text in branches.git("show", f":{stage}:{item}").out
    (asked,) = branches.yoi("resolve", "--json", check=False).json["questions"]
    assert asked["path"] == item


def test_what_two_merges_settled_alike_is_settled(branches: Branches) -> None:
    ticket = cross(branches, "title", {"main": "Of both", "work": "Of both"})

    crossed = branches.merge(driver=True)

    assert crossed.err == ""
    assert branches.yoi("ticket", "show", ticket, "--json").json["title"] == "Of both"


def cross(branches: Branches, part: str, settled: dict[str, str]) -> str:
    """A ticket that both branches changed; each merged the other as it was then, and settled it.

    `part` is the option of `ticket edit`, `settled` what the merge on each branch ended with.
    On `main`; the ticket's id.
    """
    ticket = fork(branches)
    for branch in ("work", "main"):
        branches.on(branch)
        edit(branches, ticket, part, f"Changed on {branch}")
    branches.git("branch", "work-before", "work")
    for branch, other in (("work", "main"), ("main", "work-before")):
        branches.on(branch)
        assert branches.git("merge", other, check=False).code == 1
        edit(branches, ticket, part, settled[branch])
    return ticket


def edit(branches: Branches, ticket: str, part: str, text: str) -> None:
    branches.yoi("ticket", "edit", ticket, f"--{part}", text)
    branches.commit(f"{part}: {text}")


def test_a_driver_that_is_killed_leaves_the_old_file_or_the_new(
    branches: Branches, env: dict[str, str], tmp_path: Path
) -> None:
    ticket = fork(branches)
    shown = {
        name: branches.git("show", f"{rev}:.yoi/tickets/{ticket}/thread.md").out_bytes
        for name, rev in (("base", "main~1"), ("ours", "main"), ("theirs", "work"))
    }
    tree = branches.git("merge-tree", "--write-tree", "main", "work").out.split()[0]
    merged = branches.git("cat-file", "blob", f"{tree}:.yoi/tickets/{ticket}/thread.md").out_bytes
    faulty = script_program("faulty.py", env, tmp_path)
    number = 0
    while True:
        number += 1
        for name, data in shown.items():
            (tmp_path / name).write_bytes(data)
        words = ["merge-driver", "base", "ours", "theirs", f".yoi/tickets/{ticket}/thread.md"]
        done = faulty("kill", str(number), *words, cwd=tmp_path, check=False)
        left = (tmp_path / "ours").read_bytes()
        assert left in (shown["ours"], merged)
        if done.code == 99:
            break
        assert done.code < 0
    assert left == merged
    assert number > 3


@pytest.mark.process
def test_the_configured_command_needs_nothing_but_a_shell(tmp_path: Path) -> None:
    for name, text in (("o", "1\n"), ("a", "1\n2\n"), ("b", "1\n3\n")):
        (tmp_path / name).write_text(text)
    command = DRIVER_COMMAND
    for placeholder, value in (("%O", "o"), ("%A", "a"), ("%B", "b"), ("%L", "9"), ("%P", "'x y'")):
        command = command.replace(placeholder, value)
    environment = {**os.environ, **WITHOUT_YOI}

    done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, check=False)

    assert done.returncode == 1
    assert (tmp_path / "a").read_text().count("<" * 9 + " ours") == 1


def test_a_file_that_is_not_there_is_told_in_json_too(yoi: Program, tmp_path: Path) -> None:
    failed = yoi(
        "merge-driver", "--json", "no", "no", "no", "x/thread.md", cwd=tmp_path, check=False
    )
    assert failed.code != 0
    assert json.loads(failed.out)["error"]["code"] == "io_error"
