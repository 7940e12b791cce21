"""What the logs say of the work: counts, times, reviews and throughput."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import YoiError
from yoi_cli.model.events import APPROVE, CREATE, REQUEST_CHANGES, REVIEW
from yoi_cli.model.fields import PRIORITIES
from yoi_cli.model.fold import fold
from yoi_cli.model.item import field_text
from yoi_cli.model.spending import Spending, spending_of, together
from yoi_cli.model.states import CLOSED, DONE, INPROGRESS, RESOLVED_STATES, STATES
from yoi_cli.model.statistics import by_week
from yoi_cli.model.time import seconds_of
from yoi_cli.store.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.model.fold import Move
    from yoi_cli.store.ports import TicketReader
    from yoi_cli.store.values import FieldsRow

NO_PRIORITY = "none"


class Statistics(NamedTuple):
    """Figures of a store.

    `states` and `priorities` are of now: all tickets by state, the open ones by priority.
    The rest is of what happened from `since` on: `kinds` counts events; `lead_times` are
    the seconds from creation to done or closed, `cycle_times` those from inprogress to done,
    of the tickets that came to rest; `review_rounds` the requests for changes before each
    ticket's last approval; `throughput` the tickets that came to rest, by ISO week; `spent` what
    coding agents spent. `disagreeing` have another state in their item than their thread says.
    """

    since: str | None
    tickets: int
    states: Mapping[str, int]
    priorities: Mapping[str, int]
    kinds: Mapping[str, int]
    lead_times: Sequence[int]
    cycle_times: Sequence[int]
    review_rounds: Sequence[int]
    throughput: Mapping[str, int]
    unreadable: Sequence[Unreadable]
    spent: Spending = Spending()
    disagreeing: tuple[str, ...] = ()


def measure(
    reader: TicketReader, since: str | None, step: Callable[[], None] = lambda: None
) -> Statistics:
    """Figures of all tickets, from one pass over their threads; `step` is called for each."""
    tally = _Tally(since or "")
    unreadable: list[Unreadable] = []
    for row in reader.all_fields():
        step()
        try:
            if row.error is not None:
                raise row.error
            tally.add(row, reader.thread(row.id).events)
        except YoiError as error:
            unreadable.append(Unreadable(row.id, error))
    return tally.result(since, unreadable)


class _Tally:
    """Adds up one ticket after another, so that no thread stays in memory."""

    def __init__(self, since: str) -> None:
        self._since = since
        self._states: Counter[str] = Counter()
        self._priorities: Counter[str] = Counter()
        self._kinds: Counter[str] = Counter()
        self._lead_times: list[int] = []
        self._cycle_times: list[int] = []
        self._review_rounds: list[int] = []
        self._finished: list[str] = []
        self._spent: list[Spending] = []
        self._disagreeing: list[str] = []

    def add(self, row: FieldsRow, events: Sequence[Event]) -> None:
        folded = fold(events)
        self._states[folded.state] += 1
        if row.fields.get("state") != folded.state:
            self._disagreeing.append(row.id)
        if folded.state != CLOSED:
            self._priorities[field_text(row.fields, "priority").upper() or NO_PRIORITY] += 1
        self._kinds.update(event.kind for event in events if event.at >= self._since)
        self._spent.append(spending_of(one for one in events if one.at >= self._since))
        self._add_reviews(events)
        finish = _finish(folded.moves)
        if finish is not None and finish.at >= self._since:
            self._add_times(row, events, folded.moves, finish)

    def result(self, since: str | None, unreadable: Sequence[Unreadable]) -> Statistics:
        return Statistics(
            since=since,
            tickets=self._states.total(),
            states=_in_order(self._states, STATES),
            priorities=_in_order(self._priorities, PRIORITIES),
            kinds=dict(sorted(self._kinds.items(), key=lambda kind: (-kind[1], kind[0]))),
            lead_times=self._lead_times,
            cycle_times=self._cycle_times,
            review_rounds=self._review_rounds,
            throughput=by_week(self._finished),
            unreadable=unreadable,
            spent=together(self._spent),
            disagreeing=tuple(self._disagreeing),
        )

    def _add_times(
        self, row: FieldsRow, events: Sequence[Event], moves: Sequence[Move], finish: Move
    ) -> None:
        if seconds_of(finish.at) is not None:
            self._finished.append(finish.at)
        lead = _seconds_between(_created_at(row, events), finish.at)
        if lead is not None:
            self._lead_times.append(lead)
        start = _start(moves, finish)
        if start is None or finish.target != DONE:
            return
        cycle = _seconds_between(start.at, finish.at)
        if cycle is not None:
            self._cycle_times.append(cycle)

    def _add_reviews(self, events: Sequence[Event]) -> None:
        reviews = [event for event in events if event.kind == REVIEW]
        approvals = [index for index, review in enumerate(reviews) if review.status == APPROVE]
        if approvals and reviews[approvals[-1]].at >= self._since:
            before = reviews[: approvals[-1]]
            self._review_rounds.append(sum(one.status == REQUEST_CHANGES for one in before))


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
    """The move by which the work began that `finish` ended; work before a reopening is past."""
    start: Move | None = None
    for move in moves:
        if move is finish:
            return start
        if move.origin in RESOLVED_STATES:
            start = None
        elif move.target == INPROGRESS and start is None:
            start = move
    return None


def _created_at(row: FieldsRow, events: Sequence[Event]) -> str:
    at = next((event.at for event in events if event.kind == CREATE), "")
    return at or field_text(row.fields, "created_at")


def _seconds_between(start: str, end: str) -> int | None:
    """None where one is no time, or where a clock went back."""
    first, last = seconds_of(start), seconds_of(end)
    if first is None or last is None or last < first:
        return None
    return last - first


def _in_order(counted: Counter[str], order: Sequence[str]) -> dict[str, int]:
    """Counts in `order`, zeros included, then whatever else was counted."""
    return {**dict.fromkeys(order, 0), **dict(sorted(counted.items()))}
