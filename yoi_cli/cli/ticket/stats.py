"""`yoi ticket stats`, and `yoi stats` with what tickets waited for."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import queries
from yoi_cli.cli.context import reading_progress, session_of
from yoi_cli.cli.given_words import instant
from yoi_cli.cli.options import JsonOption, SinceOption
from yoi_cli.cli.text.console import console, is_terminal
from yoi_cli.cli.text.plot import bars, duration, histogram, number, sparkline
from yoi_cli.cli.text.report import (
    report_json,
    warn,
    warn_of_disagreement,
    warn_of_unreadable,
    write_rows,
)
from yoi_cli.errors import UsageError
from yoi_cli.model.statistics import NumberSummary, summarise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.api.queries import Statistics, WaitingTimes


def stats(
    ctx: typer.Context,
    since: SinceOption = None,
    routing: Annotated[
        bool, typer.Option("--routing", help="How long tickets waited, and for what.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Count states, priorities and events; measure times, reviews and throughput.

    States and priorities are those of now; with --since, the rest is what happened from
    then on. Durations are seconds in JSON and in a pipe.
    """
    if routing:
        _measure_waiting(ctx, since, as_json=as_json)
        return
    from_then = instant(since)
    session = session_of(ctx)
    with reading_progress(session) as bar:
        stats = queries.measure(session, since=from_then, advance=bar.advance)
    if as_json:
        from yoi_cli.api.documents.stats import stats_document

        report_json("stats", stats_document(stats))
        return
    if is_terminal(sys.stdout):
        _print_plots(stats)
    else:
        write_rows([_HEADER, *_rows(stats)])
    warn_of_unreadable(stats.unreadable)
    warn_of_disagreement(stats.disagreeing)


def _measure_waiting(ctx: typer.Context, since: str | None, *, as_json: bool) -> None:
    if since is not None:
        raise UsageError(
            "since_unused",
            "--since cannot be used with --routing.",
            hint="Leave out --since.",
        )
    session = session_of(ctx)
    with reading_progress(session) as bar:
        waited = queries.measure_waiting(session, advance=bar.advance)
    if as_json:
        from yoi_cli.api.documents.stats import waiting_document

        report_json("waiting", waiting_document(waited))
        return
    if is_terminal(sys.stdout):
        _print_waiting_plots(waited)
    else:
        write_rows([_HEADER, *_waiting_rows(waited)])
    warn(f"{ticket} cannot be read and is left out." for ticket in waited.unreadable)


_HEADER = ("metric", "name", "value")
_WIDEST_PLOT = 80
_MOST_WEEKS = 26
_MOST_ROWS = 10
#: What tickets waited for, as a heading has it.
_TITLES = {
    "human_gate": "ready, not queued",
    "dependency": "behind a dependency",
    "ordering": "by the plan's order",
    "conflict": "apart from other work",
    "capacity": "for capacity",
    "pick_up": "free, not picked up",
}


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
    if stats.spent.tokens:
        yield ("spent", "tokens", str(stats.spent.tokens))
    if stats.spent.cost is not None:
        yield ("spent", "dollars", f"{stats.spent.cost:.2f}")


def _distributions(stats: Statistics) -> Iterator[tuple[str, Sequence[int]]]:
    yield "lead_time", stats.lead_times
    yield "cycle_time", stats.cycle_times
    yield "review_rounds", stats.review_rounds


def _averages(summary: NumberSummary) -> Iterator[tuple[str, float]]:
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
    if stats.spent.text:
        section(f"Spent by coding agents{since}", [stats.spent.text])


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
    notes = [f"the last {len(weeks)} of {len(throughput)} weeks"] if left_out else []
    return [*notes, sparkline([count for _, count in weeks]), *bars(weeks, width)]


def _waiting_rows(waited: WaitingTimes) -> Iterator[tuple[str, str, str]]:
    for reason, seconds in waited.by_reason.items():
        yield ("waited", reason, str(seconds))
        yield ("tickets", reason, str(waited.tickets[reason]))
    for blocker, seconds in _longest(waited.by_blocker):
        yield ("held_up_others", blocker, str(seconds))


def _longest(times: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(times.items(), key=lambda row: (-row[1], row[0]))


def _print_waiting_plots(waited: WaitingTimes) -> None:
    from rich.text import Text

    target = console(sys.stdout)
    width = min(target.width, _WIDEST_PLOT) - 2
    totals = {ticket: sum(spent.values()) for ticket, spent in waited.by_ticket.items()}
    sections = (
        ("Waited, all tickets together", [(_TITLES[r], s) for r, s in waited.by_reason.items()]),
        ("Held others up longest", _longest(waited.by_blocker)[:_MOST_ROWS]),
        ("Waited longest", _longest(totals)[:_MOST_ROWS]),
    )
    for title, rows in sections:
        target.print(Text(title, "bold"))
        lines = bars([(name, float(seconds)) for name, seconds in rows], width, show=duration)
        for line in lines or ["none"]:
            target.print(Text(f"  {line}"))
        target.print()
