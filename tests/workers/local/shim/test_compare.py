"""What counts as a difference between before and after a worker."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.compare import BY_STAT, LEFT_OUT, begin

SHA, ANOTHER = "1" * 40, "2" * 40


class Clone:
    """A git folder, as far as it is looked at, and what changed in it."""

    def __init__(self, path: Path) -> None:
        self.git = path / "git"
        self.folder = path / "worker"
        self.folder.mkdir()
        for name in ("refs/heads/work", "hooks"):
            (self.git / name).mkdir(parents=True)
        self.write("config", "a")
        self.write("refs/heads/main", SHA)
        self.write("refs/heads/work/own", SHA)
        names = ("config", "hooks", "refs/heads", "packed-refs", ".git")
        watched = [bytes(self.git / name) for name in names]
        watched.append(LEFT_OUT + bytes(self.git / "refs/heads/work/own"))
        self.write(".git", "gitdir: x")
        self.before = begin(watched)

    def write(self, name: str, text: str) -> None:
        (self.git / name).write_text(text)

    def changes(self) -> list[str]:
        descriptor = files.open_folder(bytes(self.folder))
        with files.closing(descriptor):
            self.before.write_changes(descriptor)
        written = self.folder / files.CHANGES
        paths = written.read_bytes().split(b"\0") if written.exists() else []
        return [str(Path(path.decode()).relative_to(self.git)) for path in paths]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_nothing_is_written_where_nothing_changed(clone: Clone) -> None:
    clone.write("refs/heads/work/own", ANOTHER)
    clone.write("refs/heads/main.lock", "")
    assert clone.changes() == []
    assert not (clone.folder / files.CHANGES).exists()


def test_a_packed_ref_is_the_same_ref(clone: Clone) -> None:
    clone.write("packed-refs", f"# pack-refs\n{SHA} refs/heads/main\n{SHA} refs/remotes/o/x\n")
    (clone.git / "refs/heads/main").unlink()
    assert clone.changes() == []
    clone.write("packed-refs", f"{ANOTHER} refs/heads/main\n")
    assert clone.changes() == ["refs/heads/main"]


def test_files_that_change_come_or_go_are_told(clone: Clone) -> None:
    clone.write("config", "b")
    clone.write("hooks/post-commit", "x")
    (clone.git / "refs/heads/main").unlink()
    assert clone.changes() == ["config", "hooks/post-commit", "refs/heads/main"]


def test_a_branch_more_counts_where_it_names_a_ticket(clone: Clone) -> None:
    clone.write("refs/heads/work/other", SHA)
    assert clone.changes() == []
    clone.write("refs/heads/work/0000000000ABC-x", SHA)
    assert clone.changes() == ["refs/heads/work/0000000000ABC-x"]


def test_a_worktree_that_is_gone_leads_nowhere(clone: Clone) -> None:
    (clone.git / ".git").unlink()
    assert clone.changes() == []
    clone.write(".git", "gitdir: elsewhere")
    assert clone.changes() == [".git"]


def test_files_told_apart_by_the_kernel_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("a")
    before = begin([BY_STAT + bytes(tmp_path / "f")])
    (tmp_path / "f").write_text("a")
    with files.closing(files.open_folder(bytes(tmp_path))) as folder:
        before.write_changes(folder)
    assert (tmp_path / files.CHANGES).read_bytes() == bytes(tmp_path / "f")
