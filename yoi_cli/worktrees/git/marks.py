"""What tells a worktree of a merge that is tried, and one in which a move of the target branch
was cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths

#: How the folders of worktrees begin in which merges are tried.
TRY_PREFIX = "merge-"
#: And of one in which a commit is validated or reviewed.
CHECK_PREFIX = "check-"
#: What git's lock on an index holds while a move of the target branch has it.
MARK = b"yoi advance\n"


def was_cut_short(repository: RepositoryPaths, tree: WorktreePaths) -> bool:
    """Whether a move died in this worktree and nobody has taken it up yet."""
    if not is_marked(tree.own("index.lock")):
        return False
    with repository.locked():  # a move that goes on holds this
        return is_marked(tree.own("index.lock"))


def is_marked(lock: str) -> bool:
    """Whether the lock file `lock` is that of such a move."""
    try:
        with open(lock, "rb") as file:
            return file.read(len(MARK)) == MARK
    except OSError:
        return False
