"""Cleaning up what the runtimes of a workspace have: worktrees, and records of workers that have
ended (docs/runtime.md, "Cleaning up").

A runtime says by its own files what may go. This clone knows which workers are pinned, and whether
the tickets are over that it had work done for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.workers import cleanup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.api.registry import Registry
    from yoi_cli.api.runtime_kinds import AnyRuntime
    from yoi_cli.model.workers.cleanup import Cleaned, CleanupOrder, CleanupPlan
    from yoi_cli.workspace.session import Session


def plan(session: Session, registry: Registry, runtime_id: str) -> CleanupPlan:
    """What may be cleaned up of a runtime now. Raises `NotFoundError` (`runtime_not_found`), and
    `OperationError` where it cannot be asked, or is too old (`runtime_unsupported`)."""
    runtime = registry.runtime(runtime_id)
    return _narrowed(session, registry, runtime, runtime.cleanup_plan())


def execute(
    session: Session, registry: Registry, runtime_id: str, order: CleanupOrder
) -> Sequence[Cleaned]:
    """Have targets of the plan with the digest of `order` removed; each by itself, and nothing is
    lost by any. The runtime looks once more whether what is there is still what it said.

    Raises as `plan`, and `ConflictError` (`cleanup_stale`, `cleanup_refused`); then nothing was
    removed.
    """
    from msgspec.structs import replace

    runtime = registry.runtime(runtime_id)
    own = runtime.cleanup_plan()
    cleanup.chosen(_narrowed(session, registry, runtime, own), order)
    return runtime.clean_up(replace(order, expected_digest=own.digest))


def _narrowed(
    session: Session, registry: Registry, runtime: AnyRuntime, own: CleanupPlan
) -> CleanupPlan:
    """The plan of a runtime, without what this clone keeps. A worker is pinned by whichever name
    its runtime has here."""
    names = [row.runtime_id for row in registry.rows()]
    pins = frozenset().union(*(registry.remembered(name).pins() for name in names))
    states = _states(session) if any(one.is_ordered for one in own.targets) else {}
    targets = cleanup.without_open(cleanup.without_pinned(own.targets, pins), states.get)
    return cleanup.plan_of(runtime.runtime_id, targets, own.digest)


def _states(session: Session) -> Mapping[str, str]:
    """The states of all tickets that can be read."""
    rows = (
        (row.id, row.fields.get("state")) for row in session.store.all_fields() if not row.error
    )
    return {ticket: state for ticket, state in rows if isinstance(state, str)}
