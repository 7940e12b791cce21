"""The hooks of a clone, in worktrees that lack the folder they are kept in (docs/hooks.md).

Git looks for a relative `core.hooksPath` in each worktree anew. A folder that is not committed,
such as husky's `.husky/_`, is in the main worktree alone, and git runs no hook elsewhere.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.git.repository import RepositoryPaths, WorktreePaths

_SETTING = "core.hooksPath"


def lacking_hooks(repository: RepositoryPaths, tree: WorktreePaths) -> str | None:
    """The main worktree's folder of hooks, where `tree` has none at the place that git looks."""
    # With `runs_hooks`, or the setting by which we keep hooks from running would answer.
    answer = tree.ask(["config", "--get", _SETTING], runs_hooks=True)
    return _lacking(repository, tree, answer.text.rstrip("\n") if answer.code == 0 else "")


def _lacking(repository: RepositoryPaths, tree: WorktreePaths, setting: str) -> str | None:
    """The same, where that place is called `setting`. What git completes to a path, of a home or
    of its own, begins elsewhere than in a worktree."""
    if not setting or os.path.isabs(setting) or setting.startswith(("~", "%(prefix)/")):
        return None
    theirs = os.path.normpath(os.path.join(repository.root, setting))
    here = os.path.normpath(os.path.join(tree.path, setting))
    return theirs if os.path.isdir(theirs) and not os.path.isdir(here) else None


def share_hooks(repository: RepositoryPaths, tree: WorktreePaths, setting: str) -> None:
    """Have git run the main worktree's hooks in `tree`, where it would find none at `setting`.

    `tree` has a configuration of its own (`extensions.worktreeConfig`), as a sparse checkout does.
    Raises `OperationError` (`git_failed`).
    """
    folder = _lacking(repository, tree, setting)
    if folder is not None:
        tree.run(["config", "--worktree", _SETTING, folder])
