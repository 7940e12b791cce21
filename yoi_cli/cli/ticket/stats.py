"""`yoi ticket stats`."""

from __future__ import annotations

from typing import Annotated

import typer

from yoi_cli.cli.context import session_of
from yoi_cli.cli.filters import SinceOption, instant, reading_progress
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.ticket.stats_text import say_stats
from yoi_cli.errors import UsageError
from yoi_cli.model.time import stamp
from yoi_cli.tickets.stats import measure


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
    store = session_of(ctx).store
    with reading_progress(store) as bar:
        stats = measure(store, from_then, bar.advance)
    say_stats(stats, as_json=as_json)


def _measure_waiting(ctx: typer.Context, since: str | None, *, as_json: bool) -> None:
    from yoi_cli.cli.routing.options import now_ms
    from yoi_cli.cli.ticket.waiting_text import say_waiting
    from yoi_cli.routing.waiting import measure_waiting

    if since is not None:
        raise UsageError(
            "since_unused",
            "--routing measures all of the past.",
            hint="Leave out --since.",
        )
    store = session_of(ctx).store
    with reading_progress(store) as bar:
        waited = measure_waiting(store, stamp(now_ms()), bar.advance)
    say_waiting(waited, as_json=as_json)
