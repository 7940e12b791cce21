"""Records behind a symlink hold a ticket up: what cannot be read is never ready (README.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.tickets import created, moved, put_ticket, ticket

FIRST, SECOND = ticket(1), ticket(2)
BODY = "## Acceptance criteria\n\n- It works."
QUEUED = (
    created(),
    moved("2026-06-02T00:00:00Z", 1, "planning", "ready"),
    moved("2026-06-02T00:00:00Z", 2, "ready", "queued"),
)


@pytest.fixture(params=["an empty folder", "nothing"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """What the symlink leads to."""
    (tmp_path / "an empty folder").mkdir()
    return tmp_path / str(request.param)


def hide_artifacts(workspace: Path, name: str, target: Path) -> None:
    artifacts = workspace / ".yoi" / "tickets" / name / "artifacts"
    artifacts.rename(artifacts.with_name("kept"))
    artifacts.symlink_to(target)


def test_a_ticket_whose_relations_stand_behind_a_symlink_is_never_ready(
    yoi: Program, workspace: Path, target: Path
) -> None:
    put_ticket(workspace, 1, body=BODY)
    waits = (("depends_on", FIRST),)
    put_ticket(workspace, 2, *QUEUED, state="queued", body=BODY, relations=waits)
    hide_artifacts(workspace, SECOND, target)
    for words in (("route", SECOND), ("route",), ("route", "--all")):
        decisions = yoi(*words, "--json", cwd=workspace).json["decisions"]
        said = {one["ticket"]: one["classification"] for one in decisions}
        assert said[SECOND] == "blocked_by_dependency_or_missing_authority", words
    for asked in ("gate {}", "next", "next --claim", "claim {}", "ticket state {} inprogress"):
        refused = yoi(*asked.format(SECOND).split(), cwd=workspace, check=False)
        assert refused.code == 6, refused


def test_relations_of_another_ticket_behind_a_symlink_are_not_taken_for_none(
    yoi: Program, workspace: Path, target: Path
) -> None:
    put_ticket(workspace, 1, body=BODY, relations=(("blocks", SECOND),))
    put_ticket(workspace, 2, *QUEUED, state="queued", body=BODY)
    hide_artifacts(workspace, FIRST, target)
    listed = yoi("ticket", "relation", "list", "--json", cwd=workspace).json
    assert listed["unreadable"] == [FIRST]
    assert FIRST in yoi("route", SECOND, "--json", cwd=workspace).out
