"""The index that a sync keeps: what did not change is neither loaded nor read again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.sync.git.trees import StoreIndex


@pytest.fixture
def store(repo: Path) -> Path:
    """A folder with two files that are older than any index."""
    folder = repo / "store"
    folder.mkdir()
    for name in ("a", "b"):
        write(folder / name, f"This is {name}.\n")
    return folder


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))


def index_of(store: Path) -> StoreIndex:
    return StoreIndex(str(store), str(store.parent / ".git"), kept(store))


def kept(store: Path) -> str:
    return str(store.parent / ".git" / "yoi" / "store.index")


def take(store: Path, tree: str | None) -> str:
    """The tree of the folder, from an index that was brought to `tree`."""
    index = index_of(store)
    index.load(tree)
    found = index.differences()
    if found.changed:
        index.take([path for path in found.changed if path not in found.missing])
    return index.write()


def test_a_folder_that_is_as_it_was_leaves_the_index_as_it_was(store: Path) -> None:
    tree = take(store, None)
    before = os.stat(kept(store))

    assert take(store, tree) == tree

    after = os.stat(kept(store))
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_files_that_were_read_once_are_known_by_their_times(git: Program, store: Path) -> None:
    tree = take(store, None)
    os.unlink(kept(store))  # as in a new clone: the files are there, and no index has them

    take(store, tree)

    said = git("ls-files", "--debug", cwd=store.parent, env={"GIT_INDEX_FILE": kept(store)}).out
    assert said.count("mtime: 1700000000:0") == 2


def test_what_is_missing_changed_and_new_is_told_apart(store: Path) -> None:
    tree = take(store, None)
    os.unlink(store / "a")
    write(store / "b", "This is another b.\n")
    write(store / "c", "This is c.\n")
    index = index_of(store)
    index.load(tree)

    found = index.differences()

    assert found.missing == ("a",)
    assert found.changed == ("a", "b", "c")


def test_an_index_that_holds_another_tree_is_brought_to_the_one_that_is_asked_for(
    git: Program, store: Path
) -> None:
    first = take(store, None)
    write(store / "a", "This is another a.\n")
    second = take(store, first)

    assert take(store, first) == second  # what a sync took that did not come to its end
    assert git("cat-file", "blob", f"{second}:a", cwd=store).out == "This is another a.\n"


def test_an_index_is_brought_to_a_tree_by_what_differs(git: Program, store: Path) -> None:
    (store / "folder").mkdir()
    write(store / "folder" / "été", "a file in a folder\n")
    (store / "link").symlink_to("a")
    first = take(store, None)
    os.unlink(store / "folder" / "été")
    (store / "folder").rmdir()
    write(store / "folder", "a file now\n")
    os.unlink(store / "a")
    (store / "a").mkdir()
    write(store / "a" / "file", "a folder now\n")
    (store / "b").chmod(0o755)
    index = index_of(store)
    index.load(first)
    found = index.differences()
    index.take([path for path in found.changed if index.is_file(path)])
    second = index.write()

    for tree, other in ((first, second), (second, first)):
        loads = index_of(store)
        loads.load(other)
        assert loads.write() == other
        loads.load(tree)
        held = git("write-tree", cwd=store.parent, env={"GIT_INDEX_FILE": kept(store)}).out
        assert held.strip() == tree


def test_what_stands_at_some_paths_is_told_to_be_what_is_held(store: Path) -> None:
    (store / "folder").mkdir()
    write(store / "folder" / "file", "x\n")
    index = index_of(store)
    index.load(take(store, None))
    assert index.is_as_held(["folder/", "absent/", "a"])

    write(store / "b", "other\n")
    (store / "folder" / "new").write_text("x")
    os.unlink(store / "a")

    assert index.is_as_held(["absent/"])
    for path in ("folder/", "a", "b"):
        assert not index.is_as_held([path])


@pytest.mark.parametrize("what", ["index", "note", "both"])
def test_an_index_or_its_note_that_is_damaged_is_made_anew(store: Path, what: str) -> None:
    tree = take(store, None)
    for path, is_damaged in (
        (kept(store), what != "note"),
        (f"{kept(store)}.tree", what != "index"),
    ):
        if is_damaged:
            Path(path).write_bytes(b"\xff\x00 nothing of this\n" * 3)

    assert take(store, tree) == tree
