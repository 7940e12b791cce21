"""Work goes to and fro between two clones by a remote of both (docs/runtime.md, "Branches")."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support.process import Program

from yoi_cli.errors import NotFoundError, OperationError
from yoi_cli.git.repository import RepositoryPaths
from yoi_cli.git.work_refs import WorkRefs
from yoi_cli.worktrees.target.ordered import (
    DeliveredWork,
    OrderedBranch,
    deliver,
    release,
    worktree_on_branch,
)

TICKET = "00001M7YV0F5Q"
BRANCH = f"work/{TICKET}-a-title"
REF = f"refs/yoi/work/{TICKET}/here.coder"


class Two(NamedTuple):
    """The clone that orders, the one where it is worked, and the bare repository of both."""

    here: Path
    there: Path
    hub: Path
    git: Program

    @property
    def paths(self) -> RepositoryPaths:
        return RepositoryPaths(str(self.there), str(self.there / ".git"))

    @property
    def refs(self) -> WorkRefs:
        return WorkRefs(str(self.here), "origin")

    def at(self, folder: Path, revision: str) -> str:
        asked = ("rev-parse", "--verify", "--quiet", revision)
        return self.git(*asked, cwd=folder, check=False).out.strip()

    def commit(self, folder: Path, text: str) -> str:
        (folder / "work.txt").write_text(text)
        self.git("add", "work.txt", cwd=folder)
        self.git("commit", "--quiet", "--message", text, cwd=folder)
        return self.at(folder, "HEAD")

    def begin(self, commit: str) -> Path:
        """The worktree for a worker, to which the commit was sent."""
        self.refs.push(REF, commit)
        folder, _ = worktree_on_branch(
            self.paths, OrderedBranch(BRANCH, REF, commit), is_known=True, mark=lambda: None
        )
        return Path(folder)

    def delivered(self, folder: Path) -> DeliveredWork:
        return deliver(self.paths, str(folder), ref=REF, branch=BRANCH)


@pytest.fixture
def two(repo: Path, git: Program, tmp_path: Path) -> Two:
    hub, there = tmp_path / "hub.git", tmp_path / "there"
    git("clone", "--quiet", "--bare", str(repo), str(hub), cwd=tmp_path)
    git("remote", "add", "origin", str(hub), cwd=repo)
    git("clone", "--quiet", str(hub), str(there), cwd=tmp_path)
    return Two(repo, there, hub, git)


def test_a_commit_goes_there_and_what_was_made_of_it_comes_back(two: Two) -> None:
    start = two.commit(two.here, "start")
    folder = two.begin(start)
    assert two.at(folder, "HEAD") == start
    made = two.commit(folder, "made")
    assert two.delivered(folder) == DeliveredWork(BRANCH, made)
    assert two.refs.fetch(REF) == made
    assert two.at(two.here, f"{made}^") == start
    assert two.at(two.here, f"refs/heads/{BRANCH}") == ""


def test_rounds_go_on_from_one_another(two: Two) -> None:
    folder = two.begin(two.commit(two.here, "start"))
    first = two.commit(folder, "first")
    two.delivered(folder)
    assert two.refs.fetch(REF) == first
    assert two.begin(first) == folder
    second = two.commit(folder, "second")
    two.delivered(folder)
    assert two.refs.fetch(REF) == second


def test_what_a_coder_wrote_anew_is_delivered_too(two: Two) -> None:
    folder = two.begin(two.commit(two.here, "start"))
    two.commit(folder, "first")
    two.delivered(folder)
    two.git("commit", "--quiet", "--amend", "--message", "better", cwd=folder)
    better = two.at(folder, "HEAD")
    two.delivered(folder)
    assert two.refs.fetch(REF) == better


@pytest.mark.parametrize(
    "lead_away", [("checkout", "--quiet", "--detach"), ("checkout", "--quiet", "-b", "other")]
)
def test_a_head_that_is_elsewhere_is_told_and_not_delivered(
    two: Two, lead_away: tuple[str, ...]
) -> None:
    start = two.commit(two.here, "start")
    folder = two.begin(start)
    two.git(*lead_away, cwd=folder)
    away = two.commit(folder, "away")
    found = two.delivered(folder)
    assert (found.branch, found.commit) == ("other" if "-b" in lead_away else None, away)
    assert two.refs.fetch(REF) == start


def test_a_remote_that_is_gone_delivers_later(two: Two) -> None:
    folder = two.begin(two.commit(two.here, "start"))
    made = two.commit(folder, "made")
    two.hub.rename(two.hub.with_name("gone"))
    with pytest.raises(OperationError) as refused:
        two.delivered(folder)
    assert refused.value.code == "delivery_failed"
    two.hub.with_name("gone").rename(two.hub)
    two.delivered(folder)
    assert two.refs.fetch(REF) == made


def test_a_commit_that_is_not_on_its_ref_is_no_base(two: Two) -> None:
    start = two.commit(two.here, "start")
    two.refs.push(REF, two.at(two.here, f"{start}^"))
    with pytest.raises(NotFoundError) as refused:
        worktree_on_branch(
            two.paths, OrderedBranch(BRANCH, REF, start), is_known=True, mark=lambda: None
        )
    assert refused.value.code == "base_not_found"


def test_after_release_and_drop_nothing_is_left_anywhere(two: Two) -> None:
    start = two.commit(two.here, "start")
    folder = two.begin(start)
    two.commit(folder, "made")
    two.delivered(folder)
    two.refs.fetch(REF)
    assert release(two.paths, str(folder), ref=REF, branch=BRANCH, commit=start) == ()
    two.refs.drop(REF)
    for place in (two.here, two.there, two.hub):
        left = two.git("for-each-ref", "refs/yoi/", f"refs/heads/{BRANCH}", cwd=place)
        assert left.out == "", place
    assert not folder.exists()


def _half_made(two: Two, folder: Path) -> None:
    two.git("worktree", "lock", "--reason", "yoi: being made", str(folder), cwd=two.there)


def _gone(two: Two, folder: Path) -> None:
    two.git("worktree", "remove", "--force", str(folder), cwd=two.there)


@pytest.mark.parametrize("spoil", [_half_made, _gone])
def test_a_worktree_that_was_cut_short_or_went_away_is_made_anew(
    two: Two, spoil: Callable[[Two, Path], None]
) -> None:
    start = two.commit(two.here, "start")
    folder = two.begin(start)
    spoil(two, folder)
    assert two.at(two.begin(start), "HEAD") == start


def test_what_is_in_the_way_of_a_new_commit_is_kept_and_not_overwritten(two: Two) -> None:
    folder = two.begin(two.commit(two.here, "start"))
    (folder / "work.txt").write_text("unsaved\n")
    later = two.commit(two.here, "later")
    assert two.at(two.begin(later), "HEAD") == later
    asked = ("for-each-ref", "--format=%(refname)", "refs/yoi/rescue/")
    (kept,) = two.git(*asked, cwd=two.there).out.split()
    assert two.git("show", f"{kept}:work.txt", cwd=two.there).out == "unsaved\n"
