"""What files say of refs is what git says, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.git.plain_refs import (
    branch_commit,
    head_of,
    is_without_branches_below,
    tracking_refs,
)


def test_head_names_a_branch_or_a_commit(repo: Path, git: Program) -> None:
    commit = git("rev-parse", "HEAD").out.strip()
    assert head_of(str(repo / ".git")) == ("main", "")
    git("checkout", "--quiet", "--detach")
    assert head_of(str(repo / ".git")) == ("", commit)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ref: refs/heads/.invalid\n", "ref: refs/tags/x\n", "abc\n"),
        "ref: refs/heads/../../ORIG_HEAD\n",
    ],
)
def test_of_another_head_nothing_is_said(repo: Path, text: str) -> None:
    (repo / ".git/HEAD").write_text(text)
    assert head_of(str(repo / ".git")) is None


def test_a_branch_is_where_its_file_says_and_packed_git_is_asked(repo: Path, git: Program) -> None:
    common = str(repo / ".git")
    assert branch_commit(common, "main") == git("rev-parse", "main").out.strip()
    git("symbolic-ref", "refs/heads/alias", "refs/heads/main")
    assert branch_commit(common, "alias") is None
    git("pack-refs", "--all")
    assert branch_commit(common, "main") is None


def test_branches_below_are_seen_wherever_they_are_kept(repo: Path, git: Program) -> None:
    common = str(repo / ".git")
    assert is_without_branches_below(common, "topic")
    git("branch", "topic/a")
    assert not is_without_branches_below(common, "topic")
    git("pack-refs", "--all")
    assert not is_without_branches_below(common, "topic")
    assert is_without_branches_below(common, "top")
    git("branch", "-D", "topic/a")
    assert is_without_branches_below(common, "topic")


def test_a_fifo_keeps_nobody_waiting(repo: Path) -> None:
    os.mkfifo(repo / ".git/packed-refs")
    assert not is_without_branches_below(str(repo / ".git"), "topic")
    assert tracking_refs(str(repo / ".git"), "main") is None


def test_of_refs_that_are_kept_otherwise_nothing_is_said(repo: Path) -> None:
    heads = repo / ".git/refs/heads"
    heads.rename(repo / ".git/refs/before")
    heads.write_text("this repository uses the reftable format\n")
    assert not is_without_branches_below(str(repo / ".git"), "topic")
    assert branch_commit(str(repo / ".git"), "main") is None
