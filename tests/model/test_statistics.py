"""Numbers in short, and weeks."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.statistics import NumberSummary, by_week, iso_week, summarise

NUMBERS = st.lists(st.integers(0, 10**9), min_size=1, max_size=50)


def test_nothing_has_no_average() -> None:
    assert summarise([]) == NumberSummary(0, None, None, None)


def test_a_summary_of_ten() -> None:
    assert summarise(range(10, 0, -1)) == NumberSummary(10, 5.5, 9.0, 5.5)


@given(NUMBERS)
def test_median_and_mean_are_those_of_the_textbook(values: list[int]) -> None:
    summary = summarise(values)
    assert summary.median == statistics.median(values)
    assert summary.mean == pytest.approx(statistics.fmean(values))


@given(NUMBERS)
def test_nine_tenths_are_not_above_p90(values: list[int]) -> None:
    p90 = summarise(values).p90
    assert p90 in values
    assert sum(value <= p90 for value in values) >= 0.9 * len(values)


@pytest.mark.parametrize(
    ("at", "week"),
    [
        ("2026-01-01T00:00:00Z", "2026-W01"),
        ("2027-01-01T00:00:00Z", "2026-W53"),
        ("2024-12-30T12:00:00Z", "2025-W01"),
    ],
)
def test_a_week_belongs_to_the_year_of_its_thursday(at: str, week: str) -> None:
    assert iso_week(at) == week


def test_weeks_are_counted_across_the_turn_of_the_year_without_gaps() -> None:
    weeks = by_week(["2027-01-11T00:00:00Z", "2026-12-28T00:00:00Z", "2026-12-31T00:00:00Z"])
    assert dict(weeks) == {"2026-W53": 2, "2027-W01": 0, "2027-W02": 1}
    assert list(weeks) == sorted(weeks)


def test_no_times_have_no_weeks() -> None:
    assert by_week([]) == {}
