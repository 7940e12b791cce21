"""When agents say that they may work again, in their own words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.orchestration.reset_time import reset_time

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def told(text: str) -> str:
    found = reset_time(text, round(NOON.timestamp() * 1000))
    return (
        "" if found is None else datetime.fromtimestamp(found / 1000, UTC).strftime("%d %H:%M:%S")
    )


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("You have hit your usage limit. Resets 9pm.", "01 21:00:00"),
        ("usage limit · resets 9:30pm (Europe/Berlin)", "01 19:30:00"),
        ("resets at 3am (UTC)", "02 03:00:00"),
        ("Resets at 21:00", "01 21:00:00"),
        ("resets Jun 3, 9pm", "03 21:00:00"),
        ("try again at Jun 5th, 2026 8:15 PM.", "05 20:15:00"),
        ("usage limit reached|1780340400", "01 19:00:00"),
        ("usage limit reached|1780340400000", "01 19:00:00"),
        ("try again in 3 days 4 hours 12 minutes", "04 16:12:00"),
        ("Your quota will reset after 12h3m20s.", "02 00:03:20"),
        ("Please retry in 34s.", "01 12:00:34"),
        ("retryDelay: '34s'", "01 12:00:34"),
        ("retry-after: 20", "01 12:00:20"),
        ("Try again at 2026-06-02T00:00:00Z", "02 00:00:00"),
    ],
)
def test_the_time_that_is_named_is_read(text: str, when: str) -> None:
    assert told(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "",
        "429 Too Many Requests",
        "wait until 3 tests pass",
        "resets never",
        "retry in 400 days",
        "after 25:99",
        "Resets Feb 31, 9pm",
        "usage limit reached|1680340400",
    ],
)
def test_what_names_no_time_to_come_is_none(text: str) -> None:
    assert told(text) == ""


@given(st.text())
def test_any_text_is_read_without_an_error_and_never_into_the_past(text: str) -> None:
    now = round(NOON.timestamp() * 1000)
    found = reset_time(f"resets {text}", now)
    assert found is None or found > now
