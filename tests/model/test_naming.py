"""The names of branches and worktrees (docs/worktrees.md)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.naming import branch_name, slug, ticket_of_branch, worktree_path

T = "0000000000T01"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Speed up the parser", "speed-up-the-parser"),
        ("Fix: `rm -rf /` & friends!", "fix-rm-rf-friends"),
        ("Ünïcode é", "unicode-e"),
        ("キャッシュを直す", ""),
        ("CLI を直す", "cli"),
        ("../../etc/passwd", "etc-passwd"),
        ("a" * 60, ""),
        ("word " * 20, "word-word-word-word-word-word-word-word"),
    ],
)
def test_a_slug_holds_the_words_of_a_title_that_ascii_can_write(title: str, expected: str) -> None:
    assert slug(title) == expected


@given(st.text())
def test_a_slug_is_short_and_safe_whatever_the_title(title: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug(title))
    assert len(slug(title)) <= 40


@given(st.text())
def test_a_branch_names_its_ticket(title: str) -> None:
    assert ticket_of_branch(branch_name(T, title)) == T
    assert ticket_of_branch(f"refs/heads/{branch_name(T, title)}") == T


def test_a_worktree_stands_in_its_folder_with_the_name_of_the_branch() -> None:
    assert branch_name(T, "Read once") == f"work/{T}-read-once"
    assert worktree_path(T, "Read once") == f".worktree/{T}-read-once"
    assert worktree_path(T, "未定") == f".worktree/{T}"


@pytest.mark.parametrize(
    "branch", ["main", f"work/{T}x", f"feature/{T}-x", "work/000000000IT01", f"x/work/{T}", ""]
)
def test_other_branches_name_no_ticket(branch: str) -> None:
    assert ticket_of_branch(branch) is None
