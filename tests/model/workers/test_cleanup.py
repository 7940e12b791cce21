"""What of a plan may be removed (docs/runtime.md, "Cleaning up")."""

from __future__ import annotations

import pytest

from yoi_cli.errors import ConflictError
from yoi_cli.model.workers.cleanup import (
    WORKER,
    WORKTREE,
    CleanupOrder,
    CleanupPlan,
    Target,
    chosen,
    plan_of,
    without_open,
    without_pinned,
)


def worktree(ticket: str | None, worker: str | None = None, *, refused: str = "") -> Target:
    name = f"worktree:{worker or ticket}"
    return Target(name, WORKTREE, ticket, worker, refused, is_ordered=worker is not None)


def record(worker: str, ticket: str | None = None, *, refused: str = "") -> Target:
    return Target(f"worker:{worker}", WORKER, ticket, worker, refused)


def why(*targets: Target) -> dict[str, str]:
    return {one.id: one.refused for one in targets}


def order(plan: CleanupPlan, *ids: str, confirm: tuple[str, ...] = ()) -> CleanupOrder:
    return CleanupOrder(expected_digest=plan.digest, target_ids=ids, confirm_dirty_ids=confirm)


def test_a_pinned_worker_stays_with_the_worktrees_of_its_ticket() -> None:
    found = without_pinned(
        (worktree("T"), worktree("U"), worktree(None, "w-1"), record("w-1", "T"), record("w-2")),
        {"w-1"},
    )
    assert why(*found) == {
        "worktree:T": "pinned",
        "worktree:U": "",
        "worktree:w-1": "pinned",
        "worker:w-1": "pinned",
        "worker:w-2": "",
    }


def test_a_pinned_worker_without_a_ticket_keeps_no_worktree_of_others() -> None:
    found = without_pinned((worktree(None, "w-2"), record("w-1")), {"w-1"})
    assert why(*found) == {"worktree:w-2": "", "worker:w-1": "pinned"}


def test_what_is_refused_already_keeps_its_reason() -> None:
    found = without_pinned((record("w-1", refused="running"),), {"w-1"})
    assert why(*found) == {"worker:w-1": "running"}


@pytest.mark.parametrize(
    ("state", "expected"),
    [("done", ""), ("closed", ""), ("inprogress", "open"), (None, "open")],
)
def test_ordered_work_goes_once_its_ticket_is_known_to_be_over(
    state: str | None, expected: str
) -> None:
    found = without_open(
        (worktree("T", "w-1"), worktree("T"), record("w-2", "T")), {"T": state}.get
    )
    assert why(*found) == {"worktree:w-1": expected, "worktree:T": "", "worker:w-2": ""}


def test_a_plan_has_another_digest_when_anything_in_it_changes() -> None:
    one = record("w-1")
    plans = (
        plan_of("far", (one,)),
        plan_of("near", (one,)),
        plan_of("far", (one._replace(refused="pinned"),)),
        plan_of("far", (one._replace(mark="exited"),)),
        plan_of("far", (one,), "before"),
        plan_of("far", ()),
    )
    assert len({plan.digest for plan in plans}) == len(plans)
    assert plan_of("far", (one,)) == plans[0]


def test_targets_are_chosen_once_each_in_the_order_that_they_are_named_in() -> None:
    plan = plan_of("far", (record("w-1"), record("w-2")))
    found = chosen(plan, order(plan, "worker:w-2", "worker:w-1", "worker:w-2"))
    assert [one.worker_id for one in found] == ["w-2", "w-1"]


def test_dirt_is_confirmed_for_each_target() -> None:
    dirty = tuple(worktree(None, one)._replace(is_dirty=True) for one in ("w-1", "w-2"))
    plan = plan_of("far", dirty)
    both = ("worktree:w-1", "worktree:w-2")
    assert len(chosen(plan, order(plan, *both, confirm=both))) == 2
    with pytest.raises(ConflictError) as refused:
        chosen(plan, order(plan, *both, confirm=("worktree:w-1",)))
    assert refused.value.details == {"target": "worktree:w-2", "why": "dirty"}


def test_what_no_plan_has_and_what_another_plan_has_are_refused_by_two_codes() -> None:
    plan = plan_of("far", (record("w-1"),))
    with pytest.raises(ConflictError) as unknown:
        chosen(plan, order(plan, "worker:w-9"))
    with pytest.raises(ConflictError) as stale:
        chosen(plan, order(plan_of("far", ()), "worker:w-1"))
    assert [unknown.value.code, stale.value.code] == ["cleanup_refused", "cleanup_stale"]
