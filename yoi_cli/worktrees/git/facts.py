"""What is left over of worktrees, for doctor (docs/worktrees.md)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.model.naming import BRANCH_PREFIX, ticket_of_branch
from yoi_cli.worktrees.git.hooks_path import lacking_hooks
from yoi_cli.worktrees.git.listing import main_and_linked
from yoi_cli.worktrees.git.marks import CHECK_PREFIX, TRY_PREFIX, was_cut_short
from yoi_cli.worktrees.git.populate import local_files
from yoi_cli.worktrees.ports import WorktreeFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.worktrees.git.listing import WorktreeEntry
    from yoi_cli.worktrees.model import Worktree


def inspect(repository: RepositoryPaths, worktrees: Sequence[Worktree]) -> WorktreeFacts:
    """Compare git's list with the folders and branches on disk."""
    main, linked = main_and_linked(repository)
    folder = repository.worktree_folder
    tries = [entry.path for entry in linked if _is_try(entry.path, folder)]
    present = [entry for entry in linked if not entry.is_missing]
    finished = [entry for entry in present if not entry.is_unfinished]
    ours = (entry for entry in finished if os.path.dirname(entry.path) == folder)
    local = ((entry.path, local_files(entry.tree)) for entry in ours)
    hooks = ((entry.path, lacking_hooks(repository, entry.tree)) for entry in finished)
    known = [entry for entry in (main, *linked) if entry is not None]
    return WorktreeFacts(
        worktrees=tuple(one for one in worktrees if one.path not in tries),
        unknown=tuple(_unknown(folder, linked)),
        tries=tuple(tries),
        strays=tuple(entry.path for entry in linked if entry.is_stray),
        branches=tuple(_free_branches(repository, known)),
        local=tuple((path, files) for path, files in local if files),
        halted=tuple(entry.path for entry in known if was_cut_short(repository, entry.tree)),
        hookless=tuple((path, folder) for path, folder in hooks if folder is not None),
    )


def _is_try(path: str, folder: str) -> bool:
    parent, name = os.path.split(path)
    return parent == folder and name.startswith((TRY_PREFIX, CHECK_PREFIX))


def _unknown(folder: str, linked: Iterable[WorktreeEntry]) -> list[str]:
    known = {os.path.realpath(entry.path) for entry in linked}
    try:
        names = sorted(os.listdir(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    paths = (os.path.join(folder, name) for name in names)
    return [path for path in paths if os.path.realpath(path) not in known]


def _free_branches(repository: RepositoryPaths, known: Iterable[WorktreeEntry]) -> list[str]:
    taken = {entry.branch for entry in known}
    printed = repository.run(
        ["for-each-ref", "--format=%(refname:lstrip=2)", f"refs/heads/{BRANCH_PREFIX}"]
    )
    return [name for name in printed.splitlines() if name not in taken and ticket_of_branch(name)]
