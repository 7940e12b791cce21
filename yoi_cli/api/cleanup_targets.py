"""What the workers and the tickets of a clone left where its workers work, and taking it away
(docs/runtime.md, "Cleaning up")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.workers import cleanup

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from yoi_cli.api.hosts import WorkerHost
    from yoi_cli.model.workers.cleanup import CleanupOrder, CleanupPlan, Target
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import LeftWorktree
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.service import WorktreeView


def plan(session: Session, host: WorkerHost, runtime_id: str) -> CleanupPlan:
    """What may be cleaned up on `host` now. What is pinned in this clone is refused; of tickets of
    whoever ordered, nothing is known here."""
    from yoi_cli.api.workers import list_workers
    from yoi_cli.model.workers.runtimes import EMBEDDED_ID
    from yoi_cli.workers.remote.remembered import RememberedWorkers

    views = {view.worker_id: view for view in list_workers(session, host=host).workers}
    left = {one.worker_id: one for one in _left(host)}
    found = [
        *_of_tickets(session, host, views.values(), {one.path for one in left.values()}),
        *_of_orders(views, left.values()),
        *_of_workers(views.values(), left),
    ]
    pins = RememberedWorkers(session.own_folder(), EMBEDDED_ID).pins()
    return cleanup.plan_of(runtime_id, cleanup.without_pinned(found, pins))


def _left(host: WorkerHost) -> Sequence[LeftWorktree]:
    from yoi_cli.errors import NotFoundError

    try:
        return host.worktrees.left()
    except NotFoundError as error:
        if error.code != "repository_not_found":
            raise
        return ()


def clean_up(
    session: Session, host: WorkerHost, runtime_id: str, order: CleanupOrder
) -> Sequence[cleanup.Cleaned]:
    """Remove targets of the plan with the digest of `order`; each by itself, and nothing is lost by
    any. Raises as `cleanup.chosen` does; then nothing was removed."""
    from yoi_cli.errors import YoiError

    done: list[cleanup.Cleaned] = []
    for target in cleanup.chosen(plan(session, host, runtime_id), order):
        try:
            done.append(cleanup.Cleaned(target.id, tuple(_remove(session, host, target))))
        except YoiError as error:
            done.append(cleanup.Cleaned(target.id, code=error.code))
    return done


def _of_tickets(
    session: Session, host: WorkerHost, views: Collection[WorkerView], others: Collection[str]
) -> Iterator[Target]:
    """The worktrees of the clone's tickets, but for those at the paths of `others`."""
    from yoi_cli.errors import NotFoundError
    from yoi_cli.worktrees.service import list_worktrees

    try:
        service = host.worktree_service()
        if service is None:
            return
        found = list_worktrees(service)
    except NotFoundError:  # without a commit there are none
        return
    live = {view.ticket for view in views if not view.has_ended}
    for view in found:
        worktree = view.worktree
        if worktree.ticket is None or worktree.is_unfinished or worktree.is_missing:
            continue
        if worktree.path in others:
            continue
        risks = service.worktrees.risks(worktree)
        obstacle = next((risk.code for risk in risks if risk.is_fatal), "")
        yield cleanup.Target(
            f"{cleanup.WORKTREE}:{worktree.ticket}",
            cleanup.WORKTREE,
            worktree.ticket,
            None,
            _refusal(view, live) or obstacle,
            bool(risks),
            len(worktree.dirty),
            mark=f"{worktree.head} {worktree.branch} {sorted(worktree.dirty)}",
        )


def _refusal(view: WorktreeView, live: Collection[str | None]) -> str:
    from yoi_cli.model.states import RESOLVED_STATES

    if view.worktree.ticket in live or view.worker is not None:
        return cleanup.RUNNING
    return "" if view.state in RESOLVED_STATES else cleanup.OPEN


def _of_orders(views: Mapping[str, WorkerView], left: Collection[LeftWorktree]) -> Iterator[Target]:
    """The worktrees that were made for orders. A worker that cannot be read is taken to run."""
    for one in left:
        view = views.get(one.worker_id)
        has_ended = view is not None and view.has_ended
        yield cleanup.Target(
            f"{cleanup.WORKTREE}:{one.worker_id}",
            cleanup.WORKTREE,
            view.ticket if view is not None else None,
            one.worker_id,
            one.obstacle if has_ended else cleanup.RUNNING,
            one.is_dirty,
            one.uncommitted,
            is_ordered=True,
            mark=one.mark,
        )


def _of_workers(views: Collection[WorkerView], left: Collection[str]) -> Iterator[Target]:
    """The records of workers. By its record the worktree of a worker is taken away: that first."""
    for view in views:
        stays = cleanup.WORKTREE if view.worker_id in left else ""
        yield cleanup.Target(
            f"{cleanup.WORKER}:{view.worker_id}",
            cleanup.WORKER,
            view.ticket,
            view.worker_id,
            stays if view.has_ended else cleanup.RUNNING,
            mark=f"{view.state} {view.ended_at}",
        )


def _remove(session: Session, host: WorkerHost, target: Target) -> Sequence[str]:
    """Remove one; the refs that keep what it held."""
    if target.kind == cleanup.WORKER:
        from yoi_cli.api.workers import forget

        forget(session, target.worker_id or "", host)
        return ()
    if target.is_ordered:
        return host.worktrees.release(target.worker_id or "")
    from yoi_cli.api import worktrees

    return worktrees.remove(session, target.ticket or "", force=target.is_dirty).rescued
