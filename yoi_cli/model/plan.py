"""An orchestrator's records on ordering, conflict and capacity (docs/format.md)."""

from __future__ import annotations

from typing import NamedTuple

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
    """One line of `orchestration-plan.jsonl`."""

    id: str
    ticket_id: str
    kind: str
    author: str
    at: str
    related_ticket: str | None = None
    note: str | None = None
    accepted_plan: AcceptedPlan | None = None


def record_id(at: str, number: int) -> str:
    """The id of line `number` (1-based), written at `at` (`YYYY-MM-DDTHH:MM:SSZ`)."""
    date = at[:10].replace("-", "")
    time = at[11:19].replace(":", "")
    return f"orch-plan-{date}-{time}-{number}"
