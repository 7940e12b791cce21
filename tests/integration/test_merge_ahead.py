"""A merge of many files is settled by one start of `yoi`; nothing depends on that."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support.clones import Branches, fork, move_on_both
from support.process import Program
from torture.campaigns.merge import make_item, make_plan, make_relations, make_thread

from yoi_cli.setup.merge_checks import EARLIER_COMMANDS

#: Starts `yoi`, and notes it. `$THEN` is run by the shell after the first start.
_COUNTING = """#!{python}
import os, subprocess, sys
folder = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(folder, "starts"), "a+") as log:
    log.seek(0)
    is_first = not log.read()
    log.write(" ".join(sys.argv[1:]) + "\\n")
code = subprocess.call([{yoi!r}, *sys.argv[1:]])
if is_first and "THEN" in os.environ:
    subprocess.check_call(["sh", "-c", os.environ["THEN"]])
sys.exit(code)
"""
_MAKE: dict[str, Callable[[random.Random], bytes]] = {
    "thread.md": make_thread,
    "item.md": make_item,
    "artifacts/relations.json": make_relations,
    "artifacts/orchestration-plan.jsonl": make_plan,
}


class Left(NamedTuple):
    """All that a merge leaves, and says."""

    code: int
    out: str
    err: str
    stages: str
    files: dict[str, bytes]


class Counted(NamedTuple):
    """Branches whose merges start a `yoi` that notes its starts."""

    branches: Branches
    bin: Path

    @property
    def starts(self) -> list[str]:
        log = self.bin / "starts"
        return log.read_text().splitlines() if log.exists() else []

    def merge(self, *, then: str | None = None, driver: str | None = None) -> Left:
        """Merge `work`, with the configured driver or that one; undone again."""
        git, folder = self.branches.git, self.branches.folder
        (self.bin / "starts").unlink(missing_ok=True)
        env = {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}
        env |= {} if then is None else {"THEN": then}
        other = () if driver is None else ("-c", f"merge.yoi.driver={driver}")
        done = git(*other, "merge", "--no-commit", "work", check=False, cwd=folder, env=env)
        stages = git("ls-files", "--stage", cwd=folder).out
        files = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted((folder / ".yoi").rglob("*"))
            if path.is_file()
        }
        git("reset", "--quiet", "--hard", cwd=folder)
        git("clean", "--quiet", "-fdx", ".yoi", cwd=folder)
        return Left(done.code, done.out, done.err, stages, files)


@pytest.fixture
def counted(branches: Branches, yoi: Program, tmp_path: Path) -> Counted:
    program = tmp_path / "bin" / "yoi"
    program.parent.mkdir()
    real = str(Path(sys.executable).parent / "yoi")
    program.write_text(_COUNTING.format(python=sys.executable, yoi=real))
    program.chmod(0o755)
    return Counted(branches, program.parent)


def commented(branches: Branches, count: int) -> list[str]:
    """Tickets that both branches commented; on `main`."""
    tickets = [branches.ticket(f"T{number}") for number in range(count)]
    branches.commit("Begin")
    branches.on("work", new=True)
    for ticket in tickets:
        branches.say(ticket, "from work")
    branches.commit("Work")
    branches.on("main")
    for ticket in tickets:
        branches.say(ticket, "from main")
    branches.commit("Main")
    return tickets


def test_one_start_settles_all_files_that_both_sides_changed(counted: Counted) -> None:
    tickets = commented(counted.branches, 4)

    ahead = counted.merge()
    starts = counted.starts
    one_by_one = counted.merge(driver=EARLIER_COMMANDS[0])

    assert len(starts) == 1
    assert len(counted.starts) >= len(tickets)  # an item is not written twice in a second
    assert ahead == one_by_one


def test_a_merge_in_a_linked_worktree_is_settled_by_one_start_too(
    counted: Counted, tmp_path: Path
) -> None:
    branches = counted.branches
    commented(branches, 3)
    tree = tmp_path / "tree"
    branches.git("worktree", "add", "--quiet", "-b", "other", str(tree), "main")
    there = counted._replace(branches=Branches(branches.yoi, branches.git, tree))

    ahead = there.merge()
    starts = there.starts
    one_by_one = there.merge(driver=EARLIER_COMMANDS[0])

    assert len(starts) == 1
    assert ahead == one_by_one


def test_what_a_person_must_know_is_said_as_if_nobody_worked_ahead(counted: Counted) -> None:
    branches = counted.branches
    asked, moved = fork(branches), branches.ticket("Moved")
    branches.commit("Moved")
    branches.git("branch", "--force", "work", "main")
    move_on_both(branches, moved)
    for branch in ("work", "main"):
        branches.on(branch)
        branches.yoi("ticket", "edit", asked, "--message", f"As {branch} has it.")
        with branches.path(asked).open("a") as thread:
            thread.write(f"\nText that {branch} put in no event.\n")
        branches.commit(branch)

    ahead = counted.merge()
    one_by_one = counted.merge(driver=EARLIER_COMMANDS[0])

    assert ahead == one_by_one
    assert ahead.code == 1
    assert "CONFLICT: Both sides changed the description" in ahead.err
    assert any("/.torn/" in name for name in ahead.files)


@pytest.mark.parametrize("seed", range(2))
def test_files_of_any_kind_merge_to_the_same_with_and_without_working_ahead(
    counted: Counted, seed: int
) -> None:
    branches, dice = counted.branches, random.Random(seed)
    tickets = [f"00000000000A{n}" for n in range(1, 10)]
    for branch in ("main", "work", "main"):
        branches.git("checkout", "--quiet", *(["-b"] if not _has(branches, branch) else []), branch)
        for ticket in tickets:
            for part, make in _MAKE.items():
                if dice.random() < 0.8:
                    path = branches.path(ticket, part)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(make(dice))
        branches.commit(f"Any {branch}")

    ahead = counted.merge()
    starts = counted.starts
    one_by_one = counted.merge(driver=EARLIER_COMMANDS[0])

    assert ahead == one_by_one
    assert len(starts) < len(counted.starts)


def _has(branches: Branches, branch: str) -> bool:
    return branches.git("rev-parse", "--verify", "--quiet", branch, check=False).code == 0


@pytest.mark.parametrize(
    "damage",
    [
        'find "$YOI_MERGE_AHEAD" -name "*.md" -exec sh -c \'echo x >>"$1"\' - {} +',
        'find "$YOI_MERGE_AHEAD" -name "*.md" -delete',
        'find "$YOI_MERGE_AHEAD" -name "*.ids" -delete',
        'find "$YOI_MERGE_AHEAD" -name "*.ids" -exec sh -c \'for f; do : >"$f"; done\' - {} +',
        'find "$YOI_MERGE_AHEAD" -name "*.ids" -exec sed -i "s/^./z/" {} +',
        'find "$YOI_MERGE_AHEAD" -name "*.md" -exec sh -c \'rm "$1"; mkdir "$1"\' - {} +',
        'find "$YOI_MERGE_AHEAD" -name "*.md" -exec sh -c \'rm "$1"; ln -s /dev/null "$1"\' - {} +',
        'rm -r "$YOI_MERGE_AHEAD"',
    ],
)
def test_what_lies_ready_and_is_damaged_costs_time_alone(counted: Counted, damage: str) -> None:
    commented(counted.branches, 2)

    one_by_one = counted.merge(driver=EARLIER_COMMANDS[0])
    damaged = counted.merge(then=damage)

    assert damaged == one_by_one
    assert len(counted.starts) > 1


def test_a_git_folder_in_which_nothing_can_be_made_costs_time_alone(counted: Counted) -> None:
    commented(counted.branches, 2)
    (counted.branches.folder / ".git/yoi-merge").write_text("in the way\n")

    assert counted.merge() == counted.merge(driver=EARLIER_COMMANDS[0])


def test_what_the_last_merge_left_goes_with_the_next(counted: Counted) -> None:
    commented(counted.branches, 2)
    counted.merge()
    folder = counted.branches.folder / ".git/yoi-merge"
    (left,) = os.listdir(folder)

    counted.merge()

    assert len(os.listdir(folder)) == 1
    assert os.listdir(folder) != [left]


def test_a_driver_that_is_killed_while_it_works_ahead_leaves_its_file_to_a_person(
    counted: Counted, tmp_path: Path
) -> None:
    branches = counted.branches
    commented(branches, 3)
    expected = counted.merge()
    killed = tmp_path / "killed" / "yoi"
    killed.parent.mkdir()
    killed.write_text(
        f"#!{sys.executable}\nimport os, signal, sys\n"
        "from yoi_cli.merge.files import prepared\n"
        "add, left = prepared.PreparedFiles.add, [1]\n"
        "def dying(*given):\n"
        "    left.pop() if left else os.kill(os.getpid(), signal.SIGKILL)\n"
        "    add(*given)\n"
        "prepared.PreparedFiles.add = dying\n"
        "from yoi_cli.__main__ import main\nmain()\n"
    )
    killed.chmod(0o755)

    cut_short = counted._replace(bin=killed.parent).merge()

    # Its file is as it would be without the program; the one that lay ready was taken.
    assert cut_short.code == 1
    assert sum(b"<<<<<<< ours" in data for data in cut_short.files.values()) == 1
    assert counted.merge() == expected


def test_what_a_broken_move_to_another_disk_leaves_is_merged_by_nobody(counted: Counted) -> None:
    commented(counted.branches, 2)
    broken = counted.bin / "mv"
    broken.write_text('#!/bin/sh\nfor last; do :; done\n: >"$last"\nexit 1\n')
    broken.chmod(0o755)

    left = counted.merge()

    assert left.code != 0
    assert len(counted.starts) == 1
