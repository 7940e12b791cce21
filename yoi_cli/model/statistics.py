"""The arithmetic of statistics: durations in short, and calendar weeks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class NumberSummary:
    """Some numbers in short; without any, `median`, `p90` and `mean` are None."""

    count: int
    median: float | None
    p90: float | None
    mean: float | None


def summarise(values: Sequence[int]) -> NumberSummary:
    """The median, the 90th percentile (the nearest rank) and the mean of `values`."""
    ordered = sorted(values)
    count = len(ordered)
    if not count:
        return NumberSummary(0, None, None, None)
    middle = ordered[(count - 1) // 2] + ordered[count // 2]
    return NumberSummary(
        count, middle / 2, float(ordered[ceil(count * 0.9) - 1]), sum(ordered) / count
    )


def iso_week(at: str) -> str:
    """The ISO week of a file's time, such as `2026-W07`."""
    year, week, _ = date.fromisoformat(at[:10]).isocalendar()
    return f"{year}-W{week:02}"


def by_week(times: Iterable[str]) -> Mapping[str, int]:
    """How many of `times` fall into each ISO week, from the first to the last without gaps."""
    days = sorted(date.fromisoformat(at[:10]) for at in times)
    if not days:
        return {}
    first = days[0] - timedelta(days=days[0].weekday())
    count = (days[-1] - first).days // 7 + 1
    weeks = {iso_week((first + timedelta(weeks=n)).isoformat()): 0 for n in range(count)}
    for day in days:
        weeks[iso_week(day.isoformat())] += 1
    return weeks
