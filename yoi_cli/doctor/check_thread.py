"""What may be wrong with an event log (docs/format.md)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from yoi_cli.doctor.diagnostics import quote
from yoi_cli.model.events import (
    APPROVE,
    CREATE,
    KINDS,
    REQUEST_CHANGES,
    REVIEW,
    STATE_CHANGED,
)
from yoi_cli.model.fold import is_move
from yoi_cli.model.ids import can_be_followed
from yoi_cli.model.states import PLACING_REASONS, is_legal, is_state
from yoi_cli.model.time import seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic
    from yoi_cli.doctor.ports import InspectedTicket
    from yoi_cli.model.events import Event, Thread
    from yoi_cli.model.fold import Folded

_THREAD = "thread.md"
#: A code, what is wrong, and the line.
_Finding = tuple[str, str, int]


def check_thread(
    inspected: InspectedTicket, thread: Thread, folded: Folded
) -> Iterator[Diagnostic]:
    """Everything that is wrong with the `thread` of a ticket, which folds to `folded`."""
    fused = {one.line for one in inspected.found if one.code == "thread_fused"}
    for code, what, line in _findings(thread, folded):
        if code == "torn" and line in fused:
            continue
        yield inspected.finding(code, what, _THREAD, line)


def _findings(thread: Thread, folded: Folded) -> Iterator[_Finding]:
    for fault in thread.faults:
        yield fault.code, fault.message, fault.line
    if not thread.events:
        yield "thread_empty", "The thread holds no event.", 1
        return
    first = thread.events[0]
    if first.kind != CREATE:
        what = f"The first event is {quote(first.kind)}, not create."
        yield "first_event_not_create", what, first.line
    times = [seconds_of(event.at) for event in thread.events]
    for event, seconds in zip(thread.events, times, strict=True):
        yield from _check_event(event, seconds)
    yield from _check_order(thread.events, times)
    yield from _check_moves(thread.events, folded)


def _check_event(event: Event, seconds: int | None) -> Iterator[_Finding]:
    if event.kind not in KINDS:
        yield "event_kind_unknown", f"The kind {quote(event.kind)} is not known.", event.line
    if not event.author:
        yield "event_author_missing", f"The event {event.kind} names no author.", event.line
    if seconds is None:
        yield "event_time_invalid", f"The event's time is {quote(event.at)}.", event.line
    if event.kind == REVIEW and event.status not in (APPROVE, REQUEST_CHANGES):
        code = "older_review_status_missing" if event.is_older else "review_status_missing"
        yield code, f"The review's status is {quote(event.status)}.", event.line


def _check_order(events: Sequence[Event], times: Sequence[int | None]) -> Iterator[_Finding]:
    timed = [(at, event) for at, event in zip(times, events, strict=True) if at is not None]
    for (before, earlier), (after, event) in pairwise(timed):
        if after < before:
            what = f"The event is of {event.at}, the one before it of {earlier.at}."
            yield "event_time_backwards", what, event.line
    greatest = ""
    for event in events:
        if event.id is None:
            continue
        if not can_be_followed(event.id):
            yield "event_id_last", f"No greater id can follow {event.id}.", event.line
            continue
        if event.id < greatest:
            what = f"The id {event.id} is not greater than {greatest} before it."
            yield "event_id_not_rising", what, event.line
        greatest = max(greatest, event.id)


def _check_moves(events: Sequence[Event], folded: Folded) -> Iterator[_Finding]:
    for event in events:
        if event.kind != STATE_CHANGED or not is_move(event):
            continue
        target = event.attributes.get("to", "")
        if not is_state(target):
            what = f"The move leads to {quote(target)}, which is no state."
            yield "move_state_unknown", what, event.line
    for move in folded.moves:
        is_placed = move.is_older or move.reason in PLACING_REASONS
        if not (is_placed or is_legal(move.origin, move.target)):
            what = f"The move from {move.origin} to {move.target} is not in the table of moves."
            yield "move_illegal", what, move.line
    for divergence in folded.diverged:
        yield "diverged", divergence.message, divergence.line
