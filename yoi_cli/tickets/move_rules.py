"""What a move of a ticket must fulfil (docs/format.md, "States"), asked before it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, UsageError
from yoi_cli.model import states
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tickets.blocking import Blocker, describe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.tickets.doubts import Doubt


class MoveRequest(NamedTuple):
    """A move that somebody asks for.

    `text` is what the event says, None for a standard sentence. `reason` stands in the
    event's header. `expect` is the state that the caller believes the ticket to be in.
    `by_command` is the command, as the standard sentence names it. With `requires_acceptance`
    it is warned where the ticket cannot be accepted later for want of acceptance criteria.
    A reason that nobody gave is not `is_own_reason`. With `steals`, what another holds is taken.
    """

    target: str
    text: str | None = None
    reason: str | None = None
    expect: str | None = None
    by_command: str = "yoi ticket state"
    requires_acceptance: bool = False
    is_own_reason: bool = True
    steals: bool = False


def check_move(
    ticket: str,
    state: str,
    request: MoveRequest,
    blockers: Callable[[], Sequence[Blocker]],
    doubts: Callable[[], Sequence[Doubt]],
) -> None:
    """Raise what keeps a ticket that is in `state` from the move; closing has its own check.

    It is asked by whoever moves a ticket, and by whoever says beforehand what may be done with it.
    `blockers` and `doubts` are asked only where they count.
    """
    _check_move(ticket, state, request)
    if request.target not in (states.QUEUED, states.INPROGRESS):
        return
    check_blockers(ticket, request.target, blockers())
    doubted = doubts()
    if doubted:
        from yoi_cli.tickets.doubts import untrusted

        raise untrusted(ticket, doubted)


def check_close(ticket: str, state: str, live: Callable[[str], str | None]) -> None:
    """Raise `ConflictError` (`worker_at_work`) where a ticket is in progress, and `live` names a
    worker that is at work for it."""
    worker = live(ticket) if state == states.INPROGRESS else None
    if worker is not None:
        raise ConflictError(
            "worker_at_work",
            f"{worker} is at work for {ticket}.",
            hint="Wait for it with `yoi worker wait`, or close the ticket all the same "
            "with --force; the worker goes on.",
            details={"ticket": ticket},
        )


def check_reopen(ticket: str, state: str) -> None:
    """Raise `ConflictError` (`move_illegal`) for a ticket that is not finished."""
    if not states.is_reopening(state, states.PLANNING):
        raise illegal(ticket, state, "reopened", ("done", "closed"))


def _check_move(ticket: str, state: str, request: MoveRequest) -> None:
    target = request.target
    if target == states.CLOSED:
        raise UsageError(
            "resolution_needed",
            "Closing a ticket needs a resolution.",
            hint=f"Use `yoi ticket close {ticket} --message …`.",
        )
    if states.is_reopening(state, target):
        raise illegal(
            ticket, state, target, (), hint=f"Use `yoi ticket reopen {ticket} --reason …`."
        )
    if not states.is_legal(state, target):
        raise illegal(ticket, state, target, states.allowed_moves(state))
    if states.is_giving_back(state, target):
        require_reason(request.reason)


def require_reason(reason: str | None) -> None:
    """Raise `UsageError` (`reason_needed`) where a ticket would go back without one."""
    if not (reason or "").strip():
        raise UsageError(
            "reason_needed",
            "Going back to planning needs a reason.",
            hint="Give one with --reason; it stands in the ticket's log.",
        )


def illegal(
    ticket: str, state: str, target: str, allowed: tuple[str, ...], hint: str = ""
) -> ConflictError:
    return ConflictError(
        "move_illegal",
        f"{ticket} is {state}; from there it cannot be {target}.",
        hint=hint or f"Allowed from {state}: {', '.join(states.allowed_moves(state))}.",
        details={"ticket": ticket, "state": state, "target": target, "allowed": list(allowed)},
    )


def check_blockers(ticket: str, target: str, found: Sequence[Blocker]) -> None:
    """Raise `ConflictError` (`blocked`): the human gate asks that blockers are on their way,
    acceptance that they are through."""
    if target == states.QUEUED:
        found = tuple(blocker for blocker in found if not is_on_its_way(blocker))
    if found:
        raise ConflictError(
            "blocked",
            f"{ticket} is blocked by {describe(found)}.",
            hint="Finish or close the blockers, or take the relation away if it is wrong.",
            details={
                "ticket": ticket,
                "target": target,
                "blockers": [
                    {"ticket": b.ticket, "via": b.via, "state": b.state, "problem": b.problem}
                    for b in found
                ],
            },
        )


def is_on_its_way(blocker: Blocker) -> bool:
    """Whether a blocker does not keep anybody from queueing what waits for it."""
    return blocker.problem is None and blocker.state in states.MOVING_STATES
