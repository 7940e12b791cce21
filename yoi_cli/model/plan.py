"""An orchestrator's records on ordering, conflict and capacity (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

ACCEPTED_PLAN = "accepted_plan"
WAITING_CAPACITY_NOTE = "waiting_capacity_note"
RELATING_KINDS = (
    "before",
    "after",
    "blocked_by",
    "blocks",
    "conflicts_with",
    "do_not_parallelize",
)
KINDS = (*RELATING_KINDS, WAITING_CAPACITY_NOTE, ACCEPTED_PLAN)

LINE_LIMIT = 1024
TEXT_LIMIT = 16 * 1024


class AcceptedPlan(NamedTuple):
    """What was agreed on when a ticket was accepted: summary, branch, worktree, roles."""

    summary: str
    branch: str | None = None
    worktree: str | None = None
    role_plan: str | None = None


class PlanRecord(NamedTuple):
    """One line of `orchestration-plan.jsonl`. One that `removes` another takes back the record with
    that id and the same related ticket."""

    id: str
    ticket_id: str
    kind: str
    author: str
    at: str
    related_ticket: str | None = None
    note: str | None = None
    accepted_plan: AcceptedPlan | None = None
    removes: str | None = None


def standing(records: Sequence[PlanRecord]) -> tuple[PlanRecord, ...]:
    """Of the records of one ticket those that hold: without what was taken back, and without what
    takes back."""
    removed = {(one.removes, one.related_ticket) for one in records if one.removes is not None}
    if not removed:
        return tuple(records)
    return tuple(
        one
        for one in records
        if one.removes is None and (one.id, one.related_ticket) not in removed
    )


def record_id(at: str, number: int) -> str:
    """The id of line `number` (1-based), written at `at` (`YYYY-MM-DDTHH:MM:SSZ`)."""
    date = at[:10].replace("-", "")
    time = at[11:19].replace(":", "")
    return f"orch-plan-{date}-{time}-{number}"
