"""A merge is tried where nobody works, and the target branch moves around local changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import pytest
from support.process import Program
from support.worktrees import (
    BRANCH,
    add,
    all_bytes,
    commit,
    paths_of,
    repository_of,
    worktrees_of,
)

from yoi_cli.errors import ConflictError, NotFoundError, UsageError, YoiError
from yoi_cli.git.commit_facts import CommitFacts
from yoi_cli.worktrees.target.target_branch import GitRepository


class Work(NamedTuple):
    """A repository with a ticket's branch to be merged: from `old` on main to `tip`."""

    repo: Path
    folder: Path
    old: str
    tip: str


@pytest.fixture
def work(repo: Path, git: Program) -> Work:
    for name in ("changes", "goes", "stays", "dirty"):
        commit(git, repo, name, "old\n")
    _, folder = add(repo)
    (folder / "goes").unlink()
    (folder / "changes").write_text("new\n")
    (folder / "deep/er").mkdir(parents=True)
    (folder / "deep/er/comes").write_text("new\n")
    (folder / "tool").write_text("new\n")
    (folder / "tool").chmod(0o755)
    (folder / "link").symlink_to("stays")
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", "Work", cwd=folder)
    head = (git("rev-parse", name).out.strip() for name in ("main", BRANCH))
    return Work(repo, folder, next(head), next(head))


def merged(work: Work) -> str:
    tried = repository_of(work.repo).try_merge("main", work.tip, "Merge the work", "t")
    assert tried.commit is not None
    repository_of(work.repo).drop_try("t")
    return tried.commit


def test_a_merge_is_tried_without_moving_anything(work: Work, git: Program) -> None:
    before = git("status", "--porcelain", "--branch").out
    tried = repository_of(work.repo).try_merge("main", work.tip, "Merge the work", "t")
    assert tried.commit is not None
    assert git("rev-parse", f"{tried.commit}^1", f"{tried.commit}^2").out.split() == [
        work.old,
        work.tip,
    ]
    assert git("log", "-1", "--format=%B", tried.commit).out.strip() == "Merge the work"
    assert (Path(tried.path) / "deep/er/comes").read_text() == "new\n"
    assert git("status", "--porcelain", "--branch").out == before
    assert git("rev-parse", "main").out.strip() == work.old
    repository_of(work.repo).drop_try("t")
    repository_of(work.repo).drop_try("t")
    assert not os.path.lexists(tried.path)


def test_exactly_the_given_commit_is_merged(work: Work, git: Program) -> None:
    commit(git, work.folder, "after-approval")
    new = merged(work)
    assert git("ls-tree", new, "after-approval").out == ""


def test_conflicts_are_named_and_leave_nothing(work: Work, git: Program) -> None:
    commit(git, work.repo, "changes", "other\n")
    tried = repository_of(work.repo).try_merge("main", work.tip, "m", "t")
    assert (tried.commit, tried.conflicts) == (None, ("changes",))
    assert not os.path.lexists(tried.path)
    assert git("worktree", "list").out.count("\n") == 2


def test_a_try_that_was_left_over_is_made_anew(work: Work) -> None:
    repository = repository_of(work.repo)
    first = repository.try_merge("main", work.tip, "m", "t")
    (Path(first.path) / "left").touch()
    second = repository.try_merge("main", work.tip, "m", "t")
    assert second.path == first.path
    assert not (Path(second.path) / "left").exists()


def test_a_folder_that_is_no_try_is_not_taken_away(work: Work) -> None:
    mine = work.repo / ".worktree/merge-t"
    mine.mkdir()
    (mine / "file").touch()
    repository_of(work.repo).drop_try("t")
    assert (mine / "file").exists()


def test_a_try_whose_link_is_gone_is_taken_away(work: Work) -> None:
    tried = repository_of(work.repo).try_merge("main", work.tip, "m", "t")
    (Path(tried.path) / ".git").unlink()
    repository_of(work.repo).drop_try("t")
    assert not os.path.lexists(tried.path)


def test_merging_what_is_merged_gives_the_head(work: Work) -> None:
    assert repository_of(work.repo).try_merge("main", work.old, "m", "t").commit == work.old


def test_a_merge_needs_no_identity(work: Work, git: Program) -> None:
    git("config", "user.useConfigOnly", "true")
    git("config", "user.email", "")
    assert merged(work)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".git", "-x"])
def test_a_name_that_leaves_the_folder_is_refused(work: Work, name: str) -> None:
    with pytest.raises(UsageError):
        repository_of(work.repo).try_merge("main", work.tip, "m", name)


def test_the_files_of_the_target_follow_it(work: Work, git: Program) -> None:
    new = merged(work)
    repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    assert git("rev-parse", "main", "HEAD").out.split() == [new, new]
    assert git("status", "--porcelain").out == ""
    assert not (work.repo / "goes").exists()
    assert os.access(work.repo / "tool", os.X_OK)
    assert (work.repo / "link").is_symlink()
    assert not list((work.repo / ".git").glob("*.lock"))
    assert not list((work.repo / ".git").glob("yoi-*"))
    repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    assert git("reflog", "main").out.count("\n") == 6


def test_an_index_that_is_gone_is_made_anew(work: Work, git: Program) -> None:
    """Removing it is the usual advice for an index that git cannot read."""
    new = merged(work)
    (work.repo / ".git/index").unlink()
    repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    assert git("rev-parse", "main").out.strip() == new
    assert git("status", "--porcelain", "--untracked-files=no").out == ""


def test_local_changes_elsewhere_stay_as_they_are(work: Work, git: Program) -> None:
    (work.repo / "dirty").write_text("mine\n")
    (work.repo / "stays").write_text("staged\n")
    git("add", "stays")
    (work.repo / "stays").write_text("and more\n")
    (work.repo / "untracked").write_text("mine\n")
    repository_of(work.repo).advance("main", old=work.old, new=merged(work), approved=work.tip)
    assert git("status", "--porcelain").out.splitlines() == [
        " M dirty",
        "MM stays",
        "?? untracked",
    ]
    assert git("show", ":stays").out == "staged\n"
    assert (work.repo / "changes").read_text() == "new\n"


def in_way(repo: Path, git: Program, what: str) -> None:
    if what == "changed":
        (repo / "changes").write_text("mine\n")
    elif what == "staged":
        (repo / "changes").write_text("mine\n")
        git("add", "changes")
    elif what == "changed where it goes":
        (repo / "goes").write_text("mine\n")
    elif what == "untracked":
        (repo / "tool").write_text("mine\n")
    elif what == "ignored":
        (repo / ".git/info/exclude").write_text("tool\n/.worktree/\n")
        (repo / "tool").write_text("mine\n")
    elif what == "file for a folder":
        (repo / "deep").write_text("mine\n")
    elif what == "ignored file for a folder":
        (repo / ".git/info/exclude").write_text("deep\n/.worktree/\n")
        (repo / "deep").write_text("mine\n")
    elif what == "folder for a file":
        (repo / ".git/info/exclude").write_text("mine\n/.worktree/\n")
        (repo / "tool").mkdir()
        (repo / "tool/mine").write_text("mine\n")


@pytest.mark.parametrize(
    "what",
    [
        "changed",
        "staged",
        "changed where it goes",
        "untracked",
        "ignored",
        "file for a folder",
        "ignored file for a folder",
        "folder for a file",
    ],
)
def test_what_stands_in_the_way_stops_it_before_anything_moves(
    work: Work, git: Program, what: str
) -> None:
    new = merged(work)
    in_way(work.repo, git, what)
    before = (all_bytes_of_main(work.repo), git("status", "--porcelain").out)
    with pytest.raises(ConflictError) as refused:
        repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    assert refused.value.code == "target_dirty"
    assert git("rev-parse", "main").out.strip() == work.old
    assert (all_bytes_of_main(work.repo), git("status", "--porcelain").out) == before
    assert not (work.repo / ".git/index.lock").exists()


def all_bytes_of_main(repo: Path) -> dict[bytes, tuple[str, bytes]]:
    held = all_bytes(repo)
    return {p: one for p, one in held.items() if not p.startswith((b".git/", b".worktree/"))}


def test_a_branch_that_moved_is_not_moved_back(work: Work, git: Program) -> None:
    new = merged(work)
    other = commit(git, work.repo, "other")
    with pytest.raises(ConflictError) as refused:
        repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    assert refused.value.code == "target_moved"
    assert git("rev-parse", "main").out.strip() == other
    assert git("status", "--porcelain").out == ""


def test_it_never_moves_back(work: Work) -> None:
    with pytest.raises(ConflictError, match="is not the merge of"):
        repository_of(work.repo).advance("main", old=work.tip, new=work.old, approved=work.tip)


def test_a_target_that_is_checked_out_nowhere_moves_alone(work: Work, git: Program) -> None:
    git("switch", "--quiet", "--create", "elsewhere")
    new = merged(work)
    repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    assert git("rev-parse", "main").out.strip() == new
    assert (work.repo / "goes").exists()
    assert git("status", "--porcelain").out == ""


def test_a_target_in_a_linked_worktree_follows_there(
    work: Work, git: Program, tmp_path: Path
) -> None:
    git("switch", "--quiet", "--create", "elsewhere")
    git("worktree", "add", "--quiet", tmp_path / "linked", "main")
    repository_of(work.repo).advance("main", old=work.old, new=merged(work), approved=work.tip)
    assert (tmp_path / "linked/deep/er/comes").exists()
    assert git("status", "--porcelain", cwd=tmp_path / "linked").out == ""


@pytest.mark.parametrize("under_way", ["merge", "rebase"])
def test_a_merge_or_rebase_of_the_target_is_waited_for(
    work: Work, git: Program, under_way: str
) -> None:
    new = merged(work)
    git("switch", "--quiet", "--create", "side")
    commit(git, work.repo, "dirty", "side\n")
    git("switch", "--quiet", "main")
    old = commit(git, work.repo, "dirty", "main\n")
    assert git(under_way, "side", check=False).code == 1
    with pytest.raises(ConflictError) as refused:
        repository_of(work.repo).advance("main", old=old, new=old, approved=work.tip)
    assert refused.value.code == "target_busy"
    assert new


def test_a_missing_branch_is_said(work: Work) -> None:
    with pytest.raises(NotFoundError):
        repository_of(work.repo).try_merge("nope", work.tip, "m", "t")
    with pytest.raises(NotFoundError):
        repository_of(work.repo).advance("nope", old=work.old, new=work.old, approved=work.tip)


MARK = "yoi advance\n"


@pytest.mark.parametrize("cut", ["begun", "half", "files", "ref", "index"])
def test_a_move_that_was_cut_short_is_ended_by_the_next(work: Work, git: Program, cut: str) -> None:
    """The states that a power cut can leave, made by hand."""
    new = merged(work)
    (work.repo / "dirty").write_text("mine\n")
    (work.repo / ".git/index.lock").write_text(MARK)
    (work.repo / ".git/yoi-advance-1.index").write_text("half an index")
    if cut != "begun":
        (work.repo / "changes").write_text("ne" if cut == "half" else "new\n")
        (work.repo / "goes").unlink()
        (work.repo / "deep/er").mkdir(parents=True)
        (work.repo / "deep/er/comes").write_text("" if cut == "half" else "new\n")
    if cut in ("files", "ref", "index"):
        (work.repo / "tool").write_text("new\n")
        (work.repo / "tool").chmod(0o755)
        (work.repo / "link").symlink_to("stays")
    if cut in ("ref", "index"):
        git("update-ref", "refs/heads/main", new)
    if cut == "index":
        git("--git-dir", ".git", "read-tree", new, env={"GIT_INDEX_FILE": "whole"})
        os.rename(work.repo / "whole", work.repo / ".git/index")
    assert worktrees_of(work.repo).facts("main").halted == (str(work.repo),)
    repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    assert git("rev-parse", "HEAD").out.strip() == new
    assert git("status", "--porcelain").out == " M dirty\n"
    assert (work.repo / "dirty").read_text() == "mine\n"
    assert not (work.repo / ".git/index.lock").exists()
    assert not list((work.repo / ".git").glob("yoi-*"))
    assert worktrees_of(work.repo).facts("main").halted == ()


def test_a_lock_of_git_itself_is_left_alone(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("yoi_cli.worktrees.target.advance._BUSY_SECONDS", 0.1)
    new = merged(work)
    (work.repo / ".git/index.lock").write_text("DIRC")
    with pytest.raises(ConflictError) as refused:
        repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    assert refused.value.code == "target_busy"
    assert (work.repo / ".git/index.lock").read_text() == "DIRC"


def test_a_move_that_the_disk_refuses_is_taken_back(work: Work, git: Program) -> None:
    new = merged(work)
    git("config", "filter.broken.smudge", "false")
    git("config", "filter.broken.required", "true")
    (work.repo / ".git/info/attributes").write_text("deep/er/comes filter=broken\n")
    before = all_bytes_of_main(work.repo)
    with pytest.raises(YoiError):
        repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
    (work.repo / ".git/info/attributes").unlink()
    assert git("rev-parse", "main").out.strip() == work.old
    assert all_bytes_of_main(work.repo) == before
    assert git("status", "--porcelain").out == ""


@pytest.mark.parametrize(
    ("head", "target"), [("feature", "feature"), (BRANCH, "main"), ("--detach", "main")]
)
def test_the_target_is_the_branch_of_the_main_worktree_unless_it_is_a_tickets(
    repo: Path, git: Program, head: str, target: str
) -> None:
    git("switch", "--quiet", *([head] if head.startswith("-") else ["--create", head]))
    assert repository_of(repo).default_branch() == target


def test_what_is_not_the_merge_of_what_was_approved_moves_nothing(work: Work, git: Program) -> None:
    git("switch", "--quiet", "--create", "evil", work.old)
    evil = commit(git, work.repo, "evil")
    tree = git("rev-parse", f"{evil}^{{tree}}").out.strip()
    git("switch", "--quiet", "main")
    parents = ("-p", work.old, "-p", evil)
    other = git("commit-tree", tree, *parents, "-m", "Merge").out.strip()
    for new in (evil, other, work.tip):
        with pytest.raises(ConflictError) as refused:
            repository_of(work.repo).advance("main", old=work.old, new=new, approved=work.tip)
        assert refused.value.code == "merge_unexpected"
    # A replacement that shows the right parents is not believed.
    git("replace", other, merged(work))
    with pytest.raises(ConflictError) as refused:
        repository_of(work.repo).advance("main", old=work.old, new=other, approved=work.tip)
    assert refused.value.code == "merge_unexpected"
    assert git("rev-parse", "main").out.strip() == work.old


def test_who_holds_a_commit_is_the_target_here_and_at_remotes(
    work: Work, git: Program, tmp_path: Path
) -> None:
    facts = CommitFacts(str(work.repo / ".git"))
    asking = GitRepository(paths_of(work.repo)._replace(facts=facts))
    repository = repository_of(work.repo)

    def held_by(commit: str) -> tuple[str, ...]:
        found = repository.targets_with(commit, "main")
        assert asking.targets_with(commit, "main") == found
        return found

    assert held_by(work.tip) == ()
    git("init", "--quiet", "--bare", tmp_path / "remote.git")
    git("remote", "add", "origin", tmp_path / "remote.git")
    git("push", "--quiet", "origin", f"{work.tip}:refs/heads/main")
    git("push", "--quiet", "origin", f"{work.tip}:refs/heads/other/main")
    for how in ("loose", "packed"):
        if how == "packed":
            git("pack-refs", "--all")
        assert held_by(work.tip) == ("origin/main",)
        assert held_by(work.old) == ("main", "origin/main")
    facts.close()
