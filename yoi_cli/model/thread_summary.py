"""Where a ticket stands, by the headers of its thread alone (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.model import events, states
from yoi_cli.model.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.model.fold import Move


class Review(NamedTuple):
    """How work and reviews of a ticket in progress stand.

    `has_work` is whether anything was reported since it began; `is_unreviewed` whether the
    newest of it is newer than the newest review; `asks_for_changes` and `approves` are what
    the newest review says.
    """

    has_work: bool = False
    is_unreviewed: bool = False
    asks_for_changes: bool = False
    approves: bool = False


class ThreadSummary(NamedTuple):
    """The state of a ticket, whether moves of it were set aside, and the review of its work.

    A ticket that is not in progress has an empty review.
    """

    state: str
    is_diverged: bool = False
    review: Review = Review()


def summary_of(thread: Sequence[Event]) -> ThreadSummary:
    """The summary of a thread's events; headings and bodies do not count."""
    state, moves, diverged = fold(thread)
    review = review_of(thread, moves) if state == states.INPROGRESS else Review()
    return ThreadSummary(state, bool(diverged), review)


def review_of(thread: Iterable[Event], moves: Iterable[Move]) -> Review:
    """How work and reviews stand since the ticket last came into progress.

    Work is a report, a commit or a worker's result; the order is that of the log.
    """
    started = max((m.line for m in moves if m.target == states.INPROGRESS), default=0)
    last_work, last_review, verdict = 0, 0, ""
    for event in thread:
        if event.line < started:
            continue
        if is_work(event):
            last_work = event.line
        elif event.kind == events.REVIEW and event.status:
            last_review, verdict = event.line, event.status
    return Review(
        has_work=last_work > 0,
        is_unreviewed=last_work > last_review,
        asks_for_changes=verdict == events.REQUEST_CHANGES,
        approves=verdict == events.APPROVE,
    )


def is_work(event: Event) -> bool:
    """Whether `event` says that something was done, and may be looked at."""
    kind = events.KINDS.get(event.kind)
    return kind is not None and kind.is_work and kind.is_work_without not in event.attributes
