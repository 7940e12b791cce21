"""A ticket that depends on what was never imported waits, whoever asks, until somebody answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.process import Program
from support.tickets import CREATED, created, moved, put_ticket

from yoi_cli.model.item import FieldValue

FIRST = {
    "id": "bd-1",
    "title": "First",
    "description": "## Acceptance criteria\n\n- It works.",
    "status": "open",
    "priority": 1,
    "issue_type": "task",
    "dependencies": [{"issue_id": "bd-1", "depends_on_id": "bd-2", "type": "blocks"}],
}
SECOND = {"id": "bd-2", "title": "Second", "status": "closed", "priority": 1, "issue_type": "task"}


def bring(yoi: Program, *issues: object) -> dict[str, str]:
    """Import `issues` of beads; the ids of those that came in, by their titles."""
    lines = "".join(json.dumps(issue) + "\n" for issue in issues)
    found = yoi("ticket", "import", "-", "--json", stdin=lines).json["imported"]
    return {one["title"]: one["id"] for one in found}


@pytest.fixture
def waiting(yoi: Program, workspace: Path) -> str:
    """A ticket that is ready, and depends on bd-2, which is not here."""
    ticket = bring(yoi, FIRST)["First"]
    yoi("ticket", "state", ticket, "ready")
    return ticket


def reason(yoi: Program, ticket: str) -> tuple[str, list[str]]:
    found = yoi("route", ticket, "--json").json["decisions"][0]
    return found["classification"], [one["code"] for one in found["reasons"]]


@pytest.fixture
def queued(workspace: Path) -> str:
    """One that was queued before it had to wait for that."""
    thread = (
        created(),
        moved(CREATED, 1, "planning", "ready"),
        moved(CREATED, 2, "ready", "queued"),
    )
    fields: dict[str, FieldValue] = {
        "missing_links": ("depends_on beads:bd-2",),
        "source": "beads:bd-1",
    }
    return put_ticket(workspace, 1, *thread, state="queued", fields=fields)


def test_it_is_not_queued(yoi: Program, waiting: str) -> None:
    refused = yoi("ticket", "state", waiting, "queued", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "blocked")
    assert "beads:bd-2 (missing)" in refused.error["message"]


def test_nothing_lets_it_start(yoi: Program, queued: str) -> None:
    blocked = "blocked_by_dependency_or_missing_authority"
    assert reason(yoi, queued) == (blocked, ["dependency_missing"])
    assert queued not in yoi("next", check=False).out
    assert yoi("gate", queued, check=False).code == 5
    for command in (
        ("claim", queued),
        ("route", queued, "--accept"),
        ("ticket", "state", queued, "inprogress"),
        ("start", queued),
    ):
        assert yoi(*command, check=False).code in (4, 5), command
    row = yoi("ticket", "list", "--blocked").out.splitlines()[1]
    assert queued in row
    assert "blocked_by:beads:bd-2" in row
    shown = yoi("ticket", "show", queued, "--json").json["relations"]["blockers"]
    assert [(one["ticket"], one["problem"]) for one in shown] == [("beads:bd-2", "missing")]


def test_the_answer_is_a_command_that_is_named(yoi: Program, queued: str) -> None:
    (remedy,) = yoi("route", queued, "--json").json["decisions"][0]["unblock"]
    command = f"yoi ticket relation remove {queued} depends_on beads:bd-2"
    assert f"`{command}`" in remedy
    yoi(*command.split()[1:], "--note", "It was dropped there.")
    assert reason(yoi, queued)[0] == "implementation_ready"
    last = yoi("ticket", "show", queued, "--json").json["events"][-1]
    assert last["kind"] == "relation_removed"
    assert last["attributes"] == {"relation": "depends_on", "target": "beads:bd-2"}
    assert "It was dropped there." in last["body"]
    again = yoi(*command.split()[1:], "--json", check=False)
    assert (again.code, again.error["code"]) == (3, "relation_not_found")


def test_the_import_that_brings_it_answers_too(yoi: Program, queued: str) -> None:
    bring(yoi, SECOND)
    assert reason(yoi, queued)[0] == "implementation_ready"


def test_other_links_hold_nobody_up(yoi: Program, workspace: Path) -> None:
    links = [{"depends_on_id": "bd-2", "type": kind} for kind in ("related", "parent-child")]
    ticket = bring(yoi, {**FIRST, "dependencies": links})["First"]
    for state in ("ready", "queued"):
        yoi("ticket", "state", ticket, state)
    assert reason(yoi, ticket)[0] == "implementation_ready"
