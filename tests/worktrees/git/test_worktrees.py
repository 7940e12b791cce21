"""One worktree is found without a look at the others."""

from __future__ import annotations

import shutil
from pathlib import Path

from support.process import Program
from support.worktrees import BRANCH, OTHER, TICKET, add, commit, worktrees_of


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
