"""`--commit` and `[git] autocommit`: a commit of one ticket's files, after it was written."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import make_ticket, open_store
from support.process import Program


@pytest.fixture
def ticket(workspace: Path) -> str:
    return make_ticket(open_store(workspace, in_git=True), acceptance=("It runs",))


def test_only_the_ticket_is_committed(
    yoi: Program, git: Program, workspace: Path, ticket: str
) -> None:
    (workspace / "staged").write_text("mine", encoding="utf-8")
    git("add", "staged", cwd=workspace)
    yoi("ticket", "comment", ticket, "-m", "Said.", "--commit")
    committed = git("show", "--name-only", "--format=", "HEAD", cwd=workspace).out.splitlines()
    assert {path.split("/")[2] for path in committed} == {ticket}
    assert git("diff", "--cached", "--name-only", cwd=workspace).out == "staged\n"


@pytest.mark.parametrize(
    "words",
    [
        ("ticket", "create", "-t", "x", "--acceptance", "x"),
        ("ticket", "comment", "{}", "-m", "x"),
        ("ticket", "edit", "{}", "-t", "x"),
        ("ticket", "state", "{}", "ready"),
        ("ticket", "close", "{}", "-m", "x"),
        ("objective", "create", "-t", "x"),
    ],
)
def test_what_is_written_is_no_failure_where_git_refuses_the_commit(
    yoi: Program, git: Program, workspace: Path, ticket: str, words: tuple[str, ...]
) -> None:
    # Git refuses to commit single paths in the middle of a merge.
    git("commit", "--allow-empty", "--quiet", "--message", "more", cwd=workspace)
    head = git("rev-parse", "HEAD", cwd=workspace).out
    (workspace / ".git" / "MERGE_HEAD").write_text(head, encoding="ascii")
    filled = [word.format(ticket) for word in words]
    done = yoi(*filled, "--commit", "--json")
    assert done.json
    assert done.err.startswith("Warning: Recorded, but not committed (git commit did not succeed")
    assert done.err.count("\n") == 1
    if words[0] == "ticket":
        (warning,) = done.json["warnings"]
        assert done.err == f"Warning: {warning}\n"


def test_a_store_without_git_can_be_written_to_with_autocommit(
    yoi: Program, tmp_path: Path
) -> None:
    yoi("init", cwd=tmp_path)
    config = tmp_path / ".yoi/ticket.config.toml"
    config.write_text("[git]\nautocommit = true\n", encoding="utf-8")
    done = yoi("ticket", "create", "-t", "x", cwd=tmp_path)
    assert done.out.startswith("created\t")
    assert "not committed" in done.err
