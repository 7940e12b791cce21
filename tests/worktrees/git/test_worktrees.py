"""One worktree is found without a look at the others."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.process import Program
from support.worktrees import BRANCH, OTHER, TICKET, add, commit, worktrees_of

from yoi_cli.worktrees.git.listing import MAKING


def test_a_worktree_is_found_as_it_stands(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    head = commit(git, folder, "new")
    (folder / "left over").write_text("x")
    found = worktrees_of(repo).find(f".worktree/{TICKET}-try", "main")
    assert found is not None
    assert (found.path, found.ticket, found.branch, found.head) == (
        str(folder),
        TICKET,
        BRANCH,
        head,
    )
    assert (found.dirty, found.target) == (("left over",), "main")


def test_a_worktree_is_found_whatever_state_another_is_in(repo: Path) -> None:
    _, folder = add(repo)
    _, other = add(repo, OTHER)
    index = repo / ".git/worktrees" / other.name / "index"
    index.write_bytes(b"damaged")
    assert worktrees_of(repo).find(f".worktree/{folder.name}", "main") is not None
    assert worktrees_of(repo).tickets() == {TICKET, OTHER}


def test_one_whose_folder_is_gone_is_not_found_but_its_ticket_is_told(repo: Path) -> None:
    _, folder = add(repo)
    shutil.rmtree(folder)
    assert worktrees_of(repo).find(f".worktree/{folder.name}", "main") is None
    assert worktrees_of(repo).tickets() == {TICKET}
    assert worktrees_of(repo).find(".worktree/another", "main") is None


def _conflict(git: Program, folder: Path) -> None:
    git("checkout", "--quiet", "-b", "other", cwd=folder)
    commit(git, folder, "file", "one\n")
    git("checkout", "--quiet", "-b", "another", "HEAD~1", cwd=folder)
    commit(git, folder, "file", "two\n")
    git("merge", "--quiet", "other", cwd=folder, check=False)


def _rename(git: Program, folder: Path) -> None:
    commit(git, folder, "a b")
    git("mv", "a b", "c d", cwd=folder)
    (folder / "README.md").unlink()
    (folder / "new").mkdir()
    (folder / "new/file").write_text("x")


def _named_detached(git: Program, folder: Path) -> None:
    git("checkout", "--quiet", "-b", "(detached)", cwd=folder)


def _detach(git: Program, folder: Path) -> None:
    git("checkout", "--quiet", "--detach", cwd=folder)


def _orphan(git: Program, folder: Path) -> None:
    git("checkout", "--quiet", "--orphan", "fresh", cwd=folder)


def _lock(git: Program, folder: Path) -> None:
    git("worktree", "lock", "--reason", "mine", str(folder))


def _unfinished(git: Program, folder: Path) -> None:
    git("worktree", "lock", "--reason", MAKING, str(folder))


def _elsewhere(git: Program, folder: Path) -> None:
    git("worktree", "move", str(folder), str(folder.parents[1] / ".worktree/by hand"))
    (folder.parent / "by hand").rename(folder)
    git("worktree", "repair", str(folder))


def _moved(git: Program, folder: Path) -> None:
    git("pack-refs", "--all")
    git("worktree", "move", str(folder), str(folder) + " away/.worktree/" + folder.name)


@pytest.mark.parametrize(
    "change",
    [_conflict, _rename, _named_detached, _detach, _orphan, _lock, _unfinished, _elsewhere, _moved],
    ids=lambda change: change.__name__.strip("_"),
)
def test_what_is_found_is_what_a_look_at_all_shows(
    repo: Path, git: Program, change: Callable[[Program, Path], None]
) -> None:
    _, folder = add(repo)
    (folder.parent / f"{folder.name} away/.worktree").mkdir(parents=True)
    change(git, folder)
    (listed,) = worktrees_of(repo).all("main")
    found = worktrees_of(repo).find(f".worktree/{folder.name}", "main")
    assert found == listed._replace(base=None, ahead=0)
    located = worktrees_of(repo).locate(f".worktree/{folder.name}", "main")
    assert located is not None
    assert located._replace(dirty=()) == found._replace(dirty=())
    own = listed if listed.ticket == TICKET and not listed.is_unfinished else None
    assert worktrees_of(repo).of(TICKET, "main") == own
    assert worktrees_of(repo).of(OTHER, "main") is None
    assert worktrees_of(repo).stands(f".worktree/{folder.name}")
