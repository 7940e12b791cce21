"""What a hook learns of the branch that it runs on."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.git.checkout import find_checkout
from yoi_cli.hooks.git.commit_facts import GitCommits


def branch_at(repo: Path) -> str | None:
    checkout = find_checkout(str(repo))
    assert checkout is not None
    return GitCommits(checkout).branch()


@pytest.mark.parametrize("branch", ["main", "work/00001KW2ABCDE-a", "日本/x"])
def test_the_branch_is_the_one_that_git_names(repo: Path, git: Program, branch: str) -> None:
    git("checkout", "--quiet", "-B", branch, cwd=repo)

    assert branch_at(repo) == branch


def test_a_tag_of_the_same_name_does_not_change_it(repo: Path, git: Program) -> None:
    git("checkout", "--quiet", "-b", "work/x", cwd=repo)
    git("tag", "work/x", cwd=repo)

    assert branch_at(repo) == "work/x"


def test_a_head_that_is_no_plain_file_of_a_branch_is_asked_of_git(repo: Path, git: Program) -> None:
    git("config", "core.preferSymlinkRefs", "true", cwd=repo)
    git("checkout", "--quiet", "-b", "linked", cwd=repo)
    assert branch_at(repo) == "linked"
    git("checkout", "--quiet", "--detach", cwd=repo)
    assert branch_at(repo) is None
