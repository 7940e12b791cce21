"""Milestones of other tools are objectives after an import, and stay what they are by the next."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.process import Program


def issue(number: int, milestone: dict[str, object] | None) -> dict[str, object]:
    return {
        "number": number,
        "title": f"Issue {number}",
        "body": "Text.",
        "state": "OPEN",
        "url": f"https://github.com/example/board/issues/{number}",
        "createdAt": f"2026-01-0{number}T00:00:00Z",
        "milestone": milestone,
    }


FIRST: dict[str, object] = {
    "number": 3,
    "title": "v1.0",
    "description": "For the fair.",
    "dueOn": "2026-02-01T00:00:00Z",
}


def imported(yoi: Program, workspace: Path, *issues: dict[str, object]) -> dict[str, int]:
    """The objectives that an import told of: their titles, and how many tickets they link by it."""
    (workspace / "issues.json").write_text(json.dumps(issues))
    told = yoi("ticket", "import", "issues.json", "--json").json["objectives"]
    return {one["title"]: len(one["linked"]) for one in told}


def test_a_milestone_is_an_objective_that_links_its_tickets(yoi: Program, workspace: Path) -> None:
    issues = [issue(1, FIRST), issue(2, FIRST), issue(3, None)]
    (workspace / "issues.json").write_text(json.dumps(issues))
    would = yoi("ticket", "import", "issues.json", "--dry-run", "--json").json["objectives"]
    assert [(one["id"], one["title"], len(one["linked"])) for one in would] == [("", "v1.0", 2)]
    assert yoi("objective", "list").err == "No objectives.\n"
    assert imported(yoi, workspace, *issues) == {"v1.0": 2}
    (goal,) = yoi("objective", "list", "--json").json["objectives"]
    shown = yoi("objective", "show", goal["id"], "--json").json
    assert [one["title"] for one in shown["linked_tickets"]] == ["Issue 1", "Issue 2"]
    page = yoi("objective", "show", goal["id"]).out
    assert "2026-02-01" in page
    assert "For the fair." in page
    assert "milestone:v1.0" in yoi("list").out, "it is kept by name, too"
    assert yoi("objective", "doctor").err == "Nothing is wrong with the objectives.\n"


def test_a_second_import_changes_nothing_and_a_third_links_what_came_since(
    yoi: Program, git: Program, workspace: Path
) -> None:
    imported(yoi, workspace, issue(1, FIRST))
    (goal,) = yoi("objective", "list", "--json").json["objectives"]
    yoi("objective", "edit", goal["id"], "--title", "The fair")
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "Tickets", cwd=workspace)
    assert imported(yoi, workspace, issue(1, FIRST)) == {}
    assert git("status", "--porcelain", cwd=workspace).out == ""
    later = {**FIRST, "state": "closed"}
    assert imported(yoi, workspace, issue(1, later), issue(2, later)) == {"The fair": 1}
    assert yoi("objective", "list").err == "No objectives.\n"
    (over,) = yoi("objective", "list", "--all", "--json").json["objectives"]
    assert (over["id"], over["state"], over["linked"]) == (goal["id"], "achieved", 2)


@pytest.mark.parametrize("title", ["", "two\nlines"])
def test_a_milestone_that_can_be_no_objective_stays_a_name(
    yoi: Program, workspace: Path, title: str
) -> None:
    assert imported(yoi, workspace, issue(1, {"number": 1, "title": title})) == {}
    assert "Issue 1" in yoi("list").out


def test_a_milestone_of_backlog_has_the_title_of_its_file(yoi: Program, workspace: Path) -> None:
    folder = workspace / "backlog"
    for name in ("tasks", "milestones"):
        (folder / name).mkdir(parents=True)
    (folder / "config.yml").write_text("project_name: x\n")
    (folder / "milestones" / "m-2 - The fair.md").write_text("---\nid: m-2\n---\n")
    for number, milestone in ((1, "m-2"), (2, "m-2"), (3, "v2")):
        text = (
            f"---\nid: task-{number}\ntitle: T\nstatus: To Do\nmilestone: {milestone}\n---\nText.\n"
        )
        (folder / "tasks" / f"task-{number} - T.md").write_text(text)
    told = yoi("ticket", "import", "backlog", "--json").json["objectives"]
    assert {one["title"]: len(one["linked"]) for one in told} == {"The fair": 2, "v2": 1}
    assert yoi("ticket", "import", "backlog", "--json").json["objectives"] == []
