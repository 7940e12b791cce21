"""A sync that is killed leaves nothing behind that the next one does not put right."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from support.process import Program, script_program
from support.sync_clones import OWN, Clones, NewClones, git_wrapper

pytestmark = pytest.mark.slow


class _Story:
    """Two clones that both wrote, each with a ticket of its own, one shared and one twin."""

    def __init__(self, clones: Clones) -> None:
        self.clones = clones
        self.here, self.there = clones.clone("a"), clones.clone("b")
        self.shared = clones.create(self.here, "Shared")
        clones.sync(self.here)
        clones.sync(self.there)
        twin = clones.create(self.there, "Twin made there")
        clones.comment(self.there, self.shared, "Said there")
        clones.sync(self.there)
        other = clones.create(self.here, "Twin made here")
        store = self.here / ".yoi/tickets"
        (store / other).rename(store / twin)
        clones.yoi("restore", "--leave", cwd=self.here)
        clones.comment(self.here, self.shared, "Said here")
        self.kept = clones.folder / "kept"
        self.kept.mkdir()
        for name in ("remote.git", "a", "b"):
            shutil.copytree(clones.folder / name, self.kept / name, symlinks=True)

    def again(self) -> None:
        """Everything as it was before the sync."""
        for name in ("remote.git", "a", "b"):
            shutil.rmtree(self.clones.folder / name)
            shutil.copytree(self.kept / name, self.clones.folder / name, symlinks=True)
        self.clones.git("update-index", "-q", "--refresh", cwd=self.here, check=False)

    def check(self, at: int) -> None:
        """The next syncs put everything right, and no ticket or event is lost or doubled."""
        self.clones.converge(self.here, self.there)
        thread = self.clones.thread(self.here, self.shared)
        assert [thread.count("Said here"), thread.count("Said there")] == [1, 1], at
        listed = self.clones.yoi("ticket", "list", "--json", cwd=self.here).json["tickets"]
        assert sorted(row["title"] for row in listed) == [
            "Shared",
            "Twin made here",
            "Twin made there",
        ], at


@pytest.mark.parametrize("options", [(), OWN], ids=["current", "own"])
def test_a_sync_killed_around_any_git_command_is_put_right_by_the_next(
    options: tuple[str, ...], tmp_path: Path, new_clones: NewClones
) -> None:
    clones = new_clones(options)
    story = _Story(clones)
    counter = tmp_path / "calls"
    # The sync is killed after its Nth command that changes something in a repository.
    env = git_wrapper(
        tmp_path / "bin",
        f"""case " $* " in
*" update-ref "*|*" push "*|*" fetch "*|*" update-index "*|*" write-tree "*|*" commit-tree "*)
  echo >> {counter}
  if [ $(wc -l < {counter}) = "$AT" ]; then "$GIT" "$@"; kill -9 $PPID; exit 1; fi;;
esac
exec "$GIT" "$@" """,
    )
    # Every sixth boundary, others on each branch; `torture kill` takes all of them.
    at = 2 if options else 5
    while True:
        story.again()
        counter.write_text("", encoding="utf-8")
        killed = clones.sync(story.here, check=False, env={**env, "AT": str(at)})
        if killed.code == 0:
            break
        assert killed.code == -signal.SIGKILL, killed
        story.check(at)
        at += 6
    assert at > 8


def test_a_sync_killed_before_any_write_to_the_folder_is_put_right_by_the_next(
    tmp_path: Path, yoi: Program, new_clones: NewClones
) -> None:
    clones = new_clones(())
    story = _Story(clones)
    faulty = script_program("faulty.py", yoi.env, tmp_path)
    calls = faulty("log", "0", "sync", cwd=story.here).err.splitlines()
    wanted = [n for n, call in enumerate(calls, 1) if "/.yoi" in call]
    assert len(wanted) > 15
    for at in wanted[1 :: len(wanted) // 3]:
        story.again()
        killed = faulty("kill", str(at), "sync", cwd=story.here, check=False)
        assert killed.code == -signal.SIGKILL, (at, killed)
        story.check(at)
    assert os.path.isdir(story.here)
