"""The coder's and the reviewer's work on another runtime: what it left is brought here by git, and
goes on as what was made here (docs/orchestrate.md, "Other runtimes").

Each step gives True where one was made, and False where a worker is waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError
from yoi_cli.orchestration.evidence import changes_of_reviewer, worker_sentence
from yoi_cli.orchestration.prompts import coder_prompt, reviewer_prompt
from yoi_cli.orchestration.target_watch import tell_target_moves, unapproved_in_target
from yoi_cli.orchestration.texts import short
from yoi_cli.workers.changes import changes_sentence

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.elsewhere import FarEnd, FarState
    from yoi_cli.orchestration.position import Position
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.worktrees.model import Worktree

#: Why a person is asked where something of the clone changed while a worker ran.
CLONE_CHANGED = "clone_changed"


def coder_end(context: TicketContext, at: Position) -> FarEnd | None:
    """How the coder elsewhere ended; None while it is waited for."""
    is_here = context.ports.elsewhere.is_of_this_clone(at.coder_runtime)
    tip = "" if is_here else context.target_head(at)
    state = context.far.coder(at, lambda: coder_prompt(context.assignment(), at, tip))
    return _ended(context, state)


def reviewer_end(context: TicketContext, at: Position) -> FarEnd | None:
    """The same of the reviewer."""
    return _ended(
        context, context.far.reviewer(at, lambda: reviewer_prompt(context.assignment(), at))
    )


def coder_again(context: TicketContext, at: Position) -> tuple[bool, WorkerView | None]:
    """The coder that has ended, None where it is not kept any more, and whether that is known."""
    try:
        end = _ended(context, context.far.coder_again(at))
    except NotFoundError:
        return True, None
    return end is not None, None if end is None else end.view


def _ended(context: TicketContext, state: FarState) -> FarEnd | None:
    is_over = state.end is not None or state.view is None
    context.watch.worker = "" if is_over or state.view is None else state.view.worker_id
    return state.end


def take_work(context: TicketContext, at: Position, end: FarEnd) -> Worktree | None:
    """Have the coder's commits on the ticket's branch here, and give what it left there; None where
    a person was called."""
    tell_target_moves(context, at)
    left = context.far.left(end) or context.standing_worktree(at)
    if left is None:
        context.miss_worktree(at)
        return None
    problem = _of_worker(end, "coder") or _bring_forward(context, at, left)
    if problem is not None:
        context.call_person(at, *problem)
        return None
    unapproved = unapproved_in_target(context, at, context.head(at))
    if unapproved:
        context.call_person(at, "not_approved", unapproved)
        return None
    return left


def reviewer_problem(at: Position, end: FarEnd, left: Worktree | None) -> tuple[str, str] | None:
    """Why a person is to look at what a reviewer did besides: a code and a sentence."""
    noticed = _noticed(end)
    if noticed is not None:
        return noticed
    changed = changes_of_reviewer(at._replace(tree=""), left)
    return ("reviewer_changed", changed) if changed else None


def _of_worker(end: FarEnd, role: str) -> tuple[str, str] | None:
    if end.view.cause in ("stopped", "cancelled"):
        said = worker_sentence(role, end.view)
        return "worker_stopped", f"Somebody ended the {role}: {said}"
    return _noticed(end)


def _noticed(end: FarEnd) -> tuple[str, str] | None:
    if not end.noticed:
        return None
    sentence = changes_sentence(end.view, end.noticed)
    return CLONE_CHANGED, f"in the clone of {end.view.runtime_id}, {sentence}"


def _bring_forward(context: TicketContext, at: Position, left: Worktree) -> tuple[str, str] | None:
    """Move the branch here to what was made of it there; why it was not moved."""
    commit, head = left.head or "", context.head(at)
    if left.path or left.branch != at.branch or head == commit:
        return None  # it is there already, or what HEAD was led to is reported
    if head != at.start:
        return (
            "branch_moved",
            f"`{at.branch}` is at {short(head)} here, and the coder's work, {short(commit)}, was "
            f"made from {short(at.start)}. Merge the two, or take one of them.",
        )
    try:
        context.ports.repository.take_over(at.branch, old=head, new=commit)
    except ConflictError as error:
        return (
            "branch_moved",
            f"`{at.branch}` cannot be moved to the coder's work, {short(commit)}: {error.message}",
        )
    return None
