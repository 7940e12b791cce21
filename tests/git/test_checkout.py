"""Which checkout a folder belongs to (docs/worktrees.md, "Which store")."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.layouts import LAYOUTS
from support.process import Program

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.git.checkout import find_checkout
from yoi_cli.git.dot_git import git_dir_of
from yoi_cli.git.unusual import record_main


@pytest.fixture
def no_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr("subprocess.Popen", refuse)


def linked_to(repo: Path, git: Program, *, where: Path) -> Path:
    git("worktree", "add", "--quiet", "--detach", str(where), cwd=repo)
    return where


@pytest.mark.parametrize("name", ["plain", "subfolder", "not UTF-8"])
def test_the_usual_layout_is_read_without_git(
    name: str, git: Program, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    _, top = LAYOUTS[name](git, tmp_path / "base")
    linked = linked_to(top, git, where=tmp_path / "linked")
    # What `git sparse-checkout` leaves in the configuration of every clone that used it.
    git("config", "extensions.worktreeConfig", "true", cwd=top)
    request.getfixturevalue("no_processes")

    main, other = find_checkout(str(top)), find_checkout(str(linked))
    assert main is not None
    assert other is not None
    assert (main.root, main.main_root, main.is_main) == (str(top), str(top), True)
    assert (other.root, other.main_root, other.is_main) == (str(linked), str(top), False)
    assert other.common_dir == main.git_dir


@pytest.mark.parametrize("name", ["bare", "bare, hidden", "separate git dir", "symlinked .git"])
def test_the_main_checkout_is_known_once_it_is_recorded(
    name: str, git: Program, tmp_path: Path
) -> None:
    _, top = LAYOUTS[name](git, tmp_path / "base")
    linked = linked_to(top, git, where=tmp_path / "linked")
    before = find_checkout(str(linked))
    assert before is not None
    assert before.main_root is None

    meant = find_checkout(str(top))
    assert meant is not None
    record_main(meant.root, meant.git_dir, meant.common_dir)
    after, there = find_checkout(str(linked)), find_checkout(str(top))
    assert after is not None
    assert there is not None
    assert after.main_root == there.main_root == str(top)
    assert there.is_main


def test_a_submodules_main_checkout_is_what_its_configuration_says(
    git: Program, tmp_path: Path
) -> None:
    _, top = LAYOUTS["submodule"](git, tmp_path / "base")
    linked = linked_to(top, git, where=tmp_path / "linked")
    found = find_checkout(str(linked))
    assert found is not None
    assert found.main_root == str(top)


def test_a_recorded_worktree_is_found_where_git_moved_it(git: Program, tmp_path: Path) -> None:
    _, top = LAYOUTS["bare"](git, tmp_path / "base")
    meant = find_checkout(str(top))
    assert meant is not None
    record_main(meant.root, meant.git_dir, meant.common_dir)
    linked = linked_to(top, git, where=tmp_path / "linked")
    git("worktree", "move", str(top), str(tmp_path / "moved"), cwd=linked)
    found = find_checkout(str(linked))
    assert found is not None
    assert found.main_root == str(tmp_path / "moved")

    git("worktree", "remove", str(tmp_path / "moved"), cwd=linked)
    found = find_checkout(str(linked))
    assert found is not None
    assert found.main_root is None


@pytest.mark.parametrize("name", ["bare", "bare, hidden"])
def test_the_folder_of_a_bare_repository_is_no_checkout(
    name: str, git: Program, tmp_path: Path
) -> None:
    _, top = LAYOUTS[name](git, tmp_path / "base")
    assert find_checkout(str(top.parent)) is None


def test_a_copied_worktree_is_refused_and_a_moved_one_is_at_home(
    repo: Path, git: Program, tmp_path: Path
) -> None:
    linked = linked_to(repo, git, where=tmp_path / "linked")
    shutil.copytree(linked, tmp_path / "copy")
    with pytest.raises(ConflictError, match="copy of") as caught:
        find_checkout(str(tmp_path / "copy"))
    assert caught.value.code == "checkout_copied"
    assert find_checkout(str(linked)) is not None

    shutil.rmtree(linked)
    moved = find_checkout(str(tmp_path / "copy"))
    assert moved is not None
    assert moved.main_root == str(repo)


def test_a_copy_of_a_checkout_whose_git_folder_is_elsewhere_is_refused_once_that_is_recorded(
    git: Program, tmp_path: Path
) -> None:
    _, top = LAYOUTS["separate git dir"](git, tmp_path / "base")
    meant = find_checkout(str(top))
    assert meant is not None
    record_main(meant.root, meant.git_dir, meant.common_dir)
    shutil.copytree(top, tmp_path / "copy")
    with pytest.raises(ConflictError, match="copy of"):
        find_checkout(str(tmp_path / "copy"))
    assert find_checkout(str(top)) == meant


@pytest.mark.process
def test_a_git_file_that_leads_nowhere_is_told_in_gits_words(repo: Path) -> None:
    folder = repo / "lost"
    folder.mkdir()
    (folder / ".git").write_text("gitdir: /nowhere/at/all\n", encoding="utf-8")
    with pytest.raises(OperationError, match="not a git repository: /nowhere") as caught:
        find_checkout(str(folder))
    assert caught.value.code == "git_refused"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("name", ["plain", "separate git dir", "submodule", "bare"])
def test_another_users_repository_is_refused_in_gits_words(
    name: str, git: Program, tmp_path: Path
) -> None:
    _, top = LAYOUTS[name](git, tmp_path / "base")
    assert find_checkout(str(top)) is not None
    for folder, _, files in os.walk(tmp_path / "base"):
        for path in (folder, *(os.path.join(folder, file) for file in files)):
            os.lchown(path, 65534, 65534)
    with pytest.raises(OperationError, match="dubious ownership") as caught:
        find_checkout(str(top))
    assert caught.value.code == "git_refused"
    assert "safe.directory" in caught.value.hint

    git("config", "--global", "--add", "safe.directory", "*", cwd=tmp_path)
    try:
        assert find_checkout(str(top)) is not None
    finally:
        git("config", "--global", "--unset-all", "safe.directory", cwd=tmp_path)


@pytest.mark.parametrize("kind", ["fifo", "circle", "device"])
def test_a_git_file_that_is_no_file_says_nothing_and_nobody_waits_for_it(
    tmp_path: Path, kind: str
) -> None:
    """A worker may put anything in the place of its worktree's `.git`."""
    dot_git = tmp_path / ".git"
    if kind == "fifo":
        os.mkfifo(dot_git)
    else:
        dot_git.symlink_to(dot_git if kind == "circle" else "/dev/zero")
    assert git_dir_of(str(dot_git)) is None
    assert find_checkout(str(tmp_path)) is None


def test_nobody_waits_for_a_configuration_that_is_a_fifo(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git/HEAD").write_text("ref: refs/heads/main\n")
    os.mkfifo(tmp_path / ".git/config")
    found = find_checkout(str(tmp_path))
    assert found is not None
    assert found.is_main
