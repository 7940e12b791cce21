"""The list of worktrees that is read from files is git's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.process import Program
from support.worktrees import OTHER, add, commit, paths_of

from yoi_cli.git.commit_facts import CommitFacts
from yoi_cli.worktrees.git import listing
from yoi_cli.worktrees.git.listing import WorktreeEntry


def _rebasing(git: Program, folder: Path) -> None:
    for branch in ("one", "two"):
        git("checkout", "--quiet", "-B", branch, "main", cwd=folder)
        commit(git, folder, "file", branch)
    git("rebase", "--quiet", "one", cwd=folder, check=False)


def _packed(git: Program, folder: Path) -> None:
    git("pack-refs", "--all")
    git("worktree", "lock", "--reason", "on a stick\nof mine", str(folder))


def _gone(git: Program, folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


STATES: dict[str, Callable[[Program, Path], object]] = {
    "new": lambda git, folder: None,
    "detached": lambda git, folder: git("checkout", "--quiet", "--detach", cwd=folder),
    "main detached": lambda git, folder: git("checkout", "--quiet", "--detach"),
    "packed and locked": _packed,
    "rebasing": _rebasing,
    "unborn": lambda git, folder: git("checkout", "--quiet", "--orphan", "later", cwd=folder),
    "a name of its own": lambda git, folder: git("checkout", "--quiet", "-b", "é+1", cwd=folder),
    "its folder is gone": _gone,
    "a symbolic branch": lambda git, folder: git("symbolic-ref", "refs/heads/other", "HEAD"),
    "bare": lambda git, folder: git("config", "core.bare", "true"),
}


@pytest.mark.parametrize("has_facts", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_what_files_say_is_what_git_lists(
    repo: Path, git: Program, state: str, has_facts: bool
) -> None:
    paths = paths_of(repo)
    facts = CommitFacts(paths.common_dir) if has_facts else None
    _, folder = add(repo)
    add(repo, OTHER)
    STATES[state](git, folder)
    asked = paths._replace(facts=facts)
    assert _sorted(listing.main_and_linked(asked)) == _sorted(listing._read_by_git(paths))
    if facts is not None:
        facts.close()


def test_git_is_not_started_for_plain_worktrees(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(repo)
    monkeypatch.setattr(listing, "_read_by_git", lambda _: pytest.fail("git was asked"))
    main, linked = listing.main_and_linked(paths_of(repo))
    assert main is not None
    assert (main.branch, len(linked)) == ("main", 1)


def _sorted(
    found: tuple[WorktreeEntry | None, tuple[WorktreeEntry, ...]],
) -> tuple[WorktreeEntry | None, list[WorktreeEntry]]:
    main, linked = found
    return main, sorted(linked, key=lambda entry: entry.path)
