"""Which worktrees git knows."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.checkout import is_plain
from yoi_cli.git.dot_git import git_dir_of
from yoi_cli.git.plain_refs import branch_commit, head_of
from yoi_cli.git.repository import RepositoryPaths, WorktreePaths
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Git's own note on a worktree that `add` has not finished.
MAKING = "yoi: being made"
_HEADS = "refs/heads/"
_LOOKS = 100
_PAUSE = 0.02


class WorktreeEntry(NamedTuple):
    """A line of git's list. `branch` is short, None where HEAD is detached; `head` is None
    where nothing is committed; `lock` is the reason it was locked for, None where it is not.
    """

    tree: WorktreePaths
    head: str | None
    branch: str | None
    lock: str | None

    @property
    def path(self) -> str:
        return self.tree.path

    @property
    def is_missing(self) -> bool:
        """Whether its folder is gone, or is no worktree of this repository any more."""
        return not os.path.lexists(os.path.join(self.path, ".git")) or self.is_anothers

    @property
    def is_anothers(self) -> bool:
        """Whether its folder is another's worktree: in a copy of a clone, git's list names those
        of the clone that was copied."""
        found = git_dir_of(os.path.join(self.path, ".git"))
        return found is not None and found != os.path.realpath(self.tree.git_dir)

    @property
    def is_stray(self) -> bool:
        """Whether its `.git` leads elsewhere, or nowhere."""
        dot_git = os.path.join(self.path, ".git")
        return os.path.lexists(dot_git) and (self.is_anothers or git_dir_of(dot_git) is None)

    @property
    def is_unfinished(self) -> bool:
        return self.lock == MAKING


def main_and_linked(
    repository: RepositoryPaths,
) -> tuple[WorktreeEntry | None, tuple[WorktreeEntry, ...]]:
    """The main worktree (None for a bare repository), and all others.

    While another process makes or removes one, git fails or lists what is gone at once: then
    this looks again. Raises `OperationError` where that does not pass.
    """
    for _ in range(_LOOKS):
        try:
            return _read(repository)
        except OperationError as error:
            if error.code not in ("git_failed", "worktree_unknown"):
                raise
            time.sleep(_PAUSE)
    return _read(repository)


def all_entries(repository: RepositoryPaths) -> list[WorktreeEntry]:
    """The main worktree, where there is one, and all others."""
    main, linked = main_and_linked(repository)
    return [entry for entry in (main, *linked) if entry is not None]


def linked_trees(repository: RepositoryPaths) -> list[WorktreePaths]:
    """The folders of every linked worktree, by path. Git's list is made of the same files, and no
    git is started for this."""
    return [WorktreePaths(*pair) for pair in sorted(_git_folders(repository.common_dir).items())]


def tree_at(repository: RepositoryPaths, path: str) -> WorktreePaths | None:
    """The folders of the linked worktree at `path`, None where git has none there."""
    wanted = os.path.realpath(path)
    trees = linked_trees(repository)
    return next((tree for tree in trees if os.path.realpath(tree.path) == wanted), None)


def entry_of(tree: WorktreePaths, head: str | None, branch: str | None) -> WorktreeEntry:
    """The entry of a worktree in git's list, whose HEAD is at `head` on `branch`."""
    try:
        with open(tree.own("locked"), "rb") as file:
            lock = os.fsdecode(file.read()).strip()
    except FileNotFoundError:
        lock = None
    return WorktreeEntry(tree, head, branch, lock)


def entry_at(repository: RepositoryPaths, path: str) -> WorktreeEntry | None:
    """The linked worktree at `path`, None where git lists none."""
    if tree_at(repository, path) is None:
        return None
    _, linked = main_and_linked(repository)
    wanted = os.path.realpath(path)
    return next((entry for entry in linked if os.path.realpath(entry.path) == wanted), None)


def _read(repository: RepositoryPaths) -> tuple[WorktreeEntry | None, tuple[WorktreeEntry, ...]]:
    """The list, from the files that git's is made of; git's, where those are not plain."""
    above, name = os.path.split(repository.common_dir)
    if name == ".git" and is_plain(repository.common_dir):
        trees = [WorktreePaths(above, repository.common_dir), *linked_trees(repository)]
        entries = [plain_entry(repository, tree) for tree in trees]
        found = [entry for entry in entries if entry is not None]
        if len(found) == len(entries):
            return found[0], tuple(found[1:])
    return _read_by_git(repository)


def plain_entry(repository: RepositoryPaths, tree: WorktreePaths) -> WorktreeEntry | None:
    """The entry of a worktree, None where git has to be asked for it."""
    found = head_of(tree.git_dir)
    if found is None:
        return None
    branch, head = found
    if branch:
        known = branch_commit(repository.common_dir, branch)
        if known is None and repository.facts is not None:
            known = repository.facts.commit_of(_HEADS + branch)
        if known is None:
            return None
        head = known
    return entry_of(tree, head if head.strip("0") else None, branch or None)


def _read_by_git(
    repository: RepositoryPaths,
) -> tuple[WorktreeEntry | None, tuple[WorktreeEntry, ...]]:
    printed = repository.run(["worktree", "list", "--porcelain", "-z"])
    folders = _git_folders(repository.common_dir)
    main: WorktreeEntry | None = None
    linked: list[WorktreeEntry] = []
    for number, block in enumerate(printed.split("\0\0")):
        facts = dict(_fact(line) for line in block.split("\0") if line)
        if not facts:
            continue
        if number == 0:
            path = repository.common_dir if "bare" in facts else facts["worktree"]
            main = (
                None
                if "bare" in facts
                else _entry(facts, WorktreePaths(path, repository.common_dir))
            )
        else:
            linked.append(
                _entry(facts, WorktreePaths(facts["worktree"], _folder_of(facts, folders)))
            )
    return main, tuple(linked)


def _fact(line: str) -> tuple[str, str]:
    name, _, value = line.partition(" ")
    return name, value


def _entry(facts: Mapping[str, str], tree: WorktreePaths) -> WorktreeEntry:
    head = facts.get("HEAD", "")
    branch = facts.get("branch")
    return WorktreeEntry(
        tree,
        head if head.strip("0") else None,
        branch.removeprefix(_HEADS) if branch else None,
        facts.get("locked"),
    )


def _git_folders(common_dir: str) -> Mapping[str, str]:
    """The git folder of every linked worktree, by its path."""
    base = os.path.join(common_dir, "worktrees")
    found: dict[str, str] = {}
    try:
        names = sorted(os.listdir(base))
    except FileNotFoundError:
        return found
    for name in names:
        folder = os.path.join(base, name)
        try:
            with open(os.path.join(folder, "gitdir"), "rb") as file:
                link = os.fsdecode(file.read()).rstrip("\n")
        except OSError:
            continue
        if not link:  # git lists no such one either
            continue
        found[os.path.dirname(os.path.normpath(os.path.join(folder, link)))] = folder
    return found


def _folder_of(facts: Mapping[str, str], folders: Mapping[str, str]) -> str:
    path = facts["worktree"]
    found = folders.get(path) or folders.get(os.path.realpath(path))
    if found is None:
        raise OperationError(
            "worktree_unknown",
            f"The git folder of the worktree {path} is missing.",
            hint="`git worktree repair` repairs the links between worktrees.",
            details={"path": path},
        )
    return found
