"""What came with a repository is run only after a person said that it may be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.api import session_at, start_at
from support.process import Program

from yoi_cli.errors import ConflictError
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.trust import look_at, require_trust

CONFIG = ".yoi/ticket.config.toml"
Edit = Callable[[Path, str], None]


def write(folder: Path, command: str) -> None:
    """Let the settings run `command`."""
    path = folder / CONFIG
    kept = path.read_text().partition("[profiles.ada]")[0]
    path.write_text(f'{kept}[profiles.ada]\ncommand = ["{command}"]\n')


def refused(folder: Path) -> str:
    """The code by which the settings are refused; empty where they are trusted."""
    try:
        require_trust(session_at(folder))
    except ConflictError as error:
        assert error.hint
        assert "yoi trust" in error.hint
        return error.code
    return ""


@pytest.fixture
def commit(git: Program) -> Edit:
    def commit(folder: Path, message: str) -> None:
        git("add", "--all", cwd=folder)
        git("commit", "--quiet", "--message", message, cwd=folder)

    return commit


@pytest.fixture
def theirs(yoi: Program, git: Program, workspace: Path, commit: Edit) -> Path:
    """A repository of somebody else's, whose settings run a command."""
    write(workspace, "one")
    commit(workspace, "A store")
    return workspace


@pytest.fixture
def mine(yoi: Program, git: Program, theirs: Path, tmp_path: Path) -> Path:
    """A clone of it, in which that command is trusted."""
    git("clone", "--quiet", theirs, tmp_path / "mine")
    yoi("trust", "--yes", cwd=tmp_path / "mine")
    return tmp_path / "mine"


def test_a_fresh_clone_runs_nothing_and_can_be_read(
    yoi: Program, git: Program, theirs: Path, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    git("clone", "--quiet", theirs, clone)
    for command in (
        ("orchestrate",),
        ("orchestrate", "--dry-run"),
        ("profile", "check"),
        ("worker", "spawn", "--profile", "ada"),
    ):
        answer = yoi(*command, "--json", cwd=clone, check=False)
        assert (answer.code, answer.error["code"]) == (4, "workspace_untrusted"), command
    assert 'profiles.ada.command = ["one"]' in str(answer.error["details"])
    for command in (("ticket", "list"), ("route",), ("profile", "list"), ("prime",), ("doctor",)):
        assert yoi(*command, cwd=clone, check=False).code != 4
    assert yoi("worker", "spawn", "--json", "--", "true", cwd=clone).json["worker_id"]
    shown = yoi("trust", "--show", cwd=clone).out
    assert 'setting\tprofiles.ada.command\t["one"]' in shown
    assert refused(clone) == "workspace_untrusted"
    assert yoi("trust", cwd=clone, check=False).code == 4
    yoi("trust", "--yes", cwd=clone)
    assert refused(clone) == ""
    yoi("trust", "--revoke", cwd=clone)
    assert refused(clone) == "workspace_untrusted"


def test_whoever_makes_a_workspace_is_trusted_with_what_they_edit_and_commit(
    workspace: Path, commit: Edit
) -> None:
    write(workspace, "one")
    assert refused(workspace) == ""
    write(workspace, "two")
    commit(workspace, "Two")
    assert refused(workspace) == ""


def test_what_init_did_not_write_itself_is_not_trusted(
    yoi: Program, git: Program, theirs: Path, tmp_path: Path
) -> None:
    git("clone", "--quiet", theirs, tmp_path / "clone")
    yoi("init", cwd=tmp_path / "clone")
    assert refused(tmp_path / "clone") == "workspace_untrusted"


def test_settings_that_run_nothing_need_no_trust(
    yoi: Program, git: Program, workspace: Path, commit: Edit, tmp_path: Path
) -> None:
    commit(workspace, "A store")
    git("clone", "--quiet", workspace, tmp_path / "clone")
    assert refused(tmp_path / "clone") == ""


@pytest.mark.parametrize(
    "bring",
    [
        ("pull", "--quiet", "--rebase"),
        ("pull", "--quiet", "--no-ff"),
        ("checkout", "--quiet", "origin/main", "--", CONFIG),
        ("merge", "--quiet", "--no-commit", "--no-ff", "origin/main"),
        ("merge", "--quiet", "--squash", "origin/main"),
        ("cherry-pick", "origin/main"),
        ("cherry-pick", "--no-commit", "origin/main"),
        ("switch", "--quiet", "--detach", "origin/main"),
        ("reset", "--quiet", "--hard", "origin/main"),
    ],
    ids=lambda words: "_".join(words)[:40],
)
def test_what_others_commits_bring_is_asked_about_anew(
    git: Program, theirs: Path, mine: Path, commit: Edit, bring: tuple[str, ...]
) -> None:
    (mine / "own").write_text("x")
    commit(mine, "Mine")
    write(theirs, "two")
    commit(theirs, "Two")
    git("fetch", "--quiet", cwd=mine)
    git(*bring, cwd=mine)
    assert refused(mine) == "commands_changed"
    found = look_at(session_at(mine))
    lines = ('-profiles.ada.command = ["one"]', '+profiles.ada.command = ["two"]')
    assert found.difference == lines
    if not git("status", "--porcelain", cwd=mine).out:
        git("commit", "--quiet", "--amend", "--message", "As mine", cwd=mine)
    else:
        git("commit", "--quiet", "--message", "As mine", cwd=mine)
    assert refused(mine) == "commands_changed", "a commit here does not make it mine"
    (mine / CONFIG).write_text((mine / CONFIG).read_text() + "\n# a remark\n")
    assert refused(mine) == "commands_changed", "an edit besides does not make it mine"


@pytest.mark.parametrize("before", ["pulled", "looked at"])
def test_what_others_took_away_does_not_become_mine_by_an_edit_of_something_else(
    yoi: Program, git: Program, theirs: Path, mine: Path, commit: Edit, before: str
) -> None:
    """Without its line a review by a person, or a confinement, is none."""
    write(theirs, "two")
    (theirs / CONFIG).write_text((theirs / CONFIG).read_text() + 'confine = "strict"\n')
    commit(theirs, "Strict")
    git("pull", "--quiet", cwd=mine)
    yoi("trust", "--yes", cwd=mine)
    write(theirs, "two")
    commit(theirs, "Not strict")
    git("pull", "--quiet", cwd=mine)
    if before == "looked at":
        assert refused(mine) == "commands_changed"
    (mine / CONFIG).write_text((mine / CONFIG).read_text() + "timeout = 60\n")
    assert refused(mine) == "commands_changed"
    commit(mine, "A timeout")
    assert refused(mine) == "commands_changed"


def test_what_i_take_away_myself_is_mine(
    yoi: Program, git: Program, theirs: Path, mine: Path, commit: Edit
) -> None:
    path = mine / CONFIG
    path.write_text(path.read_text() + 'confine = "strict"\n')
    commit(mine, "Strict")
    assert refused(mine) == ""
    (theirs / CONFIG).write_text("# A remark\n" + (theirs / CONFIG).read_text())
    commit(theirs, "A remark")
    git("pull", "--quiet", "--no-rebase", "--no-edit", cwd=mine)
    assert refused(mine) == ""
    path.write_text(path.read_text().replace('confine = "strict"\n', ""))
    assert refused(mine) == ""
    commit(mine, "Not strict")
    assert refused(mine) == ""


def test_an_edit_on_top_of_what_is_trusted_is_mine(
    yoi: Program, git: Program, theirs: Path, mine: Path, commit: Edit
) -> None:
    write(theirs, "two")
    commit(theirs, "Two")
    git("pull", "--quiet", cwd=mine)
    assert refused(mine) == "commands_changed"
    yoi("trust", "--yes", cwd=mine)
    assert refused(mine) == ""
    write(mine, "three")
    assert refused(mine) == ""
    git("stash", "--quiet", cwd=mine)
    assert refused(mine) == "", "what was trusted before stays trusted"
    git("stash", "pop", "--quiet", cwd=mine)
    assert refused(mine) == ""


def test_what_a_worker_committed_on_its_branch_is_not_mine(
    git: Program, mine: Path, commit: Edit
) -> None:
    tree = mine / ".worktree/x"
    git("worktree", "add", "--quiet", "-b", "work/0000000000ABC-x", tree, cwd=mine)
    write(tree, "two")
    commit(tree, "Two")
    git("merge", "--quiet", "work/0000000000ABC-x", cwd=mine)
    assert refused(mine) == "commands_changed"


def test_a_pipeline_says_what_it_trusts(git: Program, theirs: Path, tmp_path: Path) -> None:
    git("clone", "--quiet", theirs, tmp_path / "clone")

    def trusts(value: str) -> bool:
        start = start_at(tmp_path / "clone")
        session = open_session(start._replace(environment={"YOI_TRUST": value}))
        return look_at(session).state == "trusted"

    digest = look_at(session_at(tmp_path / "clone")).settings.digest
    assert [trusts(one) for one in ("1", digest, digest[:12])] == [True] * 3
    assert not any(trusts(one) for one in ("", "0", digest[:11], "0" * 64, "yes"))
    assert refused(tmp_path / "clone") == "workspace_untrusted", "nothing was noted"


def test_a_record_that_cannot_be_read_trusts_nothing(mine: Path) -> None:
    record = mine / ".git/yoi/trust/trusted.json"
    for text in ("", "{", "[]", '{"digests": 7}', "[" * 100_000):
        record.write_text(text)
        assert refused(mine) == "workspace_untrusted"
    record.unlink()
    record.mkdir()
    assert refused(mine) == "workspace_untrusted"


def test_outside_of_git_a_folder_that_was_copied_brings_no_trust_along(
    yoi: Program, tmp_path: Path
) -> None:
    first, copy = tmp_path / "first", tmp_path / "copy"
    first.mkdir()
    yoi("init", cwd=first)
    write(first, "one")

    def code(folder: Path) -> str:
        answer = yoi("profile", "check", "ada", "--json", cwd=folder, check=False)
        return str(answer.error["code"]) if answer.code == 4 else ""

    assert code(first) == ""
    shutil.copytree(first, copy, symlinks=True)
    assert code(copy) == "workspace_untrusted"
    yoi("trust", "--yes", cwd=copy)
    assert (code(copy), code(first)) == ("", "")
