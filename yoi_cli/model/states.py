"""The life of a ticket, and the moves that are legal in it (docs/format.md, "The fold")."""

from __future__ import annotations

from yoi_cli.errors import UsageError

PLANNING = "planning"
READY = "ready"
QUEUED = "queued"
INPROGRESS = "inprogress"
DONE = "done"
CLOSED = "closed"

#: Every state, in the order in which a ticket passes through them.
STATES = (PLANNING, READY, QUEUED, INPROGRESS, DONE, CLOSED)
OPEN_STATES = STATES[:-1]
#: A ticket in one of these no longer blocks another.
RESOLVED_STATES = frozenset({DONE, CLOSED})
#: A blocker in one of these does not forbid queueing what it blocks.
MOVING_STATES = frozenset({QUEUED, INPROGRESS, DONE, CLOSED})

#: Reasons of moves that tell where a ticket was brought, not how it came there, and so may skip
#: steps of the table: a hand edit that was taken over, an import, a move that was taken back.
ADOPTED, IMPORTED, TAKEN_BACK = "adopted", "imported", "taken_back"
PLACING_REASONS = frozenset({ADOPTED, IMPORTED, TAKEN_BACK})

_FORWARD = {
    PLANNING: (READY,),
    READY: (QUEUED, PLANNING),
    QUEUED: (INPROGRESS, PLANNING),
    INPROGRESS: (DONE, PLANNING),
    DONE: (PLANNING,),
    CLOSED: (PLANNING,),
}


def is_state(word: str) -> bool:
    """Whether `word` is one of the six states."""
    return word in _FORWARD


def check_state(word: str) -> None:
    """Raise `UsageError` (`state_unknown`) for a word that is no state."""
    if not is_state(word):
        from yoi_cli.model.nearest import did_you_mean

        raise UsageError(
            "state_unknown",
            f"{word[:40]!r} is not a state.",
            hint=f"{did_you_mean(word, STATES)}The states are {', '.join(STATES)}.",
            details={"states": list(STATES)},
        )


def allowed_moves(state: str) -> tuple[str, ...]:
    """The states that a ticket in `state` may move to, in the order of the table."""
    moves = _FORWARD.get(state, (PLANNING,))
    return moves if state == CLOSED else (*moves, CLOSED)


def is_legal(origin: str, target: str) -> bool:
    """Whether the move from `origin` to `target` is in the table of docs/format.md, "The fold"."""
    return target in allowed_moves(origin)


def is_reopening(origin: str, target: str) -> bool:
    """Whether the move takes up finished work again."""
    return origin in RESOLVED_STATES and target == PLANNING


def is_giving_back(origin: str, target: str) -> bool:
    """Whether the move returns work to planning, for which a reason is asked."""
    return target == PLANNING and origin in (READY, QUEUED, INPROGRESS)
