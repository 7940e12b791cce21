"""Figures with plots, which are drawn here: bars with their numbers beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import queries
from yoi_cli.model.statistics import summarise
from yoi_cli.model.time import stamp
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.pages.board import NAMES
from yoi_cli.server.pages.screen import Screen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.server.pages.screen import Visit

_DAY = 86_400
_WINDOWS = {"30": 30, "90": 90, "365": 365}
_MOST_WEEKS = 26
#: Bounds of the bins of a histogram of times, in seconds, with their names.
_BINS = (
    (3600, "< 1 h"),
    (6 * 3600, "1–6 h"),
    (_DAY, "6–24 h"),
    (3 * _DAY, "1–3 d"),
    (7 * _DAY, "3–7 d"),
    (30 * _DAY, "1–4 w"),
)
_LONG = "> 30 d"
_COLUMN, _GAP, _PLOT_HEIGHT, _FOOT = 30, 8, 120, 42


class Bar(NamedTuple):
    """A bar: where it stands, and what it says. `key` is a word for its colour."""

    label: str
    number: int
    x: int
    y: int
    height: int
    share: int
    key: str = ""


class Plot(NamedTuple):
    """Upright bars, with the size of the picture."""

    bars: tuple[Bar, ...]
    width: int
    height: int
    column: int


def stats(visit: Visit) -> Screen:
    window = visit.query.get("since", "")
    since = None
    if window in _WINDOWS:
        import time

        since = stamp(int(time.time() - _WINDOWS[window] * _DAY) * 1000)
    found = queries.measure(visit.session, since=since)
    weeks = [*found.throughput.items()][-_MOST_WEEKS:]
    values: dict[str, object] = {
        "found": found,
        "window": window,
        "windows": _WINDOWS,
        "states": level([(NAMES.get(k, k), v, k) for k, v in found.states.items()]),
        "priorities": level([(k, v, "") for k, v in found.priorities.items()]),
        "kinds": level([(k.replace("_", " "), v, "") for k, v in found.kinds.items()][:12]),
        "throughput": upright([(week[-3:], count) for week, count in weeks]),
        "weeks": weeks,
        "lead": upright(bins(found.lead_times)),
        "cycle": upright(bins(found.cycle_times)),
        "lead_summary": summarise(found.lead_times),
        "cycle_summary": summarise(found.cycle_times),
        "rounds": summarise(found.review_rounds),
        "finished": sum(found.throughput.values()),
    }
    return Screen("stats.html", "Stats", values, "stats", ())


def level(rows: Sequence[tuple[str, int, str]]) -> tuple[Bar, ...]:
    """Lying bars: each with its share of the longest, in hundredths."""
    most = max((count for _, count, _ in rows), default=0)
    return tuple(
        Bar(label, count, 0, 0, 0, round(100 * count / most) if most else 0, key)
        for label, count, key in rows
    )


def upright(rows: Sequence[tuple[str, int]]) -> Plot | None:
    """Upright bars; None where there is nothing to show."""
    most = max((count for _, count in rows), default=0)
    if not most:
        return None
    wide = _COLUMN if len(rows) > 10 else 56
    bars = []
    for number, (label, count) in enumerate(rows):
        height = round(_PLOT_HEIGHT * count / most)
        x, y = number * (wide + _GAP), 18 + _PLOT_HEIGHT - height
        bars.append(Bar(label, count, x, y, height, 0))
    width = len(rows) * (wide + _GAP) - _GAP
    return Plot((*bars,), width, 18 + _PLOT_HEIGHT + _FOOT - 20, wide)


def bins(seconds: Sequence[int]) -> list[tuple[str, int]]:
    """How many of these times are how long."""
    if not seconds:
        return []
    counts: Mapping[str, int] = dict.fromkeys([*(name for _, name in _BINS), _LONG], 0)
    made = dict(counts)
    for one in seconds:
        name = next((name for bound, name in _BINS if one < bound), _LONG)
        made[name] += 1
    return [*made.items()]
