"""When an agent says that it may work again: "resets 9pm", "try again in 5 minutes"
(docs/orchestrate.md)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

_LEAD = r"(?:resets?|try again|retry(?!ing)|reset time|available again|until|after|wait)"
#: 1749924000 or 1749924000000, as some agents put behind a bar.
_EPOCH = re.compile(r"(?<!\d)(1[5-9]\d{8}|[2-3]\d{9})(\d{3})?(?!\d)")
_ISO = re.compile(r"\b(20\d\d-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?\s?(Z|[+-]\d\d:?\d\d)?")
_SPAN = re.compile(
    rf"{_LEAD}[^\n]{{0,30}}?\b(?:in|after|for|:)?\s*"
    r"((?:\d+(?:\.\d+)?\s*(?:d(?:ays?)?|h(?:ours?|rs?)?|m(?:in(?:ute)?s?)?|s(?:ec(?:ond)?s?)?|ms)(?![a-z])"
    r"[\s,and]*)+)",
    re.IGNORECASE,
)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|d|h|m|s)", re.IGNORECASE)
_SECONDS_OF = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PLAIN_SECONDS = re.compile(r"retry[-_ ]?after[\"']?[:=\s]+[\"']?(\d+)\b", re.IGNORECASE)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_CLOCK = re.compile(
    rf"{_LEAD}\b[^\n]{{0,12}}?"
    rf"(?:(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
    r"(?:,?\s+(?P<year>20\d\d))?(?:,|\s+at)?\s+)?"
    r"(?:at\s+)?(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>am|pm|a\.m\.|p\.m\.)?"
    r"(?:\s*\(?(?P<zone>[A-Z][A-Za-z]+/[A-Za-z_]+|UTC|GMT)\)?)?",
    re.IGNORECASE,
)
#: Nobody is told to wait longer; what says so is misread.
_LONGEST = timedelta(days=32)


def reset_time(text: str, now: int) -> int | None:
    """The instant that `text` names after `now` (both Unix milliseconds), None without one.

    A time of day is the next such one, in the zone that is named, else in this machine's.
    """
    begin = datetime.fromtimestamp(now / 1000, UTC)
    for read in (_epoch, _iso, _plain_seconds, _span, _clock):
        found = read(text, begin)
        if found is not None and begin < found <= begin + _LONGEST:
            return round(found.timestamp() * 1000)
    return None


def _epoch(text: str, _: datetime) -> datetime | None:
    match = _EPOCH.search(text)
    return datetime.fromtimestamp(int(match[1]), UTC) if match else None


def _iso(text: str, begin: datetime) -> datetime | None:
    match = _ISO.search(text)
    if match is None:
        return None
    try:
        found = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}")
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=begin.astimezone().tzinfo)


def _plain_seconds(text: str, begin: datetime) -> datetime | None:
    match = _PLAIN_SECONDS.search(text)
    return begin + timedelta(seconds=int(match[1][:9])) if match else None


def _span(text: str, begin: datetime) -> datetime | None:
    match = _SPAN.search(text)
    if match is None:
        return None
    parts = [(float(n[:9]), unit.lower()) for n, unit in _PART.findall(match[1])]
    return begin + timedelta(seconds=sum(n * _SECONDS_OF[unit] for n, unit in parts))


def _clock(text: str, begin: datetime) -> datetime | None:
    match = _CLOCK.search(text)
    if match is None or not (match["half"] or match["minute"]):
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    local = begin.astimezone(_zone(match["zone"]))
    try:
        found = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if match["month"]:
            month = _MONTHS.index(match["month"].lower()[:3]) + 1
            year = int(match["year"] or local.year)
            found = found.replace(year=year, month=month, day=int(match["day"]))
            return found if match["year"] or found > local else found.replace(year=year + 1)
    except ValueError:
        return None
    return found if found > local else found + timedelta(days=1)


def _zone(name: str | None) -> tzinfo | None:
    """The zone of that name; None, this machine's, where it is not known."""
    if not name:
        return None
    if name.upper() in ("UTC", "GMT"):
        return UTC
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None
