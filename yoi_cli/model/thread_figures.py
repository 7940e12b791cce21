"""What statistics are made of, of one thread: counts and times, without a word that was said."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from yoi_cli.model.events import APPROVE, CREATE, REQUEST_CHANGES, REVIEW
from yoi_cli.model.fold import fold
from yoi_cli.model.spending import Spending, spending_of
from yoi_cli.model.states import DONE, INPROGRESS, RESOLVED_STATES
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.model.fold import Move


class ThreadFigures(NamedTuple):
    """Figures of a thread, times as its events have them, "" for none.

    `kinds` counts its events by their kinds, and `spent` is what coding agents spent. `finished_at`
    is when it came to rest for the last time, if it is at rest; `started_at` when the work began
    that then was done. `approved_at` is that of the last approval, None without one, and
    `review_rounds` the requests for changes before it. No event is before `first_at` or after
    `last_at`.
    """

    state: str
    kinds: tuple[tuple[str, int], ...]
    spent: Spending
    created_at: str
    started_at: str
    finished_at: str
    approved_at: str | None
    review_rounds: int
    first_at: str
    last_at: str


def figures_of(events: Sequence[Event], since: str = "") -> ThreadFigures:
    """The figures of a thread's events; kinds and spending of those from `since` on."""
    folded = fold(events)
    finish = _finish(folded.moves)
    start = None if finish is None else _start(folded.moves, finish)
    approved_at, rounds = _reviews(events)
    counted = events if not since else [event for event in events if event.at >= since]
    times = [event.at for event in events]
    return ThreadFigures(
        state=folded.state,
        kinds=tuple(Counter([event.kind for event in counted]).items()),
        spent=spending_of(counted),
        created_at=next((event.at for event in events if event.kind == CREATE), ""),
        started_at="" if start is None else start.at,
        finished_at="" if finish is None else finish.at,
        approved_at=approved_at,
        review_rounds=rounds,
        first_at=min(times, default=""),
        last_at=max(times, default=""),
    )


def _reviews(events: Sequence[Event]) -> tuple[str | None, int]:
    """When the last approval was given, and how many requests for changes came before it."""
    reviews = [event for event in events if event.kind == REVIEW]
    approvals = [index for index, review in enumerate(reviews) if review.status == APPROVE]
    if not approvals:
        return None, 0
    before = reviews[: approvals[-1]]
    return reviews[approvals[-1]].at, sum(one.status == REQUEST_CHANGES for one in before)


def _finish(moves: Sequence[Move]) -> Move | None:
    """The move by which a ticket that is done or closed came to rest for the last time."""
    if not moves or moves[-1].target not in RESOLVED_STATES:
        return None
    finishing = [
        move
        for move in moves
        if move.target in RESOLVED_STATES and move.origin not in RESOLVED_STATES
    ]
    return finishing[-1] if finishing else None


def _start(moves: Sequence[Move], finish: Move) -> Move | None:
    """The move by which the work began that `finish` has done; what came before a reopening is
    past, and what was closed was not done."""
    start: Move | None = None
    for move in moves:
        if move is finish:
            return start if finish.target == DONE else None
        if move.origin in RESOLVED_STATES:
            start = None
        elif move.target == INPROGRESS and start is None:
            start = move
    return None
