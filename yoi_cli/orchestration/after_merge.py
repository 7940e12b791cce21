"""What is done for a ticket once its work is merged: it is closed, and its worktree and branch are
taken away, here and on other runtimes, as the settings say (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import states
from yoi_cli.orchestration import integration
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.context import MERGED, RunOutcome
from yoi_cli.orchestration.texts import resolution, short
from yoi_cli.tickets.move import close_ticket

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.position import Position
    from yoi_cli.worktrees.model import Worktree


def close(context: TicketContext, at: Position) -> bool | RunOutcome:
    ports = context.ports
    if at.state == states.DONE and ports.settings.orchestration.close:
        text = resolution(at)
        close_ticket(
            ports.store, context.ticket, text, ports.by, expect=states.DONE, claims=ports.claims
        )
        context.tell("closed", "with what was merged", commit=at.merge)
        return True
    if ports.settings.orchestration.cleanup:
        text = f"Taking away `{at.worktree}` and `{at.branch}`, which are merged."
        return context.record(at, stages.CLEANUP, text)
    return end(context, at)


def clean_up(context: TicketContext, at: Position) -> bool | RunOutcome:
    integration.drop_trial(context)
    context.drop_checkout()
    worktree = context.ports.worktrees.locate(at.worktree, at.target)
    if worktree is None:
        return end(context, at)
    views = context.ports.runtime.all()
    context.far.clear(at.coder_runtime, at.reviewer_runtime)
    busy = next((v for v in views if v.ticket == context.ticket and not v.has_ended), None)
    if busy is not None:
        text = f"`{at.worktree}` stays: the worker {busy.worker_id} is at work there."
        return context.record(at, stages.KEPT, text)
    is_kept = at.url != "" and _is_only_unmerged(context, at, worktree)
    try:
        context.ports.worktrees.remove(worktree, force=is_kept)
    except YoiError as error:
        return context.record(at, stages.KEPT, f"`{at.worktree}` stays: {error.message}")
    return end(context, at)


def _is_only_unmerged(context: TicketContext, at: Position, worktree: Worktree) -> bool:
    """Whether all that speaks against removing a worktree is that the target here lacks the
    commits of its request. A forge may have merged them as others; they are kept under a ref."""
    risks = context.ports.worktrees.risks(worktree)
    is_reported = worktree.head == at.reported == context.head(at)
    return is_reported and {one.code for one in risks} <= {"unmerged", "branch_unmerged"}


def end(context: TicketContext, at: Position) -> RunOutcome:
    text = f"{at.state} and merged into {at.target} as {short(at.merge)}."
    return context.outcome(MERGED, at.state, text, at.merge)
