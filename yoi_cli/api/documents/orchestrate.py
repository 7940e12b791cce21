"""The JSON types of orchestration (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.orchestration.context import RunOutcome
    from yoi_cli.orchestration.orchestrator import PlannedStep
    from yoi_cli.orchestration.ports import Progress


class OutcomeDocument(TypedDict):
    """How far a run came with a ticket.

    `result` is `merged`, `person`, `failed`, `refused`, `waits`, `held`, `left` or `running`
    (the run was ended before its worker); `reason` is a code, `commit` the merge, or what
    waits for a review.
    """

    ticket: str
    title: str
    result: str
    reason: str
    message: str
    commit: str | None


class ObstacleDocument(TypedDict):
    """What keeps a ticket from being begun."""

    code: str
    message: str


class OrchestrationPlanDocument(TypedDict):
    """What would be done next with a ticket: the step that its log is at, and what is in the
    way."""

    ticket: str
    title: str
    step: str
    obstacles: list[ObstacleDocument]


class OrchestrationDocument(TypedDict):
    """What a run did, or with --dry-run would do."""

    dry_run: bool
    target: str
    outcomes: list[OutcomeDocument]
    plan: list[OrchestrationPlanDocument]


class OrchestrationStepDocument(TypedDict):
    """One line of what a run prints into a pipe: one step of one ticket."""

    at: str
    ticket: str
    step: str
    message: str
    worker: str | None
    commit: str | None


def step_document(told: Progress, at: str) -> OrchestrationStepDocument:
    return {
        "at": at,
        "ticket": told.ticket,
        "step": told.step,
        "message": told.text,
        "worker": told.worker or None,
        "commit": told.commit or None,
    }


def orchestration_document(
    target: str, outcomes: Iterable[RunOutcome], plans: Iterable[PlannedStep], *, dry_run: bool
) -> OrchestrationDocument:
    return {
        "dry_run": dry_run,
        "target": target,
        "outcomes": [
            {
                "ticket": one.ticket,
                "title": one.title,
                "result": one.result,
                "reason": one.reason,
                "message": one.text,
                "commit": one.commit or None,
            }
            for one in outcomes
        ],
        "plan": [
            {
                "ticket": one.ticket,
                "title": one.title,
                "step": one.stage,
                "obstacles": [{"code": code, "message": said} for code, said in one.obstacles],
            }
            for one in plans
        ],
    }
