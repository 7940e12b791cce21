"""The worker runtime of a session's clone."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.worktrees.open import _orchestration, open_repository, open_worktrees

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.workers.local.runtime import FileRuntime
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.checks import WorktreeFinding
    from yoi_cli.worktrees.service import WorktreeService


def open_runtime(session: Session) -> FileRuntime:
    """The workers of the clone, shared by all its worktrees."""
    from yoi_cli.workers.local.runtime import FileRuntime

    return FileRuntime(os.path.join(session.local_folder, "workers"), session.environment)


def live_worker(session: Session, ticket: str) -> str | None:
    """The worker of this clone that is at work for `ticket`, as sentences name it.

    Cheap where no worker was ever started: nothing is loaded for that.
    """
    if not os.path.isdir(os.path.join(session.local_folder, "workers")):
        return None
    working = [one for one in open_runtime(session).all() if one.ticket == ticket]
    return next((f"The worker {one.worker_id}" for one in working if not one.has_ended), None)


class WorkerPlace(NamedTuple):
    """Where a worker runs, for which ticket, and the intent packet that it is told."""

    cwd: str
    ticket: str | None = None
    packet: str = ""


def place_of(session: Session, ticket: str | None, cwd: str | None) -> WorkerPlace:
    """The folder and the ticket of a worker that is about to be started.

    Where no folder is given, it is the ticket's worktree, else the current one. Raises what
    finding the ticket raises.
    """
    chosen = None if cwd is None else os.path.abspath(cwd)
    if ticket is None:
        return WorkerPlace(chosen or os.getcwd())
    from yoi_cli.model.intent import packet_of, render_packet
    from yoi_cli.tickets.edit import read_item

    full_id, item = read_item(session.store, ticket)
    if chosen is None:
        chosen = _worktree_of(session, full_id) or os.getcwd()
    return WorkerPlace(chosen, full_id, render_packet(packet_of(item.title, item.body)))


def _worktree_of(session: Session, ticket: str) -> str | None:
    if session.checkout is None:
        return None
    from yoi_cli.errors import NotFoundError

    desk = open_worktree_service(session)
    try:
        found = desk.yard.of(ticket, desk.target())
    except NotFoundError:  # a repository without a commit has no worktrees either
        return None
    return found.path if found is not None else None


def keep_prompt(session: Session, text: str) -> str:
    """Write what a worker is told to a file outside of every worktree; its path."""
    import hashlib

    from yoi_cli.store.files.directory import Directory

    path = os.path.join(session.local_folder, "prompts")
    os.makedirs(path, mode=0o700, exist_ok=True)
    data = text.encode("utf-8", "replace")
    name = f"{hashlib.sha256(data).hexdigest()[:32]}.md"
    with Directory.open(path, "prompts") as folder:
        folder.replace(name, data)
    return os.path.join(path, name)


def open_worktree_service(session: Session) -> WorktreeService:
    """What the commands on worktrees work with. Raises as `open_worktrees`."""
    from yoi_cli.worktrees.service import WorktreeService

    orchestration = _orchestration(session)
    return WorktreeService(
        session.store,
        open_worktrees(session),
        open_repository(session),
        _live_workers(session),
        orchestration.worktree_dir,
        orchestration.target or None,
    )


def examine_worktrees(session: Session) -> Sequence[WorktreeFinding]:
    """What somebody should look at of the worktrees, and the claims that name them."""
    from yoi_cli.worktrees.checks import Tickets, examine_worktree_facts

    desk = open_worktree_service(session)
    facts = desk.yard.facts(desk.target())
    states: dict[str, str | None] = {}
    for row in session.store.all_fields():
        state = row.fields.get("state") if row.error is None else None
        states[row.id] = state if isinstance(state, str) else None
    claims = {t: one for t, one in session.claims.all().items() if not one.is_released}
    return examine_worktree_facts(facts, Tickets(states, claims))


def _live_workers(session: Session) -> Callable[[str], str | None]:
    """Which worker is at work for a ticket: one of this clone that has not ended, or one that
    is unknown here and that a claim names whose lease runs."""

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
