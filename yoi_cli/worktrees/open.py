"""Worktrees and the target branch of the repository that a session is in."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError, StoreInvalidError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.git.repository import Place
    from yoi_cli.model.profile import OrchestrationSettings
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.checks import Finding
    from yoi_cli.worktrees.git.worktrees import GitYard
    from yoi_cli.worktrees.service import WorktreeDesk
    from yoi_cli.worktrees.target.target_branch import GitRepository


def open_yard(session: Session) -> GitYard:
    """The worktrees of the session's repository, a `WorktreeYard`.

    Raises `NotFoundError` (`repository_not_found`) outside of git.
    """
    from yoi_cli.worktrees.git.worktrees import GitYard

    return GitYard(_place(session))


def open_repository(session: Session) -> GitRepository:
    """Refs and merges of the session's repository, a `Repository`. Raises as `open_yard`."""
    from yoi_cli.store.config.sync_settings import read_sync_settings
    from yoi_cli.worktrees.target.target_branch import GitRepository

    runs_hooks = read_sync_settings(session.workspace).runs_hooks
    return GitRepository(_place(session), runs_hooks=runs_hooks)


def open_worktree_desk(session: Session) -> WorktreeDesk:
    """What the commands on worktrees work with. Raises as `open_yard`."""
    from yoi_cli.worktrees.service import WorktreeDesk

    orchestration = _orchestration(session)
    return WorktreeDesk(
        session.store,
        open_yard(session),
        open_repository(session),
        _live_workers(session),
        orchestration.worktree_dir,
        orchestration.target or None,
    )


def worktree_folder(session: Session) -> str:
    """The folder for worktrees, relative to the repository; the usual one where the settings
    for orchestration cannot be read."""
    from yoi_cli.model.naming import WORKTREE_FOLDER

    try:
        return _orchestration(session).worktree_dir
    except StoreInvalidError:
        return WORKTREE_FOLDER


def examine_worktrees(session: Session) -> Sequence[Finding]:
    """What somebody should look at of the worktrees, and the claims that name them."""
    from yoi_cli.worktrees.checks import Tickets, examine_yard

    desk = open_worktree_desk(session)
    facts = desk.yard.facts(desk.target())
    states: dict[str, str | None] = {}
    for row in session.store.all_fields():
        state = row.fields.get("state") if row.error is None else None
        states[row.id] = state if isinstance(state, str) else None
    claims = {t: one for t, one in session.claims.all().items() if not one.is_released}
    return examine_yard(facts, Tickets(states, claims))


def _live_workers(session: Session) -> Callable[[str], str | None]:
    """Which worker is at work for a ticket: one of this clone that has not ended, or one that
    is unknown here and that a claim names whose lease runs."""
    from yoi_cli.workers.open import open_runtime

    now = time.time_ns() // 1_000_000
    workers = open_runtime(session).all()
    known = {worker.worker_id for worker in workers}
    working = {worker.ticket: worker for worker in workers if not worker.has_ended}

    def live(ticket: str) -> str | None:
        worker = working.get(ticket)
        if worker is not None:
            return f"The worker {worker.worker_id}"
        claim = session.claims.get(ticket)
        if claim is None or claim.worker in known or not claim.is_alive(now):
            return None
        return f"The worker {claim.worker} of {claim.holder}" if claim.worker else None

    return live


def _place(session: Session) -> Place:
    from yoi_cli.git.repository import Place

    checkout = session.checkout
    if checkout is None:
        raise NotFoundError(
            "repository_not_found",
            f"{session.workspace} is not in a git repository, so it has no worktrees.",
            hint="Make it one with `git init` and a first commit.",
            details={"folder": session.workspace},
        )
    root = checkout.main_root or checkout.root
    return Place(root, checkout.common_dir, _orchestration(session).worktree_dir)


def _orchestration(session: Session) -> OrchestrationSettings:
    from yoi_cli.workers.local.machine import settings_of

    return settings_of(session).orchestration
