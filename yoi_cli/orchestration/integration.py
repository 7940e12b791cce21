"""Bringing an approved commit into the target branch: tried apart, validated, then moved with
a compare-and-swap, one ticket a target at a time (docs/orchestrate.md).

Each step gives True where one was made, and False where a worker, or the turn, is waited for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.model.events import DECISION, IMPLEMENTATION_REPORT
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.ports import OwnMerge
from yoi_cli.orchestration.texts import (
    conflict_report,
    failed_merge_report,
    merge_message,
    merged_report,
    short,
)

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.position import Position


def begin(context: TicketContext, at: Position, why: str = "") -> bool:
    """Record that the approved commit is to be merged, once it is its turn; `why` says what
    came of the try before."""
    if not context.is_its_turn(at):
        return False
    text = f"{why}Merge the approved commit {short(at.reported)} into `{at.target}`."
    return context.record(at, stages.MERGE, text, kind=DECISION, commit=at.reported)


def merge(context: TicketContext, at: Position) -> bool:
    """Try the merge in a worktree of its own, unless it is in already."""
    if not context.is_its_turn(at):
        return False
    repository, target = context.ports.repository, context.target_head(at)
    if not target or repository.is_ancestor(at.reported, target):
        return _finish(context, at) if target else _miss_target(context, at)
    head = context.head(at)
    if head != at.reported:
        return context.take_evidence(at, head)
    message = merge_message(context.ticket, context.title, at.branch)
    message = context.ports.redaction.text(message)
    tried = repository.try_merge(at.target, at.reported, message, context.ticket)
    if tried.commit is None:
        return send_back(context, at, conflict_report(at, tried.conflicts))
    if context.target_head(at) != target:
        return True  # it moved meanwhile; the merge is tried again
    context.trials[tried.commit] = tried.path
    return context.record(
        at,
        stages.VALIDATE_MERGE,
        f"Merged {short(at.reported)} into {short(target)} of `{at.target}` apart, as "
        f"{short(tried.commit)}.",
        line=f"merged apart as {short(tried.commit)}",
        commit=at.reported,
        merge=tried.commit,
        old=target,
    )


def _miss_target(context: TicketContext, at: Position) -> bool:
    text = f"there is no branch `{at.target}` any more, which it was begun for."
    return context.call_person(at, "target_missing", text)


def validate(context: TicketContext, at: Position) -> bool:
    """Run the validation commands where the merge is checked out; what the target has left
    behind meanwhile is not validated to its end."""
    if not context.is_its_turn(at):
        return False
    number = f"m{at.merges}"
    if context.target_head(at) != at.old:
        context.watch.end_validation(context.workers, at, number)
        return begin(context, at, f"`{at.target}` moved on from {short(at.old)} meanwhile. ")
    folder = _folder(context, at)
    if folder is None:
        return begin(context, at, f"The merge {short(at.merge)} is checked out nowhere. ")
    results = context.preparation.run(at, folder)
    if results == ():
        results = context.watch.validate(context.workers, at, number, lambda: folder)
    if results is None:
        return False
    if not all(one.is_good for one in results):
        return send_back(context, at, failed_merge_report(at, at.merge, results))
    return _announce(context, at)


def _announce(context: TicketContext, at: Position) -> bool:
    """Record the move, which nothing but a kill or somebody else's move keeps from happening."""
    if context.target_head(at) != at.old:
        return True  # it moved just now; the next look begins anew
    context.ports.local_state.note_merge(_own(at))
    text = f"Move `{at.target}` from {short(at.old)} to {short(at.merge)}."
    return context.record(
        at,
        stages.ADVANCE,
        text,
        kind=DECISION,
        commit=at.reported,
        merge=at.merge,
        old=at.old,
    )


def advance(context: TicketContext, at: Position) -> bool:
    """Move the target branch, once: if it holds the commit, that is done. Only a merge that this
    clone made and validated moves it, whatever the log says."""
    if not context.is_its_turn(at):
        return False
    repository, target = context.ports.repository, context.target_head(at)
    moves = f"`{at.target}` was not moved to {short(at.merge)}"
    if target not in (at.old, at.merge):
        if repository.is_ancestor(at.reported, target):
            return _finish(context, at)
        return begin(context, at, f"{moves}: it moved on from {short(at.old)} meanwhile. ")
    if repository.commit_of(at.merge) is None or _own(at) not in context.ports.local_state.merges():
        return begin(context, at, f"{moves}: no merge of this clone's is called that. ")
    context.journal.publish(at)
    try:
        repository.advance(at.target, old=at.old, new=at.merge, approved=at.reported)
    except ConflictError as error:
        if error.code == "target_moved":
            return True
        raise
    return _finish(context, at)


def drop_trial(context: TicketContext) -> None:
    """Take the worktree of the trial away."""
    context.ports.repository.drop_try(context.ticket)


def _own(at: Position) -> OwnMerge:
    return OwnMerge(at.target, at.old, at.reported, at.merge)


def _finish(context: TicketContext, at: Position) -> bool:
    target = context.target_head(at)
    is_ours = bool(at.merge) and context.ports.repository.is_ancestor(at.merge, target)
    done = at._replace(merge=at.merge if is_ours else target)
    report = context.journal.event(
        IMPLEMENTATION_REPORT,
        merged_report(done, is_ours=is_ours),
        step=stages.MERGED,
        holder=at.holder,
        generation=str(at.generation),
        merge=done.merge,
        commit=done.reported,
    )
    context.journal.finish(at, report)
    line = f"in {at.target} as {short(done.merge)}"
    context.tell(stages.MERGED, line if is_ours else f"{line}, by somebody else", "", done.merge)
    return True


def send_back(context: TicketContext, at: Position, text: str) -> bool:
    drop_trial(context)
    return context.record(
        at,
        stages.INTEGRATION,
        text,
        kind=IMPLEMENTATION_REPORT,
        told="merge failed",
        status=stages.FAILED,
        commit=at.reported,
    )


def _folder(context: TicketContext, at: Position) -> str | None:
    """Where the merge of `at` is checked out, also one that an earlier run made."""
    known = context.trials.get(at.merge)
    if known is not None:
        return known
    for one in context.ports.worktrees.all(at.target):
        if one.branch is None and one.head == at.merge and not one.is_missing:
            return one.path
    return None
