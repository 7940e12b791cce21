"""Whether the target branch moved while a coder worked, by nobody's merge (docs/orchestrate.md).

A coder has the same git folder as everybody: it can move the target by `update-ref`, by a commit
in the main checkout, by a push. What it was at the coder's start, and every merge of an
orchestrator, is kept by this clone itself, not in the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.text import some_of
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.texts import short

if TYPE_CHECKING:
    from yoi_cli.orchestration.context import TicketContext
    from yoi_cli.orchestration.position import Position


_WORKING = {
    stages.CODER: "the coder",
    stages.CANDIDATES: "the coders",
    stages.REVIEWER: "the reviewer",
    stages.CHOOSE: "the reviewer",
}


def note_target(context: TicketContext, at: Position) -> None:
    """Keep what the target is, just before a worker of the ticket is started."""
    context.ports.local_state.note_target(context.ticket, context.target_head(at))


def tell_target_moves(context: TicketContext, at: Position) -> None:
    """Record, once, that the target moved while the coder worked."""
    moved = _target_moves(context, at)
    if moved:
        context.record(at, stages.TARGET_MOVED, moved)
        note_target(context, at)


def is_moved_unapproved(context: TicketContext, at: Position) -> bool:
    """After validation commands or a reviewer, which run what a coder wrote: whether the target
    moved meanwhile to hold the commit that they were to judge. Then a person is called."""
    if context.target_head(at) == context.ports.local_state.noted_target(context.ticket):
        return False
    unapproved = unapproved_in_target(context, at, at.commit)
    if not unapproved:
        return False
    tell_target_moves(context, at)
    return context.call_person(at, "not_approved", unapproved)


def _target_moves(context: TicketContext, at: Position) -> str:
    """A sentence about a move since then that no orchestrator of this clone made, else empty."""
    ports, now = context.ports, context.target_head(at)
    then = ports.local_state.noted_target(context.ticket)
    if not then or then == now or ports.repository.commit_of(then) is None:
        return ""
    who = _WORKING.get(at.stage, "validation")
    moved = f"`{at.target}` moved from {short(then)} to {short(now) or 'nothing'} while {who}"
    if not now or not ports.repository.is_ancestor(then, now):
        return f"{moved} worked, and lost commits; no merge of ours did that."
    ours = {merge.merge for merge in ports.local_state.merges()}
    foreign = [one for one in ports.history.first_parents(then, now) if one not in ours]
    if not foreign:
        return ""
    return f"{moved} worked, by no merge of ours: {some_of([short(one) for one in foreign])}."


def unapproved_in_target(context: TicketContext, at: Position, commit: str) -> str:
    """A sentence where work that nobody approved is in the target already, else empty.

    A branch that was merely brought forward to what others merged holds no work of its own.
    """
    repository = context.ports.repository
    if not commit or repository.is_ancestor(commit, at.base):
        return ""
    refs = repository.targets_with(commit, at.target)
    then = context.ports.local_state.noted_target(context.ticket)
    if not refs or (then and repository.is_ancestor(commit, then)):
        return ""
    ours = {merge.merge for merge in context.ports.local_state.merges()}
    if commit in ours:
        return ""
    named = ", ".join(f"`{ref}`" for ref in refs)
    return (
        f"{named} holds {short(commit)} already, which nobody approved. Look at it: approve it "
        "with `yoi ticket review`, or take it out of there and ask for changes."
    )
