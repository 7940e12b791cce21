"""`yoi plan add` and `yoi plan list`."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.tickets import put_ticket


@pytest.fixture
def two(workspace: Path) -> tuple[str, str]:
    return put_ticket(workspace, 1), put_ticket(workspace, 2)


@pytest.mark.parametrize(
    "line",
    [
        "{a} after {b}",
        "after --ticket {a} --related {b}",
        "{a} after --related {b}",
        "after {b} --ticket {a}",
        "{a} {b} --kind after",
        "--ticket {a} --kind after --related {b}",
    ],
)
def test_a_record_may_be_given_by_words_or_by_options(
    yoi: Program, two: tuple[str, str], line: str
) -> None:
    a, b = two
    arguments = line.format(a=a, b=b).split()
    word, ticket, record, kind, related = yoi("plan", "add", *arguments).out.rstrip().split("\t")
    assert (word, ticket, kind, related) == ("plan", a, "after", b)
    assert record.startswith("orch-plan-") and record.endswith("-1")


@pytest.mark.parametrize("line", ["", "after", "{a}", "{a} after {b} {b}", "--related {b} {a}"])
def test_a_record_that_lacks_a_part_is_refused(
    yoi: Program, two: tuple[str, str], line: str
) -> None:
    arguments = line.format(a=two[0], b=two[1]).split()
    result = yoi("plan", "add", *arguments, "--json", check=False)
    assert (result.code, result.error["code"]) == (2, "plan_incomplete")


def test_an_accepted_plan_carries_its_parts(yoi: Program, two: tuple[str, str]) -> None:
    parts = {"summary": "Do it.", "branch": "work/x", "worktree": "w", "role_plan": "one coder"}
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in parts.items()]
    data = yoi("plan", "add", two[0], "accepted_plan", *flags, "--json").json
    assert (data["changed"], data["record"]["accepted_plan"]) == (True, parts)
    refused = yoi("plan", "add", two[0], "after", two[1], "--summary", "x", "--json", check=False)
    assert refused.error["code"] == "plan_accepted_misplaced"


def test_a_record_holds_its_ticket_back_in_routing(yoi: Program, two: tuple[str, str]) -> None:
    a, b = two
    for state in ("ready", "queued"):
        yoi("ticket", "state", a, state)
    assert yoi("gate", a).code == 0
    yoi("plan", "add", b, "before", a)
    assert yoi("gate", a, check=False).code == 5
    assert yoi("route", a, "--json").json["decisions"][0]["reasons"][0]["code"] == "ordering"


def test_a_record_that_was_removed_holds_nothing_back_and_what_was_asked_then_is_known(
    yoi: Program, two: tuple[str, str]
) -> None:
    a, b = two
    for state in ("ready", "queued"):
        yoi("ticket", "state", a, state)
    yoi("plan", "add", b, "before", a)
    assert yoi("next", check=False).code == 5
    removed = yoi("plan", "remove", b, "before", a, "--note", "Other files.", "--json").json
    assert [one["kind"] for one in removed["removed"]] == ["before"]
    assert yoi("gate", a).code == 0
    assert yoi("plan", "list").err == "No plan records.\n"
    rows = yoi("plan", "list", "--all").out.splitlines()[1:]
    assert [row.split("\t")[2] for row in rows] == ["before", "waiting_capacity_note"]
    assert "before" not in yoi("show", b).out
    again = yoi("plan", "remove", b, "before", a, "--json", check=False)
    assert (again.code, again.error["code"]) == (3, "plan_not_found")
    exported = yoi("ticket", "export", b).out
    assert '"removes":"orch-plan-' in exported


def test_undo_takes_a_plan_record_back_and_puts_it_back(yoi: Program, two: tuple[str, str]) -> None:
    a, b = two
    yoi("plan", "add", a, "after", b)
    assert yoi("undo").out.split("\t")[2:] == ["plan", f"{a} after {b} holds no more.\n"]
    assert yoi("plan", "list").err == "No plan records.\n"
    assert yoi("undo").out.split("\t")[2:] == ["plan", f"{a} after {b} holds again.\n"]
    assert yoi("plan", "list").out.count(a) == 1
    yoi("plan", "remove", a, "after", b)
    yoi("undo")
    assert yoi("plan", "list").out.count(a) == 1
    assert "plan" not in yoi("ticket", "doctor", check=False).out


def test_a_list_shows_the_records_that_name_a_ticket(yoi: Program, two: tuple[str, str]) -> None:
    a, b = two
    yoi("plan", "add", a, "conflicts_with", b, "--note", "both\tround")
    yoi("plan", "add", b, "waiting_capacity_note", "--note", "no place")
    header, row = yoi("plan", "list", a).out.splitlines()
    assert header == "ticket\tid\tkind\trelated\tnote\tauthor\tat"
    assert row.split("\t")[2:5] == ["conflicts_with", b, "both\\tround"]
    assert len(yoi("plan", "list", b, "--json").json["plans"]) == 2
    assert len(yoi("plan", "list", "--kind", "waiting_capacity_note", "--json").json["plans"]) == 1


def test_no_record_is_no_failure(yoi: Program, two: tuple[str, str]) -> None:
    assert yoi("plan", "list").err == "No plan records.\n"


def test_doctor_finds_nothing_wrong_with_what_was_kept(yoi: Program, workspace: Path) -> None:
    made = [yoi("ticket", "create", "--title", "T", "-m", "x").out.split()[1] for _ in "ab"]
    yoi("plan", "add", made[0], "after", made[1], "--note", "why")
    yoi("plan", "add", made[0], "accepted_plan", "--summary", "s", "--commit")
    assert yoi("ticket", "doctor", "--strict", check=False).code == 0


def test_commit_takes_only_that_tickets_files(
    yoi: Program, git: Program, two: tuple[str, str]
) -> None:
    yoi("plan", "add", two[0], "after", two[1], "--commit")
    named = git("show", "--name-only", "--format=", "HEAD").out.split()
    assert all(path.startswith(f".yoi/tickets/{two[0]}/") for path in named)
