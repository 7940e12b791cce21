"""Instants: Unix milliseconds inside, `YYYY-MM-DDTHH:MM:SSZ` in files (docs/format.md)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from yoi_cli.errors import OperationError, UsageError

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
#: Compiled where they are asked for: few commands do.
_AGO = r"(\d{1,6})\s*([smhdw])"
_AHEAD = r"(\d{1,4})\s*([dw])"
_NAMED_DAYS = {"today": 0, "tomorrow": 1}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
#: The units of an age, the greatest first; weeks are counted in days, as people do.
_UNITS = (("y", 31_557_600), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
#: Without a zone, which is reckoned with faster.
_UTC_EPOCH = datetime(1970, 1, 1)
_LATEST_MS = 253402300799000


def stamp(milliseconds: int) -> str:
    """The UTC second of an instant, as files write it."""
    seconds = min(max(milliseconds, 0), _LATEST_MS) // 1000
    return f"{(_UTC_EPOCH + timedelta(0, seconds)).isoformat()}Z"


def checked_now(milliseconds: int) -> int:
    """The clock's `milliseconds`, which a file is to say.

    Raises `OperationError` (`clock_implausible`) before 1970 and after 9999: no id and no time in
    a file can say that, and what was written would be told apart from nothing else.
    """
    if 0 <= milliseconds <= _LATEST_MS:
        return milliseconds
    years = milliseconds // 31_556_952_000 + 1970
    raise OperationError(
        "clock_implausible",
        f"The clock says that the year is {years}; files can say 1970 to 9999.",
        hint="Set the machine's clock, then do the same again. Nothing was written.",
        details={"milliseconds": milliseconds},
    )


def seconds_of(text: str) -> int | None:
    """The Unix seconds of a file's time, or None where it is not one."""
    if not _STAMP.fullmatch(text):
        return None
    try:
        instant = datetime.fromisoformat(text[:19])
    except ValueError:
        return None
    since = instant - _UTC_EPOCH
    return since.days * 86400 + since.seconds


def is_stamp(text: str) -> bool:
    """Whether `text` is a time in the form of the files."""
    return seconds_of(text) is not None


def parse_duration(text: str) -> int:
    """A length of time that a person typed (`90s`, `30m`, `2h`, `1d`), in milliseconds.

    Raises `UsageError` where it is none.
    """
    match = re.fullmatch(_AGO, text)
    if match is None or int(match.group(1)) == 0:
        raise UsageError(
            "duration_invalid",
            f"{text[:40]!r} is not a length of time.",
            hint="Write 90s, 30m, 2h or 1d.",
        )
    return int(match.group(1)) * _SECONDS[match.group(2)] * 1000


def parse_since(text: str, now_ms: int) -> str:
    """A time that a person typed (`2026-06-01`, a full time, `3d`, `12h` ago) as a file's.

    Raises `UsageError` where it is none of these.
    """
    if is_stamp(text):
        return text
    if _DATE.fullmatch(text) and is_stamp(f"{text}T00:00:00Z"):
        return f"{text}T00:00:00Z"
    ago = re.fullmatch(_AGO, text)
    if ago:
        return stamp(now_ms - int(ago.group(1)) * _SECONDS[ago.group(2)] * 1000)
    raise UsageError(
        "time_invalid",
        f"{text[:40]!r} is not a time.",
        hint="Write 2026-06-01, 2026-06-01T12:00:00Z, or an age such as 12h, 3d or 2w.",
    )


def age_or_date(text: str, now_ms: int | None) -> str:
    """How long ago a file's time was, or how long it is until then: `3h`, `2d`, `in 20m`.

    Without `now_ms` it is the date. What is no time is given as it is.
    """
    seconds = seconds_of(text)
    if seconds is None:
        return text
    if now_ms is None:
        return text[:10]
    passed = now_ms // 1000 - seconds
    length, left = "0s", abs(passed)
    for unit, size in _UNITS:
        if left >= size:
            length = f"{left // size}{unit}"
            break
    return length if passed >= 0 else f"in {length}"


def parse_due(text: str, today: date) -> str:
    """A day that a person typed (`2026-12-01`, `today`, `tomorrow`, `3d` or `2w` from today), as a
    date. What is none of these is given as it is, for the field's form to refuse."""
    word = text.strip().lower()
    if word in _NAMED_DAYS:
        return (today + timedelta(days=_NAMED_DAYS[word])).isoformat()
    ahead = re.fullmatch(_AHEAD, word)
    if ahead:
        days = int(ahead.group(1)) * (7 if ahead.group(2) == "w" else 1)
        return (today + timedelta(days=days)).isoformat()
    return text.strip()


def last_due(word: str, today: date) -> str:
    """The last day of which `word` asks: `overdue`, `today`, `week` (seven days), or a day as
    `parse_due` takes it. Raises `UsageError` (`due_invalid`) where it is none."""
    spans = {"overdue": -1, "today": 0, "week": 7}
    chosen = word.strip().lower()
    if chosen in spans:
        return (today + timedelta(days=spans[chosen])).isoformat()
    day = parse_due(word, today)
    try:
        return date.fromisoformat(day).isoformat()
    except ValueError:
        raise UsageError(
            "due_invalid",
            f"{word[:40]!r} is not a day.",
            hint="Write today, week or overdue, a date such as 2026-12-01, or 3d for three days.",
        ) from None


def days_until(due: str, today: date) -> str:
    """How far a due date is: `today`, `in 3d`, `2d over`. What is no date is given as it is."""
    try:
        days = (date.fromisoformat(due[:10]) - today).days
    except ValueError:
        return due
    return "today" if days == 0 else f"in {days}d" if days > 0 else f"{-days}d over"
