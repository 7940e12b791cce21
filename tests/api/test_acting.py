"""Moves are made by name, on what was seen, and leave everything as it was where they fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.api import session_at
from support.process import Program
from support.workspaces import broken_relations, put

from yoi_cli.api import claims, moves, tickets
from yoi_cli.api.moves import Request
from yoi_cli.errors import ConflictError, UsageError
from yoi_cli.model.reviews import ONLY_IN_PROGRESS
from yoi_cli.orchestration.git.commit_checks import CHECKS

pytestmark = pytest.mark.process


def state(workspace: Path, ticket: str) -> str:
    return tickets.state_of(session_at(workspace), ticket)[1].state


def configure(workspace: Path, line: str, table: str) -> None:
    path = workspace / ".yoi/ticket.config.toml"
    path.write_text(path.read_text().replace(f"[{table}]\n", f"[{table}]\n{line}\n"))


def act(workspace: Path, ticket: str, action: str, text: str = "", seen: str = "") -> str:
    request = Request(text, seen or None)
    return moves.act(session_at(workspace), ticket, action, request).said


def test_a_ticket_goes_its_way_by_names_of_moves(workspace: Path) -> None:
    one = put(workspace, 1, "planning")
    way = (
        ("intake", "Settled.", "ready"),
        ("queue", "", "queued"),
        ("accept", "", "inprogress"),
        ("comment", "Half way.", "inprogress"),
        ("request_changes", "No.", "inprogress"),
        ("approve", "Yes.", "inprogress"),
        ("release", "", "inprogress"),
        ("done", "", "done"),
        ("close", "", "closed"),
        ("reopen", "Not yet.\n\nIt came back.", "planning"),
    )
    for action, text, after in way:
        assert one in act(workspace, one, action, text, state(workspace, one))
        assert state(workspace, one) == after
    thread = (workspace / ".yoi/tickets" / one / "thread.md").read_text()
    for said in ("Settled.", "Half way.", "It came back.", "The work is done."):
        assert said in thread


def test_closing_says_it_in_the_language_of_the_records(workspace: Path) -> None:
    configure(workspace, 'language = "Japanese"', "ticket")
    one = put(workspace, 1, "done")
    act(workspace, one, "close")
    assert (workspace / ".yoi/tickets" / one / "resolution.md").read_text().strip() == (
        "作業は完了しました。"
    )


@pytest.mark.parametrize("action", ["queue", "return_to_planning", "close"])
def test_what_somebody_else_moved_meanwhile_is_not_moved(workspace: Path, action: str) -> None:
    one = put(workspace, 1, "ready")
    tickets.move(session_at(workspace), one, "queued")
    with pytest.raises(ConflictError, match="queued, not ready") as caught:
        act(workspace, one, action, "A text.", seen="ready")
    assert caught.value.code == "state_unexpected"
    assert state(workspace, one) == "queued"


def test_a_review_of_what_is_no_longer_in_progress_is_not_written(workspace: Path) -> None:
    one = put(workspace, 1, "inprogress")
    tickets.move(session_at(workspace), one, "done")
    with pytest.raises(ConflictError):
        act(workspace, one, "approve", "Good.", seen="inprogress")
    assert "kind: review" not in (workspace / ".yoi/tickets" / one / "thread.md").read_text()


def test_what_is_not_offered_is_refused_with_its_reason(workspace: Path) -> None:
    one, broken = put(workspace, 2, "planning"), broken_relations(workspace)
    with pytest.raises(ConflictError, match=ONLY_IN_PROGRESS):
        act(workspace, one, "approve", "Good.")
    with pytest.raises(ConflictError, match=r"relations\.json"):
        act(workspace, broken, "close", "Over.")
    with pytest.raises(UsageError, match="is no move"):
        act(workspace, one, "fly")
    with pytest.raises(UsageError, match="empty"):
        act(workspace, one, "intake", " ")


def test_a_claim_that_others_hold_is_not_taken(workspace: Path) -> None:
    one = put(workspace, 1, "queued")
    claims.claim(session_at(workspace), one, holder="somebody")
    with pytest.raises(ConflictError, match="somebody"):
        act(workspace, one, "claim")


def committing(workspace: Path, git: Program) -> str:
    """A ready ticket in a clone that commits what it writes; everything else is committed."""
    configure(workspace, "autocommit = true", "git")
    one = put(workspace, 1, "ready")
    put(workspace, 2, "planning")
    (workspace / "README").write_text("A file.\n")
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "All of it", cwd=workspace)
    return one


def test_queueing_makes_one_commit_with_the_paths_of_that_ticket(
    workspace: Path, git: Program
) -> None:
    one = committing(workspace, git)
    (workspace / "README").write_text("Changed by somebody.\n")
    git("add", "README", cwd=workspace)
    act(workspace, one, "queue", seen="ready")
    paths = git("show", "--name-only", "--format=", "HEAD", cwd=workspace).out.split()
    assert paths
    assert all(path.startswith(f".yoi/tickets/{one}/") for path in paths)
    assert git("rev-list", "--count", "HEAD", cwd=workspace).out.strip() == "3"
    assert git("diff", "--cached", "--name-only", cwd=workspace).out.strip() == "README"


def no_branch(workspace: Path, git: Program) -> None:
    git("checkout", "--quiet", "--detach", cwd=workspace)


def no_signature(workspace: Path, git: Program) -> None:
    git("config", "commit.gpgSign", "true", cwd=workspace)
    git("config", "gpg.program", "/nowhere/gpg", cwd=workspace)


def in_a_merge(workspace: Path, git: Program) -> None:
    (workspace / ".git/MERGE_HEAD").write_text(git("rev-parse", "HEAD", cwd=workspace).out)


def in_conflict(workspace: Path, git: Program) -> None:
    blob = git("hash-object", "-w", "README", cwd=workspace).out.strip()
    lines = "".join(f"100644 {blob} {stage}\tREADME\n" for stage in (1, 2, 3))
    git("update-index", "--force-remove", "README", cwd=workspace)
    git("update-index", "--index-info", cwd=workspace, stdin=lines)


def ignored(workspace: Path, git: Program) -> None:
    git("rm", "--quiet", "-r", "--cached", ".yoi/tickets", cwd=workspace)
    with (workspace / ".git/info/exclude").open("a") as file:
        file.write(".yoi/tickets/\n")


def another_worktree(workspace: Path, git: Program) -> None:
    (workspace.parent / "away").mkdir()
    git("config", "core.worktree", str(workspace.parent / "away"), cwd=workspace)


FAULTS: dict[str, Callable[[Path, Program], None]] = {
    "root-branch": no_branch,
    "root-git-user": no_signature,
    "root-operation": in_a_merge,
    "root-index": in_conflict,
    "root-worktree-identity": another_worktree,
    "commit-pathscope": ignored,
}


@pytest.mark.parametrize("check", FAULTS)
def test_a_commit_that_would_fail_is_told_by_name_and_nothing_is_moved(
    workspace: Path, git: Program, check: str
) -> None:
    one = committing(workspace, git)
    FAULTS[check](workspace, git)
    before = (workspace / ".yoi/tickets" / one / "thread.md").read_bytes()
    with pytest.raises(ConflictError) as caught:
        act(workspace, one, "queue", seen="ready")
    assert caught.value.code == "commit_check_failed"
    assert caught.value.message.startswith(f"{check}: ")
    assert set(CHECKS) == set(FAULTS)
    assert (workspace / ".yoi/tickets" / one / "thread.md").read_bytes() == before


def test_where_nobody_asks_for_a_commit_none_of_it_is_checked(
    workspace: Path, git: Program
) -> None:
    one = put(workspace, 1, "ready")
    in_a_merge(workspace, git)
    act(workspace, one, "queue", seen="ready")
    assert state(workspace, one) == "queued"
