"""`yoi route --at`: the store as of an instant or a commit, to be looked at and not changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import fingerprint
from support.process import Program
from support.tickets import created, moved, put_ticket, ticket

BEFORE, AFTER = "2026-06-04T00:00:00Z", "2026-06-06T00:00:00Z"
BODY = "## Acceptance criteria\n\n- It works."


@pytest.fixture
def project(repo: Path, git: Program) -> Path:
    """A queued ticket that was free once the one that it waits for was done."""
    first = (moved("2026-06-02T00:00:00Z", 1, "planning", "ready"),)
    queue = (moved("2026-06-02T00:00:00Z", 2, "ready", "queued"),)
    done = (
        moved("2026-06-03T00:00:00Z", 3, "queued", "inprogress"),
        moved("2026-06-05T00:00:00Z", 4, "inprogress", "done"),
    )
    put_ticket(repo, 1, created(), *first, *queue, *done, state="done", body=BODY)
    waits = (("depends_on", ticket(1)),)
    put_ticket(repo, 2, created(), *first, *queue, state="queued", body=BODY, relations=waits)
    git("add", "--all", "--force", cwd=repo)
    git("commit", "--quiet", "--message", "A store", cwd=repo)
    return repo


def routed(yoi: Program, *words: str | Path) -> dict[str, str]:
    decisions = yoi(*words, "--json").json["decisions"]
    return {one["ticket"]: one["classification"] for one in decisions}


def test_an_instant_shows_who_had_to_wait_then(yoi: Program, project: Path) -> None:
    assert routed(yoi, "route", ticket(2), "--at", BEFORE) == {
        ticket(2): "blocked_by_dependency_or_missing_authority"
    }
    assert routed(yoi, "route", ticket(2), "--at", AFTER) == {ticket(2): "implementation_ready"}
    assert routed(yoi, "route", "--all", "--at", "2026-05-01") == {}
    result = yoi("route", ticket(2), "--at", "2026-05-01", "--json", check=False)
    assert (result.code, result.error["code"]) == (3, "ticket_not_found")


def test_a_bare_repository_is_routed_by_its_commits(
    yoi: Program, git: Program, project: Path, tmp_path: Path
) -> None:
    bare = tmp_path / "bare.git"
    git("clone", "--quiet", "--bare", project, bare)
    before = fingerprint(bare)

    assert routed(yoi, "-C", bare, "route", "--at", "main") == {
        ticket(1): "close_ready",
        ticket(2): "implementation_ready",
    }
    assert fingerprint(bare) == before


def test_a_bare_repository_below_another_workspace_is_itself(
    yoi: Program, git: Program, project: Path
) -> None:
    bare = project / "bare.git"
    git("clone", "--quiet", "--bare", project, bare)
    put_ticket(project, 3)
    assert len(routed(yoi, "-C", bare, "route", "--at", "main")) == 2


def test_claims_and_the_checkout_say_nothing_of_the_past(yoi: Program, project: Path) -> None:
    config = "[routing]\nmax_in_progress = 0\nrequire_clean = true\n"
    (project / ".yoi/ticket.config.toml").write_text(config, encoding="utf-8")
    (project / "README.md").write_text("changed", encoding="utf-8")
    assert routed(yoi, "route", ticket(2)) == {ticket(2): "waiting"}
    for at in ("HEAD", "2026-06-07"):
        assert routed(yoi, "route", ticket(2), "--at", at) == {ticket(2): "implementation_ready"}


def test_the_settings_are_those_of_the_commit(yoi: Program, git: Program, project: Path) -> None:
    (project / ".yoi/tickets").rename(project / "work")
    (project / ".yoi/ticket.config.toml").write_text('[backend]\nroot = "work"\n')
    git("add", "--all", "--force")
    git("commit", "--quiet", "--message", "Elsewhere")
    assert len(routed(yoi, "route", "--at", "HEAD")) == 2
    assert len(routed(yoi, "route", "--at", "HEAD~1")) == 2


def test_a_commit_is_read_where_the_checkout_has_no_workspace(
    yoi: Program, git: Program, project: Path
) -> None:
    git("rm", "-r", "--quiet", ".yoi")
    git("commit", "--quiet", "--message", "No store")
    below = project / "docs"
    below.mkdir()
    assert len(routed(yoi, "-C", below, "route", "--at", "HEAD~1")) == 2
    result = yoi("route", "--at", "HEAD", "--json", check=False)
    assert (result.code, result.error["code"]) == (3, "workspace_not_found")


def test_a_tag_that_looks_like_a_time_can_be_named(
    yoi: Program, git: Program, project: Path
) -> None:
    git("tag", "2026-05-01")
    assert routed(yoi, "route", "--at", "2026-05-01") == {}
    assert len(routed(yoi, "route", "--at", "rev:2026-05-01")) == 2


@pytest.mark.parametrize("words", [("--record",), ("--accept",)])
def test_the_past_cannot_be_decided(yoi: Program, project: Path, words: tuple[str]) -> None:
    before = fingerprint(project / ".yoi")
    result = yoi("route", ticket(2), *words, "--at", "HEAD", "--json", check=False)
    assert (result.code, result.error["code"]) == (2, "past_not_writable")
    assert fingerprint(project / ".yoi") == before


def test_what_is_neither_time_nor_commit_is_told_apart(yoi: Program, project: Path) -> None:
    said = {
        at: yoi("route", f"--at={at}", "--json", check=False).error["code"]
        for at in ("nowhere", "-x", "--exec=x", "time:main")
    }
    assert said == {
        "nowhere": "revision_not_found",
        "-x": "revision_invalid",
        "--exec=x": "revision_invalid",
        "time:main": "time_invalid",
    }
