"""What of a runtime may be cleaned up, and what is to be: worktrees, and records of workers that
have ended (docs/runtime.md, "Cleaning up").

A plan is made from what is there, and carried out only while that is still so. The runtime that has
it decides by its own files; who has the tickets and the pins takes more out of the plan.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta, Struct

from yoi_cli.errors import ConflictError
from yoi_cli.model.states import RESOLVED_STATES
from yoi_cli.model.workers.order import Digest
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

WORKTREE, WORKER = "worktree", "worker"
RUNNING, PINNED, OPEN = "running", "pinned", "open"
_DIRTY = "dirty"
_Id = Annotated[str, Meta(max_length=2000)]


class CleanupOrder(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What of a plan is to be done: the plan's digest, its targets, and those of them whose
    changes that are committed nowhere are to be given up; those are kept under a rescue ref."""

    expected_digest: Digest
    target_ids: Annotated[tuple[_Id, ...], Meta(max_length=1000)]
    confirm_dirty_ids: Annotated[tuple[_Id, ...], Meta(max_length=1000)] = ()


class Target(NamedTuple):
    """Something that may be removed. `refused` says why it may not: `running`, `pinned`, `open`
    where the ticket is not over, `worktree` where a worker's worktree has to go first, or the risk
    that no rescue helps against; else it is empty. It `is_dirty` where removing it would lose what
    is committed or merged nowhere else: that is kept under a rescue ref. It `is_ordered` where it
    was made for an order: whether that ticket is over is known to whoever ordered. `mark` changes
    when it does."""

    id: str
    kind: str
    ticket: str | None
    worker_id: str | None
    refused: str
    is_dirty: bool = False
    uncommitted: int = 0
    is_ordered: bool = False
    mark: str = ""


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


def plan_of(runtime_id: str, targets: Iterable[Target], before: str = "") -> CleanupPlan:
    """The plan that has these targets, made out of the plan with the digest `before`."""
    found = tuple(targets)
    said = repr((runtime_id, before, [tuple(one) for one in found]))
    return CleanupPlan(runtime_id, hashlib.sha256(said.encode()).hexdigest(), found)


def without_pinned(targets: Iterable[Target], pins: Collection[str]) -> tuple[Target, ...]:
    """The targets, of which what is pinned is refused: those workers, and their tickets'
    worktrees."""
    found = tuple(targets)
    tickets = {one.ticket for one in found if one.worker_id in pins} - {None}
    return tuple(
        one._replace(refused=PINNED)
        if not one.refused and (one.worker_id in pins or _is_worktree_of(one, tickets))
        else one
        for one in found
    )


def _is_worktree_of(target: Target, tickets: Collection[str | None]) -> bool:
    return target.kind == WORKTREE and target.ticket in tickets


def without_open(
    targets: Iterable[Target], state_of: Callable[[str], str | None]
) -> tuple[Target, ...]:
    """The targets, of which what was made for an order is refused while its ticket is not known to
    be over by whoever asks; `state_of` gives None for a ticket that is unknown."""
    return tuple(
        one._replace(refused=OPEN)
        if not one.refused
        and one.is_ordered
        and one.ticket is not None
        and state_of(one.ticket) not in RESOLVED_STATES
        else one
        for one in targets
    )


def chosen(plan: CleanupPlan, order: CleanupOrder) -> tuple[Target, ...]:
    """The targets of an order, each once.

    Raises `ConflictError`: `cleanup_stale` for the order of another plan, and `cleanup_refused` for
    a target that is not in it, that may not go, or that is dirty and was not confirmed.
    """
    if plan.digest != order.expected_digest:
        raise ConflictError(
            "cleanup_stale",
            "What is there changed since the plan was made.",
            hint="Make a plan again.",
            details={"digest": plan.digest},
        )
    known = {one.id: one for one in plan.targets}
    found: list[Target] = []
    for name in dict.fromkeys(order.target_ids):
        target = known.get(name)
        if target is None:
            raise _refused(name, "unknown")
        if target.refused:
            raise _refused(name, target.refused)
        if target.is_dirty and name not in order.confirm_dirty_ids:
            raise _refused(name, _DIRTY)
        found.append(target)
    return tuple(found)


_NO_MORE = "Nothing was removed; the plan says what may go."
_CONFIRM = (
    "Nothing was removed. It holds what is nowhere else; `yoi runtime cleanup --force` keeps that "
    "under a rescue ref first."
)


def _refused(name: str, why: str) -> ConflictError:
    return ConflictError(
        "cleanup_refused",
        f"{name[:200]} is not to be removed: {why}.",
        hint=_CONFIRM if why == _DIRTY else _NO_MORE,
        details={"target": name[:200], "why": why},
    )
