"""Worktrees and the target branch of the repository that a session is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, StoreInvalidError

if TYPE_CHECKING:
    from yoi_cli.git.commit_facts import CommitFacts
    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.model.settings import OrchestrationSettings
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.git.worktrees import GitWorktrees
    from yoi_cli.worktrees.target.target_branch import GitRepository


def open_worktrees(session: Session, facts: CommitFacts | None = None) -> GitWorktrees:
    """The worktrees of the session's repository, a `Worktrees`; with `facts` for whoever asks
    much of it.

    Raises `NotFoundError` (`repository_not_found`) outside of git.
    """
    from yoi_cli.worktrees.git.worktrees import GitWorktrees

    return GitWorktrees(repository_paths(session)._replace(facts=facts))


def open_repository(session: Session, facts: CommitFacts | None = None) -> GitRepository:
    """Refs and merges of the session's repository, a `TargetRepository`.

    `facts` and errors are as those of `open_worktrees`.
    """
    from yoi_cli.workspace.settings import tables_of
    from yoi_cli.worktrees.target.target_branch import GitRepository

    runs_hooks = tables_of(session, "sync").git.run_hooks
    paths = repository_paths(session)._replace(facts=facts)
    return GitRepository(paths, runs_hooks=runs_hooks)


def target_branch(session: Session) -> str:
    """The branch that tickets are merged into. Raises `NotFoundError` also where none is
    configured and none is found (`target_unknown`)."""
    configured = orchestration_settings(session).target
    return configured or open_repository(session).default_branch()


def worktree_folder(session: Session) -> str:
    """The folder for worktrees, relative to the repository; the usual one where the settings
    for orchestration cannot be read."""
    from yoi_cli.model.naming import WORKTREE_FOLDER

    try:
        return orchestration_settings(session).worktree_dir
    except StoreInvalidError:
        return WORKTREE_FOLDER


def repository_paths(session: Session) -> RepositoryPaths:
    """Where the session's repository is. Raises `NotFoundError` (`repository_not_found`)."""
    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.workspace.local_folder import path_below

    checkout = session.checkout
    if checkout is None:
        raise NotFoundError(
            "repository_not_found",
            f"{session.workspace} is not in a git repository, so it has no worktrees.",
            hint="Make it one with `git init` and a first commit.",
            details={"folder": session.workspace},
        )
    root = checkout.main_root or checkout.root
    below = path_below(session.workspace, checkout)
    folder = orchestration_settings(session).worktree_dir
    return RepositoryPaths(root, checkout.common_dir, folder, below)


def orchestration_settings(session: Session) -> OrchestrationSettings:
    """What the configuration says of worktrees and of merging.

    Raises `StoreInvalidError` (`config_invalid`).
    """
    from yoi_cli.workspace.settings import settings_of

    return settings_of(session).orchestration
