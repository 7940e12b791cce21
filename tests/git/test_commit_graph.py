"""What a short walk says of commits is what git says."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.git import commit_graph
from yoi_cli.git.commit_graph import CommitGraph

COMMITS = 24


@pytest.fixture
def graph(repo: Path) -> Iterator[CommitGraph]:
    made = CommitGraph(str(repo / ".git"))
    yield made
    made.close()


def _history(git: Program, seed: int) -> list[str]:
    """Commits with up to three parents each, some of several roots, whose clocks are not right."""
    some = random.Random(seed)
    lines: list[str] = []
    for number in range(1, COMMITS + 1):
        when = 1_700_000_000 + some.choice((number * 10, some.randrange(300), 0))
        lines += [f"commit refs/heads/c{number}", f"mark :{number}"]
        lines += [f"committer A <a@b> {when} +0000", "data 1", "x"]
        parents = some.sample(range(1, number), min(number - 1, some.choice((0, 1, 1, 1, 2, 3))))
        lines += [f"{'merge' if n else 'from'} :{one}" for n, one in enumerate(parents)]
    git("fast-import", "--quiet", "--force", stdin="\n".join([*lines, ""]))
    names = [f"c{number}" for number in range(1, COMMITS + 1)]
    return git("rev-parse", *names).out.split()


@pytest.mark.parametrize("seed", range(6))
def test_what_holds_what_is_as_git_says_whatever_the_clocks_say(
    graph: CommitGraph, git: Program, seed: int
) -> None:
    commits = _history(git, seed)
    for of in commits:
        held = set(git("rev-list", of).out.split())
        for commit in commits:
            assert graph.holds(commit, of) in (commit in held, None)
        near = set(git("rev-list", "--max-count=5", of).out.split())
        assert all(graph.holds(one, of) for one in near)


def test_branches_that_went_apart_lately_need_not_be_walked_to_their_beginning(
    graph: CommitGraph, git: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    for number in range(1, 23):  # the last two come from the one before both
        branch = "one" if number == 21 else "two" if number == 22 else "line"
        lines += [f"commit refs/heads/{branch}", f"mark :{number}"]
        lines += [f"committer A <a@b> {1_700_000_000 + number} +0000", "data 1", "x"]
        lines += [f"from :{min(number - 1, 20)}"] if number > 1 else []
    git("fast-import", "--quiet", stdin="\n".join([*lines, ""]))
    one, two, first = git("rev-parse", "one", "two", "line~19").out.split()
    monkeypatch.setattr(commit_graph, "_MOST", 5)
    assert graph.holds(one, two) is False
    assert graph.holds(two, one) is False
    assert graph.holds(first, one) is None, "that takes a longer walk"


def test_nothing_is_said_of_what_is_not_there_or_cut_off(
    graph: CommitGraph, repo: Path, git: Program, tmp_path: Path
) -> None:
    git("commit", "--quiet", "--allow-empty", "--message", "x")
    first, second = git("rev-parse", "HEAD~1", "HEAD").out.split()
    assert graph.holds("1" * 40, second) is None
    assert graph.holds(git("rev-parse", "HEAD:").out.strip(), second) is None
    assert graph.holds(first, second) is True
    (repo / ".git/shallow").write_text(second + "\n")
    assert graph.holds(first, second) is None
    assert graph.line(first, second) is None


@pytest.mark.parametrize(
    "message",
    ["plain", "two\nlines \t\n\nand a body", "\n\n  indented\n", "Ünï\x01", "", "a\r\nb\r\n\r\nc"],
)
def test_a_line_of_commits_has_the_subjects_that_git_shows(
    graph: CommitGraph, git: Program, message: str
) -> None:
    base = git("rev-parse", "HEAD").out.strip()
    tree = git("rev-parse", "HEAD^{tree}").out.strip()
    commit = git("commit-tree", tree, "-p", base, stdin=message).out.strip()
    last = git("commit-tree", tree, "-p", commit, "-m", "Last").out.strip()
    wanted = (
        git("log", "-z", "--format=%H %s", f"{base}..{last}").out.removesuffix("\0").split("\0")
    )
    line = graph.line(base, last)
    assert line is not None
    assert [f"{one} {subject}" for one, subject in line] == wanted


def test_of_a_merge_and_of_another_encoding_git_is_asked(graph: CommitGraph, git: Program) -> None:
    base = git("rev-parse", "HEAD").out.strip()
    tree = git("rev-parse", "HEAD^{tree}").out.strip()
    one, two = (
        git("commit-tree", tree, "-p", base, "-m", name).out.strip() for name in ("one", "two")
    )
    merge = git("commit-tree", tree, "-p", one, "-p", two, "-m", "merge").out.strip()
    made = ("-c", "i18n.commitEncoding=ISO-8859-1", "commit-tree")
    latin = git(*made, tree, "-p", base, "-m", "x").out.strip()
    assert graph.line(base, merge) is None
    assert graph.line(base, latin) is None
    assert graph.line(base, base) == []
