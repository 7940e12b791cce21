"""Two tickets that were made with one id on two branches, taken apart by `yoi resolve`."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from support.clones import Branches
from support.file_stores import fingerprint
from support.process import script_program

pytestmark = pytest.mark.slow

OLD = "00001M7YTZZZZ"


def make_as(branches: Branches, id_: str, title: str) -> None:
    """A ticket `title` with the id `id_`, as two machines make at the same millisecond."""
    made = branches.ticket(title)
    shutil.move(branches.path(made, ""), branches.path(id_, ""))
    branches.yoi("restore", "--leave")


def made_twice(branches: Branches) -> tuple[str, str]:
    """A ticket each of `main` and `work`; on both branches another ticket of one id, named
    by a relation, a plan record and an objective of its branch. The tickets of the two."""
    referring = {"main": branches.ticket("Of main"), "work": branches.ticket("Of work")}
    goal = branches.yoi("objective", "create", "--title", "Goal", "--json").json["id"]
    branches.commit("Begin")
    branches.on("work", new=True)
    for branch in ("main", "work"):
        branches.on(branch)
        make_as(branches, OLD, f"Made on {branch}")
        branches.say(OLD, f"said on {branch}")
        branches.yoi("ticket", "relation", "add", referring[branch], "depends_on", OLD)
        branches.yoi("ticket", "relation", "add", OLD, "related", referring[branch])
        branches.yoi("plan", "add", referring[branch], "after", OLD)
        branches.yoi("plan", "add", OLD, "before", referring[branch])
        if branch == "work":
            branches.yoi("objective", "link", goal, OLD)
        branches.commit(branch)
    branches.on("main")
    return referring["main"], referring["work"]


def targets(branches: Branches, ticket: str) -> list[str]:
    data = json.loads(branches.path(ticket, "artifacts/relations.json").read_bytes())
    return [one["target"] for one in data["relations"]]


def planned(branches: Branches, ticket: str) -> list[tuple[str, str]]:
    lines = branches.path(ticket, "artifacts/orchestration-plan.jsonl").read_text().splitlines()
    return [(one["ticket_id"], one["related_ticket"]) for one in map(json.loads, lines)]


def title_of(branches: Branches, ticket: str) -> str:
    return str(branches.yoi("ticket", "show", ticket, "--json").json["title"])


def check_apart(branches: Branches, of_main: str, of_work: str) -> str:
    """The two tickets are apart, with all that was said of either. The new id."""
    ids = {path.name for path in (branches.folder / ".yoi/tickets").iterdir() if path.is_dir()}
    (new,) = ids - {of_main, of_work, OLD}
    assert new > OLD
    assert (title_of(branches, OLD), title_of(branches, new)) == ("Made on main", "Made on work")
    assert branches.bodies(OLD) == ["said on main"]
    said, note = branches.bodies(new)
    assert said == "said on work"
    assert f"was made as {OLD}" in note
    assert (targets(branches, of_main), targets(branches, of_work)) == ([OLD], [new])
    assert (targets(branches, OLD), targets(branches, new)) == ([of_main], [of_work])
    assert planned(branches, of_work) == [(of_work, new)]
    assert planned(branches, new) == [(new, of_work)]
    goal = next((branches.folder / ".yoi/objectives").glob("*/item.md")).read_text()
    assert new in goal
    assert OLD not in goal
    assert branches.problems() == []
    return new


def test_the_one_begun_later_is_renumbered_in_the_middle_of_a_merge(branches: Branches) -> None:
    of_main, of_work = made_twice(branches)
    merged = branches.merge(driver=True, check=False)

    found = branches.yoi("resolve", "--json").json

    assert merged.code == 1
    assert "Two different tickets were made with the id" in merged.err
    assert "renumbered" in [step["action"] for step in found["steps"]]
    assert branches.unmerged() == []
    check_apart(branches, of_main, of_work)


def test_it_does_not_matter_who_merges_whom(branches: Branches) -> None:
    of_main, of_work = made_twice(branches)
    branches.merge(driver=True, check=False)
    branches.yoi("resolve")
    new = check_apart(branches, of_main, of_work)
    one = branches.path(new).read_bytes(), branches.path(OLD).read_bytes()
    branches.commit("Merged")
    branches.on("work")
    branches.git("merge", "--quiet", "-m", "x", "main~1", check=False)

    branches.yoi("resolve")

    check_apart(branches, of_main, of_work)
    assert (branches.path(new).read_bytes(), branches.path(OLD).read_bytes()) == one


def test_two_tickets_that_a_merge_fused_come_apart_too(branches: Branches) -> None:
    of_main, of_work = made_twice(branches)
    (branches.folder / ".yoi/.gitattributes").write_text("*.md merge=union\n")
    branches.merge(driver=True, check=False)
    branches.git("add", "--all")
    branches.git("commit", "--quiet", "--message", "Fused")
    branches.on("main")
    assert "ticket_made_twice" in branches.problems() or "thread_fused" in branches.problems()

    found = branches.yoi("resolve", "--json", check=False)

    assert found.code == 0, found
    check_apart(branches, of_main, of_work)


@pytest.mark.parametrize("driver", [True, False])
@pytest.mark.parametrize("later", ["main", "work"])
def test_a_ticket_that_waits_for_both_of_them_still_does(
    branches: Branches, driver: bool, later: str
) -> None:
    waiting = branches.ticket("Waits for what each branch calls by one id")
    branches.commit("Begin")
    branches.on("work", new=True)
    for branch in ("main", "work"):
        branches.on(branch)
        make_as(branches, OLD, f"Made on {branch}")
        branches.commit(branch)
    for branch in ("main", "work") if later == "work" else ("work", "main"):
        branches.on(branch)
        branches.yoi("ticket", "relation", "add", waiting, "depends_on", OLD, "--note", branch)
        branches.commit(f"Waits on {branch}")
    branches.on("main")
    branches.merge(driver=driver, check=False)

    branches.yoi("resolve")

    ids = {path.name for path in (branches.folder / ".yoi/tickets").iterdir() if path.is_dir()}
    (new,) = ids - {waiting, OLD}
    data = json.loads(branches.path(waiting, "artifacts/relations.json").read_bytes())
    told = [(one["target"], one["note"]) for one in data["relations"]]
    assert told == [(OLD, "main"), (new, "work")]
    assert branches.problems() == []


def test_a_renumbering_that_is_killed_is_finished_by_the_next(
    branches: Branches, env: dict[str, str], tmp_path: Path
) -> None:
    of_main, of_work = made_twice(branches)
    branches.merge(driver=True, check=False)
    kept = tmp_path / "kept"
    shutil.copytree(branches.folder, kept, symlinks=True)
    branches.yoi("resolve")
    check_apart(branches, of_main, of_work)
    wanted = fingerprint(branches.folder / ".yoi")
    faulty = script_program("faulty.py", env, tmp_path)
    number = 0
    while True:
        number += 4
        shutil.rmtree(branches.folder)
        shutil.copytree(kept, branches.folder, symlinks=True)
        done = faulty("kill", str(number), "resolve", check=False)
        branches.yoi("resolve")
        assert fingerprint(branches.folder / ".yoi") == wanted, number
        assert branches.unmerged() == []
        if done.code == 99:
            break
        assert done.code < 0, done
    assert number > 10


def test_the_event_of_a_renumbering_is_by_yoi_with_an_id_that_rises(branches: Branches) -> None:
    of_main, of_work = made_twice(branches)
    branches.merge(driver=True, check=False)
    branches.yoi("resolve")
    new = check_apart(branches, of_main, of_work)

    ids = re.findall(r" id: (\w+) -->", branches.path(new).read_text())

    assert ids == sorted(ids)
    assert "<!-- event: comment author: yoi at: " in branches.path(new).read_text()
