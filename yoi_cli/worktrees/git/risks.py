"""What speaks against taking a worktree away (docs/worktrees.md)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.model.text import some_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.worktrees.git.rescue import Rescue, loose_heads
from yoi_cli.worktrees.git.uncommitted import uncommitted_of
from yoi_cli.worktrees.model import Risk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths
    from yoi_cli.worktrees.git.listing import WorktreeEntry
    from yoi_cli.worktrees.git.uncommitted import IndexCopy, UncommittedPaths

_UNDER_WAY = {
    "rebase-merge": "A rebase",
    "rebase-apply": "A rebase",
    "MERGE_HEAD": "A merge",
    "CHERRY_PICK_HEAD": "A cherry-pick",
    "REVERT_HEAD": "A revert",
    "BISECT_LOG": "A bisection",
}


class RemovalSurvey(NamedTuple):
    """What was found of a worktree: the risks, what to rescue, what git ignores in it, and
    the commit of the ticket's branch, where it may go with the worktree."""

    risks: tuple[Risk, ...]
    wanted: Rescue
    ignored: tuple[str, ...]
    branch_commit: str | None


def survey(
    repository: RepositoryPaths,
    scratch: IndexCopy,
    entry: WorktreeEntry,
    branch: str | None,
    target: str,
) -> RemovalSurvey:
    """Look at everything that removing `entry` and `branch` would lose."""
    found = uncommitted_of(scratch)
    risks = [*_of_files(found), *_of_submodules(scratch.tree), *_of_git(entry)]
    kept: dict[str, str] = {}
    head = entry.head
    tip = repository.branch_commit(branch) if branch else None
    aim = repository.target_commit(target)
    if head is not None and not _is_held(repository, head, aim):
        kept[""] = head
        risks.append(_unmerged(repository, entry, head, aim, target))
    if tip is not None and tip != head and not _is_held(repository, tip, aim):
        if head is None or not repository.is_ancestor(tip, head):
            kept["branch"] = tip
        risks.append(Risk("branch_unmerged", f"{branch} has commits that {target} lacks."))
    is_dirty = bool(found.uncommitted)
    if is_dirty and head is not None:
        kept[""] = head
    for word, commit in _loose(repository, scratch.tree).items():
        kept[word] = commit
        risks.append(Risk("loose_commit", f"Only the worktree's own {word} names {commit[:12]}."))
    return RemovalSurvey(tuple(risks), Rescue(kept, is_dirty), found.ignored, tip)


def _is_held(repository: RepositoryPaths, commit: str, aim: str | None) -> bool:
    return aim is not None and repository.is_ancestor(commit, aim)


def _unmerged(
    repository: RepositoryPaths, entry: WorktreeEntry, head: str, aim: str | None, target: str
) -> Risk:
    less = [f"^{aim}"] if aim else []
    count = repository.run(["rev-list", "--count", head, *less, "--"]).strip()
    commits = "1 commit" if count == "1" else f"{count} commits"
    if entry.branch is None:
        return Risk("detached", f"HEAD is detached, with {commits} that {target} lacks.")
    return Risk("unmerged", f"{entry.branch} has {commits} that {target} lacks.")


def _of_files(found: UncommittedPaths) -> list[Risk]:
    risks: list[Risk] = []
    if found.nested:
        risks.append(
            Risk(
                "nested_repository",
                f"It holds another repository, which git cannot keep: {some_of(found.nested)}.",
                is_fatal=True,
            )
        )
    if found.uncommitted:
        risks.append(Risk("dirty", f"Not committed: {some_of(found.uncommitted)}."))
    return risks


def _of_git(entry: WorktreeEntry) -> list[Risk]:
    risks: list[Risk] = []
    if entry.lock is not None and not entry.is_unfinished:
        why = f": {entry.lock}" if entry.lock else ""
        risks.append(Risk("locked", f"Somebody locked it with git{why}.", is_fatal=True))
    found = (word for name, word in _UNDER_WAY.items() if os.path.exists(entry.tree.own(name)))
    risks += [Risk("under_way", f"{word} is under way.") for word in dict.fromkeys(found)]
    return risks


def _of_submodules(tree: WorktreePaths) -> list[Risk]:
    """Submodules keep their own repository in the worktree's git folder, which goes too."""
    base = tree.own("modules")
    lost: list[str] = []
    for folder, names, files in os.walk(base):
        if "HEAD" not in files or "objects" not in names:
            continue
        names.clear()
        if _has_own_work(tree, folder):
            lost.append(os.path.relpath(folder, base))
    if not lost:
        return []
    text = f"Submodules hold work that is on no remote: {some_of(sorted(lost))}."
    return [Risk("submodules", text, is_fatal=True)]


def _has_own_work(tree: WorktreePaths, git_dir: str) -> bool:
    own = tree.ask(
        ["--git-dir", git_dir, "rev-list", "-n", "1", "--all", "HEAD", "--not", "--remotes", "--"]
    )
    path = tree.ask(["config", "--file", os.path.join(git_dir, "config"), "core.worktree"])
    work_tree = os.path.normpath(os.path.join(git_dir, os.fsdecode(path.out).rstrip("\n")))
    asked = ["--git-dir", git_dir, "--work-tree", work_tree, "status", "--porcelain"]
    dirty = tree.ask([*asked, "--ignore-submodules=none"]) if os.path.isdir(work_tree) else None
    failed = own.code != 0 or (dirty is not None and dirty.code != 0)
    return failed or bool(own.out) or (dirty is not None and bool(dirty.out))


def _loose(repository: RepositoryPaths, tree: WorktreePaths) -> Mapping[str, str]:
    """Of the commits that only the worktree's git folder names, those that no ref holds."""
    found: dict[str, str] = {}
    for word, commit in loose_heads(tree).items():
        if repository.commit_of(commit) is None:
            continue
        asked = repository.ask(["rev-list", "-n", "1", commit, "--not", "--all", "--"])
        if asked.code or asked.out:  # where git cannot say it, it is kept
            found[word] = commit
    return found
