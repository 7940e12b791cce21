"""Which checkout a folder belongs to, read from `.git` without starting git.

Every command needs this, and starting git would cost it more than the rest of its work.
"""

from __future__ import annotations

import os
from typing import NamedTuple


class Checkout(NamedTuple):
    """A work tree.

    `root` is its top folder, `git_dir` its own git folder, `common_dir` the one that all
    worktrees of the repository share, `main_root` the main worktree's top folder (None for
    a bare repository). All are absolute.
    """

    root: str
    git_dir: str
    common_dir: str
    main_root: str | None

    @property
    def is_linked(self) -> bool:
        """Whether it is a linked worktree rather than the main one."""
        return self.git_dir != self.common_dir


def find_checkout(start: str) -> Checkout | None:
    """The checkout that the folder `start` (absolute) lies in, or None outside of git."""
    folder = start
    while True:
        git_dir = _git_dir(os.path.join(folder, ".git"))
        if git_dir is not None:
            return _checkout(folder, git_dir)
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def is_below(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies in it; both are clean, and of one kind."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _git_dir(dot_git: str) -> str | None:
    """The git folder that `.git` is, or points to."""
    if os.path.isdir(dot_git):
        return dot_git if os.path.exists(os.path.join(dot_git, "HEAD")) else None
    target = _first_line(dot_git)
    if target is None or not target.startswith("gitdir: "):
        return None
    path = os.path.join(os.path.dirname(dot_git), target.removeprefix("gitdir: "))
    return os.path.normpath(path) if os.path.isdir(path) else None


def _checkout(root: str, git_dir: str) -> Checkout:
    common = _first_line(os.path.join(git_dir, "commondir"))
    if common is None:
        return Checkout(root, git_dir, git_dir, root)
    common_dir = os.path.normpath(os.path.join(git_dir, common))
    is_plain = os.path.basename(common_dir) == ".git"
    return Checkout(root, git_dir, common_dir, os.path.dirname(common_dir) if is_plain else None)


def _first_line(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.readline().rstrip("\r\n")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, PermissionError):
        return None
