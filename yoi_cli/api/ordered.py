"""Workers that are part of an orchestrator's run elsewhere: on a branch, with the run's variables,
their work delivered by git (docs/runtime.md, "Branches").

The ticket is the orchestrator's: nothing of it is looked up or written down here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.errors import ConflictError
    from yoi_cli.model.workers.order import Base, Run, WorkerOrder
    from yoi_cli.model.workers.profiles import Settings
    from yoi_cli.model.workers.spec import WorkerSpec
    from yoi_cli.workers.local.ordered_branches import OrderedBranches
    from yoi_cli.workers.runtime import Delivery, LoggedWorker
    from yoi_cli.workspace.session import Session


def settings_with_model(settings: Settings, order: WorkerOrder, profile: str) -> Settings:
    """The settings with the model that is ordered for `profile`. Raises `UsageError`
    (`model_unknown`)."""
    from yoi_cli.errors import UsageError
    from yoi_cli.workers.agents.commands import model_command

    if order.model is UNSET:
        return settings
    named, model = settings.named(profile), order.model
    if model not in named.models:
        raise UsageError(
            "model_unknown",
            f"The profile {profile} does not allow that model.",
            hint=f"`models` of [profiles.{profile}] allows one.",
            details={"model": model},
        )
    command = model_command(named.agent, named.command, model)
    changed = named._replace(command=command, model=model)
    return settings._replace(profiles={**settings.profiles, profile: changed})


def spawn_for_run(
    session: Session, order: WorkerOrder, run: Run, asked: WorkerSpec, settings: Settings
) -> LoggedWorker:
    """Start the worker of an order that is part of a run. Raises as `workers.spawn` does."""
    from yoi_cli.api.workers import request_for
    from yoi_cli.model.workers.order import INPUT
    from yoi_cli.workers.open import open_runtime
    from yoi_cli.workers.runtime import LoggedWorker
    from yoi_cli.workspace.trust import require_trust

    require_trust(session)
    request = request_for(
        session,
        asked,
        settings,
        prompt=order.prompt or "",
        variables=_variables(session, run, asked, settings),
        takes_input=INPUT in order.capabilities,
    )
    session.own_folder(make=True)
    view, is_new = open_runtime(session).spawn_or_find(request)
    return LoggedWorker(view, (), is_new)


def _variables(
    session: Session, run: Run, asked: WorkerSpec, settings: Settings
) -> Iterator[tuple[str, str]]:
    """What the worker finds in its environment besides, as one in the orchestrator's own clone."""
    from yoi_cli.model.workers.presets import HIDES_IDENTITY, LEAVES_BEHIND
    from yoi_cli.model.workers.run_variables import facts_of_run, run_variables
    from yoi_cli.model.workers.spec import request_of
    from yoi_cli.workers.open import machine_of
    from yoi_cli.worktrees.open import open_worktrees

    profile = settings.named(asked.profile or "")
    facts = facts_of_run(run.branch, run.target, run.generation)
    yield from run_variables(profile, asked.role or "worker", run.round, facts).items()
    for pattern in LEAVES_BEHIND.get(profile.agent, ()):
        open_worktrees(session).ignore(pattern)
    if profile.agent in HIDES_IDENTITY:
        bare = request_of(asked, settings, session.environment)
        yield from machine_of(session).identity(bare).items()


def worktree_on(session: Session, order: WorkerOrder, base: Base, branch: str) -> tuple[str, bool]:
    """The folder in which the worker of an order begins, in the worktree on its branch; and whether
    that was made now. Raises as `Runtime.create` does."""
    from yoi_cli.errors import UsageError
    from yoi_cli.model.naming import ticket_of_branch
    from yoi_cli.worktrees.open import repository_paths
    from yoi_cli.worktrees.target.ordered import OrderedBranch, worktree_on_branch

    if ticket_of_branch(branch) != order.ticket or order.run is UNSET:
        raise UsageError(
            "branch_invalid",
            "That is no branch of the ticket that is ordered for.",
            hint="A worker is on its ticket's branch, and part of a run.",
            details={"branch": branch},
        )
    branches = _branches(session)
    holder = branches.holder(branch)
    if holder is not None and holder != order.key:
        _check_over(session, holder)
    return worktree_on_branch(
        repository_paths(session),
        OrderedBranch(branch, base.ref, base.commit, base.folder),
        is_known=holder is not None,
        mark=lambda: branches.hold(branch, order.key),
    )


def require_tips(session: Session, run: Run) -> None:
    """Have the commits here that a worker is told of. Raises `NotFoundError` (`base_not_found`)."""
    from yoi_cli.worktrees.git.base import require_commit
    from yoi_cli.worktrees.open import repository_paths

    for tip in run.tips:
        require_commit(repository_paths(session), tip.ref, tip.commit)


def deliver(session: Session, worker_id: str) -> Delivery:
    """As `Runtime.deliver`."""
    from yoi_cli.workers.runtime import Delivery
    from yoi_cli.worktrees.open import repository_paths
    from yoi_cli.worktrees.target import ordered

    spec = _ended(session, worker_id)
    found = ordered.deliver(
        repository_paths(session), spec.cwd, ref=spec.base_ref, branch=spec.base_branch
    )
    return Delivery(worker_id, *found)


def release(session: Session, worker_id: str) -> Sequence[str]:
    """As `Runtime.release`."""
    spec = _ended(session, worker_id)
    return take_back(session, spec.cwd, spec.base_ref, spec.base_branch)


def take_back(session: Session, folder: str, ref: str, branch: str) -> Sequence[str]:
    """Take away what was made for an order, in the worktree around `folder`; the refs by which what
    was not delivered is kept."""
    from yoi_cli.worktrees.open import repository_paths
    from yoi_cli.worktrees.target import ordered

    kept = ordered.release(repository_paths(session), folder, ref=ref, branch=branch)
    if branch:
        _branches(session).let_go(branch)
    return kept


def _ended(session: Session, worker_id: str) -> WorkerSpec:
    """The record of a worker that has ended, and had a worktree that is its own still."""
    from yoi_cli.errors import ConflictError, NotFoundError
    from yoi_cli.workers.open import open_runtime

    runtime = open_runtime(session)
    view, spec = runtime.show(worker_id), runtime.spec(worker_id)
    if not view.has_ended:
        raise _running(worker_id)
    if not spec.base_ref:
        raise NotFoundError(
            "work_not_found",
            f"Worker {worker_id} has no worktree of its own.",
            hint="One that is ordered with a base has.",
            details={"worker_id": worker_id},
        )
    holder = _branches(session).holder(spec.base_branch) if spec.base_branch else None
    if holder not in (None, spec.key):
        raise ConflictError(
            "work_taken_over",
            f"Another worker went on in the worktree of {worker_id}.",
            hint="Ask for the work of that one.",
            details={"worker_id": worker_id},
        )
    return spec


def _branches(session: Session) -> OrderedBranches:
    from yoi_cli.workers.local.ordered_branches import OrderedBranches

    return OrderedBranches(session.own_folder(make=True))


def _check_over(session: Session, key: str) -> None:
    """Raise `ConflictError` (`worker_running`) where the worker with that key is at work."""
    from yoi_cli.workers.open import open_runtime

    view = open_runtime(session).find(key)
    if view is not None and not view.has_ended:
        raise _running(view.worker_id)


def _running(worker_id: str) -> ConflictError:
    from yoi_cli.errors import ConflictError

    return ConflictError(
        "worker_running",
        f"Worker {worker_id} has not ended.",
        hint="Wait for its end, or stop it.",
        details={"worker_id": worker_id},
    )
