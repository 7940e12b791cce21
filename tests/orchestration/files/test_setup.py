"""What a worktree gets besides what is committed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yoi_cli.errors import ConflictError
from yoi_cli.model.settings import OrchestrationSettings
from yoi_cli.orchestration.files.setup import FileSetup

SETTINGS = OrchestrationSettings(
    setup=(("npm", "ci"),),
    setup_key=("lock.json",),
    setup_keeps=("node_modules",),
    copy=(".env", "config/local"),
)


@pytest.fixture
def setup(tmp_path: Path) -> FileSetup:
    root = tmp_path / "root"
    (root / "config/local").mkdir(parents=True)
    (root / ".env").write_text("A=1")
    (root / ".env").chmod(0o600)
    (root / "config/local/x").write_text("x")
    return FileSetup(str(root), str(tmp_path / "kept"), SETTINGS)


def worktree(tmp_path: Path, name: str, lock: str = "1") -> Path:
    folder = tmp_path / name
    (tmp_path / "git" / name).mkdir(parents=True)
    folder.mkdir()
    (folder / ".git").write_text(f"gitdir: {tmp_path}/git/{name}\n")
    (folder / "lock.json").write_text(lock)
    return folder


def test_files_and_folders_are_copied_in_place_of_what_is_there(
    setup: FileSetup, tmp_path: Path
) -> None:
    folder = worktree(tmp_path, "one")
    (folder / ".env").write_text("old")
    setup.copy_in(str(folder))
    assert (folder / ".env").read_text() == "A=1"
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    assert (folder / "config/local/x").read_text() == "x"
    assert setup.missing() == ()
    (tmp_path / "root/.env").unlink()
    assert setup.missing() == (".env",)


def test_a_link_that_was_committed_leads_no_copy_elsewhere(
    setup: FileSetup, tmp_path: Path
) -> None:
    folder, outside = worktree(tmp_path, "one"), tmp_path / "outside"
    outside.mkdir()
    (folder / "config").symlink_to(outside)
    (folder / ".env").symlink_to(outside / "env")
    with pytest.raises(ConflictError) as refused:
        setup.copy_in(str(folder))
    assert refused.value.code == "copy_unsafe"
    assert list(outside.iterdir()) == []


def test_it_is_done_until_the_folder_or_a_lock_file_is_another_one(
    setup: FileSetup, tmp_path: Path
) -> None:
    folder = worktree(tmp_path, "one")
    assert not setup.is_done(str(folder))
    setup.done(str(folder))
    assert setup.is_done(str(folder))
    (folder / "lock.json").write_text("2")
    assert not setup.is_done(str(folder))
    (folder / "lock.json").write_text("1")
    assert setup.is_done(str(folder))
    (folder / ".git").unlink()
    (folder / ".git").write_text(f"gitdir: {tmp_path}/git/one\n")
    assert not setup.is_done(str(folder)), "the folder was made anew"
    before = setup.mark(str(folder))
    setup.forget(str(folder))
    assert setup.mark(str(folder)) != before


def test_a_lock_file_that_is_none_is_waited_for_by_nobody(setup: FileSetup, tmp_path: Path) -> None:
    """A worker may put a FIFO there, or a link to a file without an end."""
    folder = worktree(tmp_path, "one")
    lock = folder / "lock.json"
    lock.unlink()
    without = setup.mark(str(folder))
    os.mkfifo(lock)
    assert setup.mark(str(folder)) == without
    lock.unlink()
    lock.symlink_to("/dev/zero")
    assert setup.mark(str(folder)) == without


def test_a_worktree_whose_git_file_was_changed_is_not_set_up(
    setup: FileSetup, tmp_path: Path
) -> None:
    folder = worktree(tmp_path, "one")
    (folder / ".git").unlink()
    (folder / ".git").mkdir()
    with pytest.raises(ConflictError) as error:
        setup.done(str(folder))
    assert error.value.code == "worktree_changed"


def test_what_a_setup_made_is_kept_for_the_same_lock_files(
    setup: FileSetup, tmp_path: Path
) -> None:
    first = worktree(tmp_path, "first")
    assert not setup.restore(str(first))
    (first / "node_modules/a").mkdir(parents=True)
    (first / "node_modules/link").symlink_to("a")
    setup.keep(str(first))
    other = worktree(tmp_path, "other")
    assert setup.restore(str(other))
    assert (other / "node_modules/link").is_symlink()
    assert not setup.restore(str(worktree(tmp_path, "third", lock="2")))
    for number in range(5):
        setup.keep(str(worktree(tmp_path, f"n{number}", lock=f"n{number}")))
    assert len(list((tmp_path / "kept").iterdir())) == 3
