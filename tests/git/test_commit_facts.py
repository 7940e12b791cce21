"""What names of commits mean is told as it is at the moment of each question."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.git.commit_facts import CommitFacts
from yoi_cli.git.repository import RepositoryPaths


@pytest.fixture
def facts(repo: Path) -> Iterator[CommitFacts]:
    made = CommitFacts(str(repo / ".git"))
    yield made
    made.close()


@pytest.fixture
def paths(repo: Path, facts: CommitFacts) -> RepositoryPaths:
    return RepositoryPaths(str(repo), str(repo / ".git"), facts=facts)


Change = Callable[[Program], object]
CHANGES: dict[str, Change] = {
    "committed": lambda git: git("commit", "--quiet", "--allow-empty", "--message", "x"),
    "packed": lambda git: git("pack-refs", "--all"),
    "amended": lambda git: git("commit", "--quiet", "--amend", "--allow-empty", "--message", "y"),
    "collected": lambda git: git("gc", "--quiet", "--prune=now"),
    "reset": lambda git: git("reset", "--quiet", "--hard", "HEAD~1"),
}


def test_a_branch_is_followed_wherever_it_goes(facts: CommitFacts, git: Program) -> None:
    for change in [*CHANGES.values(), *reversed(CHANGES.values())]:
        if change is CHANGES["reset"]:
            CHANGES["committed"](git)
        change(git)
        assert facts.commit_of("refs/heads/main") == git("rev-parse", "main").out.strip()


def test_a_branch_that_goes_is_none_and_one_that_comes_is_seen(
    facts: CommitFacts, git: Program
) -> None:
    for _ in range(2):
        assert facts.commit_of("refs/heads/topic/a") == ""
        git("branch", "topic/a")
        assert facts.commit_of("refs/heads/topic/a") == git("rev-parse", "HEAD").out.strip()
        assert facts.commit_of("refs/heads/topic") == "", "a folder of branches is none"
        git("pack-refs", "--all")
        assert facts.commit_of("refs/heads/topic/a") == git("rev-parse", "HEAD").out.strip()
        git("branch", "-D", "topic/a")


#: What is no commit, or not plainly so: git itself is asked, and says what it always said.
DOUBTFUL = ["HEAD:", "no-such-thing", "a b", "a\nb", "main^{tree}", "deadbeef", "refs/heads/broken"]


@pytest.mark.parametrize("revision", DOUBTFUL)
def test_what_is_no_commit_is_told_as_without_the_process(
    paths: RepositoryPaths, repo: Path, revision: str
) -> None:
    (repo / ".git/refs/heads/broken").write_text("0" * 39 + "\n")
    assert paths.facts is not None
    assert paths.facts.commit_of(revision) is None
    assert paths.commit_of(revision) == paths._replace(facts=None).commit_of(revision)


def test_a_process_that_was_killed_costs_an_answer_and_no_more(
    facts: CommitFacts, paths: RepositoryPaths, git: Program
) -> None:
    head = git("rev-parse", "HEAD").out.strip()
    assert facts.commit_of("HEAD") == head
    assert facts._process is not None
    os.kill(facts._process.pid, signal.SIGKILL)
    facts._process.wait()
    assert paths.commit_of("HEAD") == head
    assert facts.commit_of("HEAD") == head


def test_what_holds_what_is_remembered_of_full_ids_alone(
    facts: CommitFacts, paths: RepositoryPaths, git: Program
) -> None:
    first = git("rev-parse", "HEAD").out.strip()
    git("commit", "--quiet", "--allow-empty", "--message", "x")
    second = git("rev-parse", "HEAD").out.strip()
    assert paths.is_ancestor(first, second)
    assert paths.is_ancestor(first, "main")
    assert not paths.is_ancestor(second, first)
    assert facts.holds(first, second)
    assert not facts.holds(first, "main")
    assert not facts.holds(second, first), "a shallow clone may learn of it yet"
