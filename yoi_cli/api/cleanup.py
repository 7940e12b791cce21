"""What of a runtime may be cleaned up, and doing it: worktrees of tickets, records of workers that
have ended (docs/runtime.md, "Cleaning up").

A plan is made from what is there, and carried out only while that is still so.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.model.workers.runtimes import EMBEDDED_ID

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from yoi_cli.api.registry import Registry
    from yoi_cli.errors import YoiError
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.service import WorktreeView

WORKTREE, WORKER = "worktree", "worker"
RUNNING, PINNED, OPEN = "running", "pinned", "open"


class Target(NamedTuple):
    """Something that may be removed. `refused` says why it may not: `running`, `pinned`, or `open`
    where the ticket is not over; else it is empty. It `is_dirty` where removing it would lose
    what is committed or merged nowhere else: that is kept under a rescue ref. `mark` changes
    when it does."""

    id: str
    kind: str
    ticket: str | None
    worker_id: str | None
    refused: str
    is_dirty: bool
    uncommitted: int
    mark: str


class CleanupPlan(NamedTuple):
    """What may be removed of a runtime; the `digest` names exactly that."""

    runtime_id: str
    digest: str
    targets: tuple[Target, ...]


class Cleaned(NamedTuple):
    """A target that was removed, and the refs that keep what it held; or the `code` of the error
    that kept it."""

    id: str
    rescued: tuple[str, ...] = ()
    code: str = ""


def plan(session: Session, registry: Registry, runtime_id: str) -> CleanupPlan:
    """What may be cleaned up now. Raises `NotFoundError` (`runtime_not_found`) and, for another
    machine's, `OperationError` (`runtime_unsupported`)."""
    _check_own(registry, runtime_id)
    pins = registry.remembered(runtime_id).pins()
    targets = tuple(_targets(session, pins))
    said = repr((runtime_id, [tuple(one) for one in targets]))
    return CleanupPlan(runtime_id, hashlib.sha256(said.encode()).hexdigest(), targets)


def execute(
    session: Session,
    registry: Registry,
    runtime_id: str,
    *,
    expected_digest: str,
    target_ids: Sequence[str],
    confirmed_dirty: Collection[str] = (),
) -> tuple[Cleaned, ...]:
    """Remove targets of the plan with that digest; each by itself, and nothing is lost by any.

    Raises `ConflictError`: `cleanup_stale` where the plan would be another by now, and
    `cleanup_refused` for a target that is not in it, that may not go, or that is dirty and was not
    confirmed. Then nothing was removed.
    """
    from yoi_cli.errors import ConflictError, YoiError

    found = plan(session, registry, runtime_id)
    if found.digest != expected_digest:
        raise ConflictError(
            "cleanup_stale",
            "What is there changed since the plan was made.",
            hint="Make a plan again.",
            details={"digest": found.digest},
        )
    known = {one.id: one for one in found.targets}
    wanted = [*dict.fromkeys(target_ids)]
    for name in wanted:
        target = known.get(name)
        if target is None:
            raise _refused(name, "unknown")
        if target.refused:
            raise _refused(name, target.refused)
        if target.is_dirty and name not in confirmed_dirty:
            raise _refused(name, "dirty")
    done: list[Cleaned] = []
    for name in wanted:
        try:
            done.append(Cleaned(name, _remove(session, known[name])))
        except YoiError as error:
            done.append(Cleaned(name, code=error.code))
    return tuple(done)


def _check_own(registry: Registry, runtime_id: str) -> None:
    if runtime_id == EMBEDDED_ID:
        return
    from yoi_cli.workers.remote.errors import runtime_error

    registry.entry(runtime_id)
    raise runtime_error("runtime_unsupported", runtime_id)


def _targets(session: Session, pins: Collection[str]) -> Iterator[Target]:
    from yoi_cli.api.workers import list_workers

    views = list_workers(session).workers
    pinned_tickets = {view.ticket for view in views if view.worker_id in pins}
    live = {view.ticket for view in views if not view.has_ended}
    yield from _worktrees(session, live, pinned_tickets)
    for view in views:
        pinned = PINNED if view.worker_id in pins else ""
        yield Target(
            f"{WORKER}:{view.worker_id}",
            WORKER,
            view.ticket,
            view.worker_id,
            pinned if view.has_ended else RUNNING,
            False,
            0,
            f"{view.state} {view.ended_at}",
        )


def _worktrees(
    session: Session, live: Collection[str | None], pinned: Collection[str | None]
) -> Iterator[Target]:
    from yoi_cli.errors import NotFoundError
    from yoi_cli.workers.open import open_worktree_service
    from yoi_cli.worktrees.service import list_worktrees

    try:
        service = open_worktree_service(session)
        found = list_worktrees(service)
    except NotFoundError:  # without a repository, or a commit in it, there are none
        return
    for view in found:
        worktree = view.worktree
        if worktree.ticket is None or worktree.is_unfinished or worktree.is_missing:
            continue
        risks = service.worktrees.risks(worktree)
        refused = _refusal(view, live, pinned)
        if any(risk.is_fatal for risk in risks):
            refused = refused or risks[0].code
        yield Target(
            f"{WORKTREE}:{worktree.ticket}",
            WORKTREE,
            worktree.ticket,
            None,
            refused,
            bool(risks),
            len(worktree.dirty),
            f"{worktree.head} {worktree.branch} {sorted(worktree.dirty)}",
        )


def _refusal(
    view: WorktreeView, live: Collection[str | None], pinned: Collection[str | None]
) -> str:
    from yoi_cli.model.states import RESOLVED_STATES

    ticket = view.worktree.ticket
    if ticket in live or view.worker is not None:
        return RUNNING
    if ticket in pinned:
        return PINNED
    return "" if view.state in RESOLVED_STATES else OPEN


def _remove(session: Session, target: Target) -> tuple[str, ...]:
    """Remove one; the refs that keep what it held."""
    if target.kind == WORKTREE and target.ticket is not None:
        from yoi_cli.api import worktrees

        return worktrees.remove(session, target.ticket, force=target.is_dirty).rescued
    from yoi_cli.api.workers import forget

    forget(session, target.worker_id or "")
    return ()


def _refused(name: str, why: str) -> YoiError:
    from yoi_cli.errors import ConflictError

    return ConflictError(
        "cleanup_refused",
        f"{name[:200]} is not to be removed: {why}.",
        hint="Nothing was removed; the plan says what may go.",
        details={"target": name[:200], "why": why},
    )
