"""What the logs say of the work: counts, times, reviews and throughput."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.fields import PRIORITIES
from yoi_cli.model.item import field_text
from yoi_cli.model.spending import Spending, together
from yoi_cli.model.states import CLOSED, STATES
from yoi_cli.model.statistics import by_week
from yoi_cli.model.thread_figures import figures_of
from yoi_cli.model.time import seconds_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.thread_figures import ThreadFigures
    from yoi_cli.store.ports import ThreadWatcher
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
    reader: ThreadWatcher, since: str | None, step: Callable[[], None] = lambda: None
) -> Statistics:
    """Figures of all tickets, from one pass over their threads; `step` is called for each."""
    tally = _Tally(since or "")
    unreadable: list[Unreadable] = []
    for row in reader.all_fields():
        step()
        try:
            if row.error is not None:
                raise row.error
            tally.add(row, _figures(reader, row.id, since or ""))
        except YoiError as error:
            unreadable.append(Unreadable(row.id, error))
    return tally.result(since, unreadable)


def _figures(reader: ThreadWatcher, ticket: TicketId, since: str) -> ThreadFigures:
    """The figures of a thread, kinds and spending from `since` on: its events are read only where
    some of them are before that and others are not."""
    figures = reader.thread_figures(ticket)
    if figures.first_at >= since:
        return figures
    if figures.last_at < since:
        return figures._replace(kinds=(), spent=Spending())
    return figures_of(reader.thread(ticket).events, since)


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

    def add(self, row: FieldsRow, figures: ThreadFigures) -> None:
        self._states[figures.state] += 1
        if row.fields.get("state") != figures.state:
            self._disagreeing.append(row.id)
        if figures.state != CLOSED:
            self._priorities[field_text(row.fields, "priority").upper() or NO_PRIORITY] += 1
        for kind, count in figures.kinds:
            self._kinds[kind] += count
        self._spent.append(figures.spent)
        if figures.approved_at is not None and figures.approved_at >= self._since:
            self._review_rounds.append(figures.review_rounds)
        if figures.finished_at and figures.finished_at >= self._since:
            self._add_times(row, figures)

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

    def _add_times(self, row: FieldsRow, figures: ThreadFigures) -> None:
        finished_at = figures.finished_at
        if seconds_of(finished_at) is not None:
            self._finished.append(finished_at)
        created_at = figures.created_at or field_text(row.fields, "created_at")
        lead = _seconds_between(created_at, finished_at)
        if lead is not None:
            self._lead_times.append(lead)
        cycle = _seconds_between(figures.started_at, finished_at)
        if cycle is not None:
            self._cycle_times.append(cycle)


def _seconds_between(start: str, end: str) -> int | None:
    """None where one is no time, or where a clock went back."""
    first, last = seconds_of(start), seconds_of(end)
    if first is None or last is None or last < first:
        return None
    return last - first


def _in_order(counted: Counter[str], order: Sequence[str]) -> dict[str, int]:
    """Counts in `order`, zeros included, then whatever else was counted."""
    return {**dict.fromkeys(order, 0), **dict(sorted(counted.items()))}
