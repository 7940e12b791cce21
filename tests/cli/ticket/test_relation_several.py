"""Relations of several tickets at once, and of the ticket whose worktree one stands in."""

from __future__ import annotations

from pathlib import Path

from support.process import Program


def made(yoi: Program, *titles: str) -> list[str]:
    return [yoi("create", title).out.split()[1] for title in titles]


def related(yoi: Program, ticket: str) -> set[str]:
    found = yoi("ticket", "relation", "list", ticket, "--json").json["outgoing"]
    return {f"{one['kind']} {one['target']}" for one in found}


def test_several_may_stand_on_one_side(yoi: Program, workspace: Path) -> None:
    a, b, c = made(yoi, "A", "B", "C")
    out = yoi("ticket", "relation", "add", a, "depends_on", b, c).out
    assert out == f"relation\t{a}\tdepends_on\t{b}\nrelation\t{a}\tdepends_on\t{c}\n"
    yoi("ticket", "relation", "remove", a, "depends_on", b, c)
    assert related(yoi, a) == set()
    yoi("ticket", "relation", "add", a, b, "related", c)
    assert related(yoi, b) == {f"related {c}"}


def test_one_that_fails_keeps_no_other_from_its_turn(yoi: Program, workspace: Path) -> None:
    a, b = made(yoi, "A", "B")
    done = yoi("ticket", "relation", "add", a, "depends_on", "ZZZZZZ", b, check=False)
    assert done.code == 3
    assert "[ticket_not_found]" in done.err
    assert related(yoi, a) == {f"depends_on {b}"}


def test_without_a_ticket_it_is_the_one_whose_worktree_one_stands_in(
    yoi: Program, git: Program, workspace: Path
) -> None:
    a, b = made(yoi, "A", "B")
    git("commit", "--quiet", "--allow-empty", "--message", "One", cwd=workspace)
    folder = yoi("worktree", "add", a, "--json").json["path"]
    yoi("ticket", "relation", "add", "depends_on", b, cwd=Path(str(folder)))
    assert related(yoi, a) == {f"depends_on {b}"}


def test_several_on_both_sides_are_refused(yoi: Program, workspace: Path) -> None:
    a, b, c, d = made(yoi, "A", "B", "C", "D")
    words = ("ticket", "relation", "add", a, b, "related", c, d, "--json")
    assert yoi(*words, check=False).error["code"] == "relation_incomplete"


def test_a_plan_record_and_a_decision_say_what_comes_next(yoi: Program, workspace: Path) -> None:
    a, b = made(yoi, "A", "B")
    assert yoi("plan", "add", a, "after", b, "--json").json["next_action"]
    assert yoi("route", a, "--record", "--json").json["next_action"]
