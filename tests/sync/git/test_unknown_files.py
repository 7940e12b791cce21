"""Files that an index does not hold are found as git's walk through all folders finds them."""

from __future__ import annotations

import os
import random
import shutil
import time
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.store.files.index import stat_data
from yoi_cli.sync.git import folder_table, unknown_files
from yoi_cli.sync.git.folder_table import EMPTY, load_table, save_table
from yoi_cli.sync.git.trees import StoreIndex

NAMES = ("a", "b", "c", "été", "two words", ":(glob)*", "x.tmp")
STEPS = 30


class World:
    """A folder in which things happen, the index that a sync keeps of it, and git's own answer."""

    def __init__(self, repo: Path, git: Program, seed: int) -> None:
        self.store = repo / "store"
        self.store.mkdir()
        self.kept = str(repo / ".git" / "yoi" / "store.index")
        self._git = git
        self._random = random.Random(seed)
        self._git_dir = str(repo / ".git")
        self.trees: list[str | None] = [None]
        self.asked: list[tuple[str, ...]] = []

    def index(self) -> StoreIndex:
        return StoreIndex(str(self.store), self._git_dir, self.kept)

    def walk(self) -> list[str]:
        """What git finds by a walk, of the index as it is."""
        said = self._git(
            *("-c", "core.excludesFile=/dev/null", "ls-files", "-z", "--others"),
            "--exclude-per-directory=.gitignore",
            cwd=self.store,
            env={
                "GIT_DIR": self._git_dir,
                "GIT_WORK_TREE": str(self.store),
                "GIT_INDEX_FILE": self.kept,
            },
        ).out
        return sorted({path for path in said.split("\0") if path})

    def step(self) -> None:
        changes = (self.edit, self.remove, self.move, self.swap, self.replace, self.link)
        odder = (self.leave_a_link, self.turn_back, self.copy, self.ignore, self.nest)
        self._random.choice((*(self.write,) * 4, *changes, *odder))()

    def look(self, *, takes: bool) -> tuple[list[str], list[str]]:
        """What a sync finds and what a walk does; what was found is then taken, or not."""
        tree = self._random.choice(self.trees[-2:])
        index = self.index()
        index.load(tree)
        walked = self.walk()
        found = index.differences()
        unknown = sorted({*found.changed} - self._held(tree))
        if takes:
            index.take([path for path in found.changed if self._is_plain(path)])
            index.drop([path for path in found.missing if not index.is_file(path)])
        self.trees.append(index.write())
        return unknown, walked

    def _is_plain(self, path: str) -> bool:
        """Whether git would take it: a file in folders that are no links."""
        at = self.store / path
        return at.is_file() and os.path.realpath(at) == str(at)

    def _held(self, tree: str | None) -> set[str]:
        if tree is None:
            return set()
        said = self._git("ls-tree", "-rz", "--full-tree", "--name-only", tree, cwd=self.store).out
        return {path for path in said.split("\0") if path}

    def _folders(self) -> list[Path]:
        return [self.store, *(Path(one) for one, _, _ in os.walk(self.store) if ".git" not in one)]

    def _below(self) -> list[Path]:
        return [one for one in self.store.rglob("*") if ".git" not in one.parts]

    def _any(self, paths: list[Path]) -> Path | None:
        return self._random.choice(sorted(paths)) if paths else None

    def _new(self) -> Path:
        return self._random.choice(sorted(self._folders())) / self._random.choice(NAMES)

    def write(self) -> None:
        path = self._new()
        if path.is_symlink() or path.is_file():
            return
        if self._random.random() < 0.5 or path.is_dir():
            path.mkdir(exist_ok=True)
            path /= self._random.choice(NAMES)
        if not path.is_dir() and not path.is_symlink():
            path.write_text("x")

    def edit(self) -> None:
        path = self._any([one for one in self._below() if one.is_file() and not one.is_symlink()])
        if path is not None:
            before = path.stat()
            path.write_text("y")
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def remove(self) -> None:
        path = self._any(self._below())
        if path is not None:
            self._gone(path)

    def _gone(self, path: Path) -> None:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def move(self) -> None:
        path, to = self._any(self._below()), self._new()
        if path is not None and to != path and path not in to.parents and to not in path.parents:
            self._gone(to)
            path.rename(to)

    def swap(self) -> None:
        one, other = (self._any([p for p in self._below() if p.is_dir()]) for _ in range(2))
        if one and other and one != other and one not in other.parents and other not in one.parents:
            aside = self.store.parent / "aside"
            one.rename(aside)
            other.rename(one)
            aside.rename(other)

    def replace(self) -> None:
        path = self._any(self._below())
        if path is not None:
            was_folder = path.is_dir()
            self._gone(path)
            if was_folder:
                path.write_text("a file now")
            else:
                path.mkdir()
                (path / "inside").write_text("z")

    def link(self) -> None:
        path = self._new()
        if not path.exists() and not path.is_symlink():
            path.symlink_to(self._random.choice(["a", "nowhere", str(self.store.parent)]))

    def leave_a_link(self) -> None:
        """A folder is elsewhere now, and a link to it in its place."""
        path = self._any([one for one in self._below() if one.is_dir() and not one.is_symlink()])
        if path is not None:
            elsewhere = self.store.parent / f"elsewhere {self._random.random()}"
            path.rename(elsewhere)
            path.symlink_to(elsewhere)

    def turn_back(self) -> None:
        path = self._any(self._folders())
        if path is not None:
            (path / self._random.choice(NAMES) / "..").exists()
            before = path.stat()
            name = path / f"n{self._random.randrange(9)}"
            if not name.exists() and not name.is_symlink():
                name.write_text("in between")
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    def copy(self) -> None:
        path = self._any([one for one in self._below() if one.is_dir() and not one.is_symlink()])
        if path is not None:
            kept = self.store.parent / f"copy {self._random.random()}"
            shutil.copytree(path, kept, symlinks=True)
            shutil.rmtree(path)
            shutil.copytree(kept, path, symlinks=True)

    def ignore(self) -> None:
        path = self._random.choice(sorted(self._folders())) / ".gitignore"
        if path.is_symlink() or path.is_dir():
            return
        if path.exists() and self._random.random() < 0.4:
            path.unlink()
        else:
            path.write_text(self._random.choice(["*.tmp\n", "/a\n", "b/\n", "*\n", "!x.tmp\n"]))

    def nest(self) -> None:
        """A repository inside, or what was one is none any more."""
        path = self._any([one for one in self._folders() if one != self.store])
        if path is not None and self._random.random() < 0.5:
            inside = path / ".git"
            if inside.exists():
                shutil.rmtree(inside)
            else:
                self._git("init", "--quiet", str(path), cwd=self.store)


@pytest.fixture
def worlds(git: Program, repo: Path) -> Callable[[int], World]:
    return lambda seed: World(repo, git, seed)


def lives(world: World) -> str:
    """What a sync found otherwise than a walk, in a life of `world`."""
    choose = random.Random(1)
    for number in range(STEPS):
        for _ in range(choose.randrange(4)):
            world.step()
        found, walked = world.look(takes=choose.random() < 0.7)
        if found != walked:
            return f"step {number}: {found} for {walked}"
    return ""


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_to_folders_the_same_is_found(
    worlds: Callable[[int], World], seed: int
) -> None:
    assert lives(worlds(seed)) == ""


def test_what_trusts_times_in_seconds_finds_less(
    git: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: the property above is not true of everything."""
    exactly = stat_data.stat_all

    def coarse(folder: int, places: list[str]) -> array[int]:
        found = exactly(folder, places)
        found[1::5] = array("q", [ns // 10**9 for ns in found[1::5]])
        found[2::5] = found[3::5]  # neither the time of the inode's change
        return found

    def roughly(status: os.stat_result) -> tuple[int, ...]:
        inode = status.st_ino
        return status.st_size, status.st_mtime_ns // 10**9, inode, inode, status.st_dev

    monkeypatch.setattr(unknown_files, "stat_all", coarse)
    monkeypatch.setattr(unknown_files, "stat_data", roughly)
    found = []
    for seed in range(6):
        repo = tmp_path / str(seed)
        git("init", "--quiet", str(repo), cwd=tmp_path)
        found.append(lives(World(repo, git, seed)))
    assert any(found)


@pytest.fixture
def kept(worlds: Callable[[int], World]) -> World:
    """Some folders, of which everything was taken."""
    world = worlds(0)
    for name in ("a", "b"):
        (world.store / name / "deep").mkdir(parents=True)
        (world.store / name / "file").write_text("x")
    take(world)
    return world


def take(world: World) -> tuple[list[str], list[str]]:
    world.trees[:] = world.trees[-1:]
    return world.look(takes=True)


def asked_of_git(world: World, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The paths at which git is asked to look, in each look from now on."""
    asked: list[tuple[str, ...]] = []
    plainly = StoreIndex._others

    def noted(index: StoreIndex, paths: tuple[str, ...]) -> frozenset[str]:
        asked.append(tuple(paths))
        return plainly(index, paths)

    monkeypatch.setattr(StoreIndex, "_others", noted)
    return asked


def test_where_nothing_changed_git_is_not_asked(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(kept)
    asked = asked_of_git(kept, monkeypatch)

    assert take(kept) == ([], [])
    (kept.store / "a" / "file").write_text("edited")  # which gives its folder no other time
    assert take(kept) == ([], [])

    assert asked == []


def test_what_was_edited_and_taken_leaves_known_what_is_in_folders(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(kept)
    asked = asked_of_git(kept, monkeypatch)
    for text in ("one", "two more"):
        (kept.store / "a" / "file").write_text(text)
        assert take(kept) == ([], [])
        assert kept.trees[-1] != kept.trees[-2]
    assert asked == []


def test_what_was_gone_and_is_dropped_is_found_if_it_came_back_in_between(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(kept)
    path = kept.store / "a" / "file"
    path.unlink()
    index = kept.index()
    index.load(kept.trees[-1])
    plainly = unknown_files.UnknownFiles.find

    def late(files: unknown_files.UnknownFiles, tree: str) -> frozenset[str]:
        path.write_text("back again")
        time.sleep(0.02)  # another tick of the file system's clock
        return plainly(files, tree)

    with monkeypatch.context() as patched:
        patched.setattr(unknown_files.UnknownFiles, "find", late)
        assert index.differences().missing == ("a/file",)
    index.drop(["a/file"])
    kept.trees.append(index.write())

    assert take(kept) == (["a/file"],) * 2


def test_git_looks_only_where_something_changed(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(kept)
    asked = asked_of_git(kept, monkeypatch)
    (kept.store / "a" / "more").write_text("x")
    (kept.store / "b" / "new" / "er").mkdir(parents=True)
    (kept.store / "b" / "new" / "er" / "file").write_text("x")

    assert take(kept) == (["a/more", "b/new/er/file"],) * 2

    ((*paths,),) = asked
    assert sorted(paths) == ["a/file", "a/more", "b/file", "b/new"]


def test_a_folder_that_changed_after_a_look_began_is_looked_at_again(
    kept: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("yoi_cli.store.files.index.stat_data.Instant.is_after", lambda *_: False)
    os.unlink(f"{kept.kept}.folders")
    take(kept)
    asked = asked_of_git(kept, monkeypatch)

    assert take(kept) == ([], [])

    assert [sorted(paths) for paths in asked] == [["a/file", "b/file"]]


@pytest.mark.parametrize("damage", ["gone", "cut", "other", "bytes", "folder"])
def test_a_table_that_is_odd_costs_time_only(kept: World, damage: str) -> None:
    path = Path(f"{kept.kept}.folders")
    data = path.read_bytes()
    path.unlink()
    if damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "other":
        path.write_bytes(data.replace(b"deep", b"dead"))
    elif damage == "bytes":
        path.write_bytes(b"\xff\x00 nothing of this\n" * 3)
    elif damage == "folder":
        path.mkdir()
    (kept.store / "a" / "deep" / "new").write_text("x")

    assert take(kept) == (["a/deep/new"],) * 2


def test_a_table_is_read_as_it_was_written_and_never_as_another_s(tmp_path: Path) -> None:
    path = str(tmp_path / "table")
    places = {".": (1, 2, 3, 4, 5), "a/\udcffb": (5, 4, 3, 2, 1)}
    table = EMPTY.updated(places, None, frozenset({"a/x", "\udcfe"}))._replace(tree="t" * 40)
    save_table(path, "/store", table)

    assert load_table(path, "/store") == table
    assert load_table(path, "/other") is None
    data = Path(path).read_bytes()
    for at in range(len(data)):
        Path(path).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert load_table(path, "/store") is None, at
        Path(path).write_bytes(data[:at])
        assert load_table(path, "/store") is None, at
    assert folder_table.load_table(str(tmp_path / "absent"), "/store") is None
