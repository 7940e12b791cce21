"""Where a worker works: which worktree of which clone a folder belongs to (docs/security.md).

Nothing that a worker could have written decides that: it is believed only where the worktree and
the clone say the same.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.git.checkout import is_below
from yoi_cli.git.dot_git import first_line
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clone(NamedTuple):
    """What is protected: the workspace and its `store` folders, the git folder that all worktrees
    share and the main worktree (None outside of git), and what is local to the clone.
    `takes_messages` says that somebody looks into the outboxes of its workers."""

    workspace: str
    stores: tuple[str, ...]
    common_dir: str | None
    main_root: str | None
    local_folder: str
    takes_messages: bool = True


class Place(NamedTuple):
    """Where a worker works: the top of what it may change, and its own git folder where it is
    a linked worktree that the clone knows as such."""

    root: str
    git_dir: str | None = None


def place_of(cwd: str, clone: Clone) -> Place:
    if clone.common_dir is None:
        return Place(clone.workspace if is_below(cwd, clone.workspace) else cwd)
    own = [one for one in worktrees_of(clone.common_dir) if is_below(cwd, one.root)]
    innermost = max(own, key=lambda one: len(one.root), default=None)
    if innermost is not None:
        claimed = sum(one.root == innermost.root for one in own)
        is_sure = claimed == 1 and _points_at(innermost)
        return innermost if is_sure else Place(cwd)
    if clone.main_root is not None and is_below(cwd, clone.main_root):
        return Place(clone.main_root)
    return Place(cwd)


def worktrees_of(common_dir: str) -> Iterator[Place]:
    """The linked worktrees, as the clone has them written down."""
    parent = os.path.join(common_dir, "worktrees")
    try:
        names = os.listdir(parent)
    except OSError:
        return
    for name in names:
        git_dir = os.path.join(parent, name)
        dot_git = first_line(os.path.join(git_dir, "gitdir")) or ""
        if dot_git.endswith("/.git"):
            path = os.path.join(git_dir, os.path.dirname(dot_git))
            yield Place(os.path.realpath(path), git_dir)


def _points_at(place: Place) -> bool:
    """Whether the worktree names the git folder that names it."""
    said = (first_line(os.path.join(place.root, ".git")) or "").removeprefix("gitdir: ")
    path = os.path.normpath(os.path.join(place.root, said))
    return bool(said) and os.path.realpath(path) == place.git_dir


def branch_of(git_dir: str) -> str:
    said = first_line(os.path.join(git_dir, "HEAD")) or ""
    return said.removeprefix("ref: refs/heads/") if said.startswith("ref: refs/heads/") else ""
