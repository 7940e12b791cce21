"""Instants: how files write them, and what a person may type (docs/format.md)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.errors import OperationError, UsageError
from yoi_cli.model.time import age_or_date, checked_now, is_stamp, parse_since, seconds_of, stamp

NOW = 1_782_405_032_999


@given(st.integers(0, 253_402_300_799))
def test_a_second_is_read_back_from_its_stamp(seconds: int) -> None:
    assert seconds_of(stamp(seconds * 1000 + 999)) == seconds


@given(st.integers(-(10**20), 10**20), st.integers(-(10**20), 10**20))
def test_stamps_sort_by_time_even_at_the_ends_of_it(one: int, other: int) -> None:
    earlier, later = sorted((one, other))
    assert stamp(earlier) <= stamp(later)
    assert is_stamp(stamp(one))


def test_the_ends_of_time_have_stamps() -> None:
    assert stamp(0) == "1970-01-01T00:00:00Z"
    assert stamp(-1) == "1970-01-01T00:00:00Z"
    assert stamp(10**18) == "9999-12-31T23:59:59Z"


def test_a_fraction_of_a_second_is_read_and_left_out() -> None:
    assert seconds_of("2026-06-25T16:30:32.5Z") == seconds_of("2026-06-25T16:30:32Z")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-06-25",
        "2026-06-25T16:30:32",
        "2026-06-25 16:30:32Z",
        "2026-06-25T16:30:32+00:00",
        "2026-02-30T00:00:00Z",
        "2026-06-25T25:00:00Z",
        "2026-06-25T16:30:61Z",
        "0000-01-01T00:00:00Z",
        "2026-06-25T16:30:32Z\n",
        "２０２６-06-25T16:30:32Z",
    ],
)
def test_anything_else_is_no_time(text: str) -> None:
    assert not is_stamp(text)


@given(st.text(max_size=30))
def test_no_text_makes_the_reader_of_times_fail(text: str) -> None:
    assert is_stamp(text) == (seconds_of(text) is not None)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-06-25T16:30:32Z", "2026-06-25T16:30:32Z"),
        ("2026-06-01", "2026-06-01T00:00:00Z"),
        ("30s", "2026-06-25T16:30:02Z"),
        ("90m", "2026-06-25T15:00:32Z"),
        ("12h", "2026-06-25T04:30:32Z"),
        ("3d", "2026-06-22T16:30:32Z"),
        ("2 w", "2026-06-11T16:30:32Z"),
        ("999999w", "1970-01-01T00:00:00Z"),
    ],
)
def test_a_time_may_be_typed_as_a_date_a_stamp_or_an_age(typed: str, meant: str) -> None:
    assert parse_since(typed, NOW) == meant


@pytest.mark.parametrize("typed", ["", "yesterday", "2026-13-01", "-3d", "3y", "1000000d", "d"])
def test_a_time_that_cannot_be_read_is_a_usage_error(typed: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_since(typed, NOW)
    assert caught.value.code == "time_invalid"


@pytest.mark.parametrize("milliseconds", [-1, 253402300800000])
def test_a_clock_that_no_file_can_say_is_refused_in_words(milliseconds: int) -> None:
    with pytest.raises(OperationError) as caught:
        checked_now(milliseconds)
    assert caught.value.code == "clock_implausible"
    assert str(milliseconds // 31_556_952_000 + 1970) in caught.value.message


def test_any_clock_between_is_believed() -> None:
    assert [checked_now(number) for number in (0, 253402300799000)] == [0, 253402300799000]


@pytest.mark.parametrize(
    ("passed", "said"),
    [(0, "0s"), (59, "59s"), (60, "1m"), (7199, "1h"), (3 * 86400, "3d"), (400 * 86400, "1y")],
)
def test_an_age_is_one_number_and_one_letter(passed: int, said: str) -> None:
    now = 1_800_000_000
    assert age_or_date(stamp((now - passed) * 1000), now * 1000) == said
    assert age_or_date(stamp((now + passed) * 1000), now * 1000) in (said, f"in {said}")


def test_without_a_clock_it_is_the_date_and_what_is_no_time_stays() -> None:
    assert age_or_date("2026-06-25T16:30:32Z", None) == "2026-06-25"
    assert age_or_date("soon", 1) == age_or_date("soon", None) == "soon"
