"""What of a checkout is not committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.git.command import run_git

if TYPE_CHECKING:
    from yoi_cli.git.repository import WorktreePaths

_ASKED = ("status", "--porcelain=v1", "-z", "--untracked-files=normal")


def uncommitted_paths(root: str, but_for: str) -> tuple[str, ...]:
    """The changed and untracked paths below `root`, without those that begin with `but_for`.

    Raises `OperationError` where git refuses.
    """
    return tuple(path for path in _paths(run_git(_ASKED, cwd=root)) if not path.startswith(but_for))


def uncommitted_in(tree: WorktreePaths) -> tuple[str, ...]:
    """The changed and untracked paths of one worktree. Raises as above."""
    return tuple(_paths(tree.run(_ASKED)))


def _paths(said: str) -> list[str]:
    found: list[str] = []
    entries = iter(said.split("\0"))
    for entry in entries:
        if len(entry) < 4:
            continue
        if entry[0] in "RC":
            next(entries, None)
        found.append(entry[3:])
    return found
