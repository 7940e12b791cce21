"""How the figures of a store are said: tables and small plots, lines, or JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import console, is_terminal, write_stdout
from yoi_cli.cli.text.plot import bars, duration, histogram, number, sparkline
from yoi_cli.cli.text.report import report_json
from yoi_cli.cli.text.unreadable import warn_of_unreadable
from yoi_cli.model.safe_text import tsv
from yoi_cli.model.statistics import Summary, summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.tickets.stats import Statistics

_HEADER = ("metric", "name", "value")
_WIDEST_PLOT = 80
_MOST_WEEKS = 26


def say_stats(stats: Statistics, *, as_json: bool) -> None:
    """The figures of a store; durations are seconds in JSON and in a pipe."""
    if as_json:
        from yoi_cli.api.documents.lists import stats_document

        report_json("stats", stats_document(stats))
        return
    if is_terminal(sys.stdout):
        _print_plots(stats)
    else:
        lines = [tsv(_HEADER), *(tsv(row) for row in _rows(stats))]
        write_stdout("\n".join(lines) + "\n")
    warn_of_unreadable(stats.unreadable)


def _rows(stats: Statistics) -> Iterator[tuple[str, str, str]]:
    yield ("tickets", "total", str(stats.tickets))
    counts = (("state", stats.states), ("priority", stats.priorities), ("event", stats.kinds))
    for metric, counted in counts:
        for name, count in counted.items():
            yield (metric, name, str(count))
    for metric, values in _distributions(stats):
        summary = summarise(values)
        yield (metric, "count", str(summary.count))
        for name, value in _averages(summary):
            yield (metric, name, number(value))
    for week, count in stats.throughput.items():
        yield ("throughput", week, str(count))


def _distributions(stats: Statistics) -> Iterator[tuple[str, Sequence[int]]]:
    yield "lead_time", stats.lead_times
    yield "cycle_time", stats.cycle_times
    yield "review_rounds", stats.review_rounds


def _averages(summary: Summary) -> Iterator[tuple[str, float]]:
    named = (("median", summary.median), ("p90", summary.p90), ("mean", summary.mean))
    for name, value in named:
        if value is not None:
            yield name, value


def _print_plots(stats: Statistics) -> None:
    from rich.text import Text

    target = console(sys.stdout)
    width = min(target.width, _WIDEST_PLOT)
    since = f" since {stats.since}" if stats.since else ""

    def section(title: str, lines: Sequence[str]) -> None:
        target.print(Text(title, "bold"))
        for line in lines:
            target.print(Text(f"  {line}"))
        target.print()

    room = width - 2
    section(f"{stats.tickets} tickets by state", _bars(stats.states, room))
    section("Open tickets by priority", _bars(stats.priorities, room))
    section(f"Events by kind{since}", _bars(stats.kinds, room))
    times = (
        ("Lead time, created to done or closed", stats.lead_times),
        ("Cycle time, inprogress to done", stats.cycle_times),
    )
    for title, seconds in times:
        section(f"{title}{since}", [_durations(seconds), *histogram(seconds, room)])
    section(f"Review rounds before approval{since}", _rounds(stats.review_rounds, room))
    section(f"Finished by week{since}", _weeks(stats.throughput, room))


def _bars(counted: Mapping[str, int], width: int) -> list[str]:
    return bars([(name, count) for name, count in counted.items()], width) or ["none"]


def _durations(seconds: Sequence[int]) -> str:
    summary = summarise(seconds)
    words = [f"{name} {duration(value)}" for name, value in _averages(summary)]
    return ", ".join([*words, f"of {summary.count}"]) if words else "none"


def _rounds(rounds: Sequence[int], width: int) -> list[str]:
    summary = summarise(rounds)
    if not summary.count:
        return ["none"]
    words = [f"{name} {number(value)}" for name, value in _averages(summary)]
    counted = {str(n): rounds.count(n) for n in range(max(rounds) + 1)}
    return [", ".join([*words, f"of {summary.count} approved"]), *_bars(counted, width)]


def _weeks(throughput: Mapping[str, int], width: int) -> list[str]:
    weeks = list(throughput.items())[-_MOST_WEEKS:]
    if not weeks:
        return ["none"]
    left_out = len(throughput) - len(weeks)
    said = [f"the last {len(weeks)} of {len(throughput)} weeks"] if left_out else []
    return [*said, sparkline([count for _, count in weeks]), *bars(weeks, width)]
