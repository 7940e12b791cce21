"""Removing a worktree destroys nothing: it is refused, or everything is kept first."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.process import Program
from support.worktrees import (
    BRANCH,
    TICKET,
    add,
    all_bytes,
    bytes_of_commit,
    commit,
    seen,
    worktrees_of,
)

from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.worktrees.ports import RemovedWorktree


def reasons(repo: Path) -> set[str]:
    """Why a removal is refused; nothing may have changed by it."""
    with pytest.raises(ConflictError) as refused:
        worktrees_of(repo).remove(seen(repo), force=False)
    assert refused.value.code == "worktree_unsafe"
    told = refused.value.details["reasons"]
    assert isinstance(told, list)
    return {str(one["code"]) for one in told if isinstance(one, dict)}


def removed(repo: Path, git: Program) -> RemovedWorktree:
    """Remove with force; the repository is whole afterwards and the worktree gone."""
    gone = worktrees_of(repo).remove(seen(repo), force=True)
    assert not os.path.lexists(gone.path)
    assert git("worktree", "list", cwd=repo).out.count("\n") == 1
    said = git("fsck", "--strict", "--no-dangling", cwd=repo)
    assert (said.out, said.err) == ("", "")
    return gone


def test_a_clean_and_merged_one_goes_with_its_branch(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    commit(git, folder, "new")
    git("merge", "--quiet", "--no-ff", BRANCH)
    gone = worktrees_of(repo).remove(seen(repo), force=False)
    assert (gone.branch, gone.rescued) == (BRANCH, ())
    assert git("branch", "--list", BRANCH).out == ""
    assert not folder.exists()


def test_every_file_of_a_rescue_is_as_it_was(repo: Path, git: Program) -> None:
    commit(git, repo, ".gitattributes", "* text=auto eol=lf\n*.up filter=up\n")
    for name in ("same", "changed", "staged", "gone", "moved", "assumed", "becomes-folder"):
        commit(git, repo, name)
    git("config", "filter.up.clean", "tr a-z A-Z")
    git("config", "core.autocrlf", "true")
    _, folder = add(repo)
    (folder / "changed").write_bytes(b"dos\r\nlines\r\n")
    (folder / "staged").write_text("in the index\n")
    git("add", "staged", cwd=folder)
    (folder / "staged").write_text("after it\n")
    (folder / "gone").unlink()
    git("mv", "moved", "target", cwd=folder)
    git("update-index", "--assume-unchanged", "assumed", cwd=folder)
    (folder / "assumed").write_text("hidden from git\n")
    (folder / "becomes-folder").unlink()
    (folder / "becomes-folder/deep/er").mkdir(parents=True)
    (folder / "becomes-folder/deep/er/untracked").write_bytes(bytes(range(256)))
    (folder / "empty").touch()
    (folder / "tool").write_text("#!/bin/sh\n")
    (folder / "tool").chmod(0o755)
    (folder / "filtered.up").write_text("lower\n")
    (folder / "ünï çødé ✓").write_text("unicode\n")
    (folder / "line\nbreak\t\"quoted\" 'name'").write_text("odd\n")
    (folder / "-dash").write_text("no option\n")
    with open(os.fsencode(folder) + b"/\xff\xfe bytes", "wb") as file:
        file.write(b"no utf-8\xff")
    (folder / "link").symlink_to("nowhere/at all")
    (folder / "up").symlink_to("../..")
    os.symlink(b"\xfe\nodd", os.fsencode(folder) + b"/odd link")
    before = all_bytes(folder)
    assert reasons(repo) == {"dirty"}
    assert all_bytes(folder) == before
    assert git("show", ":staged", cwd=folder).out == "in the index\n"
    (ref,) = removed(repo, git).rescued
    kept = bytes_of_commit(git, repo, ref)
    assert kept == before
    assert kept[b"assumed"] == ("100644", b"hidden from git\n")
    assert kept[b"staged"][1] == b"after it\n"
    assert git("show", f"{ref}^2:staged").out == "in the index\n"
    assert git("rev-parse", f"{ref}^1").out == git("rev-parse", "main").out


def test_what_was_kept_comes_back_with_the_command_that_is_told(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    commit(git, folder, "committed")
    (folder / "untracked").write_text("mine")
    (ref,) = removed(repo, git).rescued
    git("switch", "--quiet", "--create", "again", ref)
    assert (repo / "untracked").read_text() == "mine"
    assert (repo / "committed").exists()


def test_commits_that_are_not_merged_are_kept(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    tip = commit(git, folder, "one")
    assert reasons(repo) == {"unmerged"}
    gone = removed(repo, git)
    assert gone.branch == BRANCH
    assert git("rev-parse", *gone.rescued).out.strip() == tip


def test_a_detached_head_is_kept_beside_its_branch(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    on_branch = commit(git, folder, "on-branch")
    git("checkout", "--quiet", "--detach", "main", cwd=folder)
    detached = commit(git, folder, "detached")
    assert seen(repo).branch is None
    assert reasons(repo) == {"detached", "branch_unmerged"}
    gone = removed(repo, git)
    assert gone.branch == BRANCH
    kept = {git("rev-parse", ref).out.strip() for ref in gone.rescued}
    assert kept == {on_branch, detached}


def test_a_worktree_on_another_branch_loses_neither(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    git("switch", "--quiet", "--create", "mine", cwd=folder)
    tip = commit(git, folder, "x")
    gone = removed(repo, git)
    assert git("rev-parse", "mine").out.strip() == tip
    assert gone.branch == BRANCH


def stop_in_merge(repo: Path, git: Program, folder: Path) -> None:
    commit(git, repo, "README.md", "theirs\n")
    commit(git, folder, "README.md", "ours\n")
    assert git("merge", "main", cwd=folder, check=False).code == 1


def stop_in_rebase(repo: Path, git: Program, folder: Path) -> None:
    commit(git, repo, "README.md", "theirs\n")
    commit(git, folder, "before", "kept by the branch\n")
    commit(git, folder, "README.md", "ours\n")
    assert git("rebase", "main", cwd=folder, check=False).code == 1


@pytest.mark.parametrize("stop", [stop_in_merge, stop_in_rebase])
def test_a_merge_or_rebase_under_way_is_kept(
    repo: Path, git: Program, stop: Callable[[Path, Program, Path], None]
) -> None:
    _, folder = add(repo)
    stop(repo, git, folder)
    before = all_bytes(folder)
    tip = git("rev-parse", BRANCH).out.strip()
    assert {"under_way", "dirty"} <= reasons(repo)
    refs = removed(repo, git).rescued
    assert bytes_of_commit(git, repo, refs[0]) == before
    assert git("merge-base", "--is-ancestor", tip, refs[-1]).code == 0


def test_an_autostash_that_only_the_worktree_names_is_kept(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    commit(git, folder, "notes", "first\n")
    stop_in_merge(repo, git, folder)
    git("merge", "--abort", cwd=folder)
    (folder / "notes").write_text("not committed\n")
    assert git("rebase", "--autostash", "main", cwd=folder, check=False).code == 1
    assert "loose_commit" in reasons(repo)
    refs = removed(repo, git).rescued
    (stash,) = [ref for ref in refs if "autostash" in ref]
    assert git("show", f"{stash}:notes").out == "not committed\n"


def test_a_stash_outlives_the_worktree(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    (folder / "README.md").write_text("stashed\n")
    git("stash", cwd=folder)
    worktrees_of(repo).remove(seen(repo), force=False)
    assert git("show", "stash@{0}:README.md").out == "stashed\n"


def test_a_repository_inside_is_never_taken_away(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    git("init", "--quiet", "inner", cwd=folder)
    commit(git, folder / "inner", "x")
    with pytest.raises(ConflictError, match="another repository") as refused:
        worktrees_of(repo).remove(seen(repo), force=True)
    assert refused.value.code == "worktree_unsafe"
    assert (folder / "inner/x").exists()


def test_one_that_somebody_locked_stays(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    git("worktree", "lock", "--reason", "on a disk that travels", folder)
    with pytest.raises(ConflictError, match="on a disk that travels"):
        worktrees_of(repo).remove(seen(repo), force=True)
    assert folder.is_dir()


def test_what_git_ignores_goes_and_is_named(repo: Path, git: Program) -> None:
    commit(git, repo, ".gitignore", "build/\n*.o\n")
    _, folder = add(repo)
    (folder / "build").mkdir()
    (folder / "build/out").touch()
    (folder / "x.o").touch()
    assert set(worktrees_of(repo).remove(seen(repo), force=False).ignored) == {"build/", "x.o"}


def test_one_whose_folder_is_gone_keeps_what_was_staged(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    (folder / "new").write_text("staged\n")
    git("add", "new", cwd=folder)
    git("-C", folder.parent, "mv", "-k", "x", "y", check=False)
    os.rename(folder, repo.parent / "elsewhere")
    assert seen(repo).is_missing
    assert reasons(repo) == {"dirty"}
    (ref,) = removed(repo, git).rescued
    assert git("show", f"{ref}:new").out == "staged\n"


def test_two_rescues_in_one_second_have_two_names(repo: Path, git: Program) -> None:
    names: set[str] = set()
    for number in range(3):
        _, folder = add(repo)
        (folder / "x").write_text(str(number))
        names.update(removed(repo, git).rescued)
    assert len(names) == 3
    assert sorted(names) == sorted(worktrees_of(repo).rescues(TICKET))
    assert {git("show", f"{ref}:x").out for ref in names} == {"0", "1", "2"}


def test_a_file_that_cannot_be_kept_keeps_the_worktree(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    commit(git, folder, "pipe")
    (folder / "pipe").unlink()
    os.mkfifo(folder / "pipe")
    with pytest.raises(OperationError) as failed:
        worktrees_of(repo).remove(seen(repo), force=True)
    assert failed.value.code == "rescue_failed"
    assert folder.is_dir()
    assert git("branch", "--list", BRANCH).out != ""


def test_looking_at_a_worktree_changes_nothing(repo: Path, git: Program) -> None:
    _, folder = add(repo)
    (folder / "README.md").write_text("changed\n")
    own = repo / ".git/worktrees" / folder.name
    before = {path.name: path.read_bytes() for path in own.iterdir() if path.is_file()}
    assert [risk.code for risk in worktrees_of(repo).risks(seen(repo))] == ["dirty"]
    after = {path.name: path.read_bytes() for path in own.iterdir() if path.is_file()}
    before.pop("index"), after.pop("index")  # `git status` may refresh it
    assert after == before
