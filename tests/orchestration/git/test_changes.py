"""What was committed between two commits, told from git."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.git.repository import RepositoryPaths
from yoi_cli.orchestration.git.changes import GitHistory


@pytest.fixture
def history(repo: Path) -> GitHistory:
    return GitHistory(RepositoryPaths(str(repo), str(repo / ".git")))


def test_commits_and_files_of_a_branch_are_told(
    history: GitHistory, repo: Path, git: Program
) -> None:
    (repo / "a b.txt").write_text("one\ntwo\n")
    (repo / "tab\tname").write_text("x\n")
    (repo / "image").write_bytes(b"\0\1")
    (repo / "README.md").unlink()
    git("add", "--all")
    git("commit", "--quiet", "-m", "First")
    git("commit", "--quiet", "--allow-empty", "-m", "Second\n\nbody")
    found = history.changes("HEAD~2", "HEAD")
    assert [subject for _, subject in found.commits] == ["Second", "First"]
    assert set(found.files) == {
        ("README.md", 0, 1), ("a b.txt", 2, 0), ("image", None, None), ("tab\tname", 1, 0),
    }  # fmt: skip
    assert (found.commit_count, found.file_count) == (2, 4)


def test_of_very_many_commits_the_newest_are_kept_and_all_are_counted(
    history: GitHistory, git: Program
) -> None:
    for number in range(52):
        git("commit", "--quiet", "--allow-empty", "-m", str(number))
    found = history.changes("HEAD~52", "HEAD")
    assert (len(found.commits), found.commit_count) == (50, 52)
    assert found.commits[0][1] == "51"
    git("commit", "--quiet", "--allow-empty", "-m", "52")
    assert history.changes("HEAD~52", "HEAD").commits[0][1] == "52", "a name is asked anew"
    ends = [git("rev-parse", one).out.strip() for one in ("HEAD~2", "HEAD")]
    assert history.changes(ends[0], ends[1]) == history.changes("HEAD~2", "HEAD")
    assert history.changes(ends[1], ends[0]).commit_count == 0


def test_a_commit_is_asked_for_its_files_and_where_branches_part(
    history: GitHistory, git: Program
) -> None:
    assert history.has_file("HEAD", "./README.md")
    assert not history.has_file("HEAD", "other")
    begin = git("rev-parse", "HEAD").out.strip()
    git("commit", "--quiet", "--allow-empty", "-m", "Later")
    assert history.fork_point("HEAD", "HEAD~1") == begin


def test_a_submodule_at_a_commit_that_no_remote_of_it_has_is_told(
    history: GitHistory, repo: Path, git: Program, tmp_path: Path
) -> None:
    git("clone", "--quiet", repo, tmp_path / "library", cwd=tmp_path)
    local = ("-c", "protocol.file.allow=always")
    git(*local, "submodule", "--quiet", "add", tmp_path / "library", "lib")
    git("commit", "--quiet", "--message", "Library")
    assert history.unshared_submodules("HEAD~1", "HEAD") == []
    git("commit", "--quiet", "--allow-empty", "--message", "Mine", cwd=repo / "lib")
    mine = git("rev-parse", "HEAD", cwd=repo / "lib").out.strip()
    git("commit", "--quiet", "--all", "--message", "Bump")
    assert history.unshared_submodules("HEAD~1", "HEAD") == [("lib", mine)]
    git("push", "--quiet", "origin", "HEAD:refs/heads/mine", cwd=repo / "lib")
    assert history.unshared_submodules("HEAD~1", "HEAD") == []


def test_a_repository_that_no_gitmodules_names_is_shared_with_nobody(
    history: GitHistory, repo: Path, git: Program
) -> None:
    git("init", "--quiet", repo / "inner")
    git("commit", "--quiet", "--allow-empty", "--message", "Inner", cwd=repo / "inner")
    git("-c", "advice.addEmbeddedRepo=false", "add", "inner")
    git("commit", "--quiet", "--message", "It")
    assert [path for path, _ in history.unshared_submodules("HEAD~1", "HEAD")] == ["inner"]
