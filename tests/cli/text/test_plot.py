"""Charts are plain text of a known width."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from yoi_cli.cli.text.plot import bars, duration, histogram, number, sparkline
from yoi_cli.model.text import visible

VALUES = st.floats(min_value=-10, max_value=1e6) | st.sampled_from([math.nan, math.inf, -math.inf])


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0s"),
        (0.4, "0s"),
        (45, "45s"),
        (200, "3m 20s"),
        (3600, "1h"),
        (3659, "1h"),
        (273_600, "3d 4h"),
        (277_199, "3d 4h"),
        (86_400 * 400, "400d"),
        (-90, "-1m 30s"),
        (math.nan, "?"),
        (math.inf, "?"),
    ],
)
def test_a_duration_is_its_two_largest_units(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_bars_are_drawn_to_the_scale_of_the_greatest() -> None:
    assert bars([("ready", 2), ("done", 8), ("closed", 1)], 19, blocks=True) == [
        "ready  ██▌        2",
        "done   ██████████ 8",
        "closed █▎         1",
    ]


def test_bars_fall_back_to_ascii() -> None:
    assert bars([("new", 2), ("old", 4)], 15, blocks=False) == [
        "new #####     2",
        "old ######### 4",
    ]


@given(st.lists(st.tuples(st.text(), VALUES), min_size=1), st.integers(30, 200), st.booleans())
def test_every_bar_line_is_safe_and_exactly_as_wide_as_asked(
    rows: list[tuple[str, float]], width: int, blocks: bool
) -> None:
    lines = bars(rows, width, blocks=blocks)
    assert len(lines) == len(rows)
    assert {cell_len(line) for line in lines} == {width}
    assert [visible(line) for line in lines] == lines


def test_anything_above_zero_can_be_seen_and_nothing_cannot() -> None:
    little, none, most = bars([("a", 0.001), ("b", 0), ("c", 1e6)], 40, blocks=True)
    assert "▏" in little
    assert not set(none) & set("▏▎▍▌▋▊▉█")
    assert "█" in most


def test_values_are_shown_as_the_caller_likes() -> None:
    assert bars([("review", 7200)], 30, show=duration)[0].endswith(" 2h")
    assert [number(3.0), number(2.25)] == ["3", "2.2"]


def test_charts_of_nothing_are_empty() -> None:
    assert bars([], 80) == []
    assert histogram([], 80) == []
    assert sparkline([]) == ""


def test_a_sparkline_rises_from_zero_to_the_greatest() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], blocks=True) == "▁▂▃▄▅▆▇█"
    assert sparkline([0, 7], blocks=False) == "_#"
    assert sparkline([0, 0, math.nan], blocks=True) == "▁▁▁"


def test_a_histogram_counts_each_duration_once_and_trims_empty_ends() -> None:
    lines = histogram([3599, 3600, 86_399, math.inf], 30, blocks=False)
    assert [(line[:6].strip(), line.split()[-1]) for line in lines] == [
        ("< 1 h", "1"),
        ("< 4 h", "1"),
        ("< 1 d", "1"),
    ]
