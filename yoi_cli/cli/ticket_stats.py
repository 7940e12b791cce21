"""`yoi ticket stats`."""

from __future__ import annotations

import typer

from yoi_cli.app.stats import measure
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.reading import SinceOption, instant, reading_progress
from yoi_cli.render.stats import say_stats


def command(ctx: typer.Context, since: SinceOption = None, as_json: JsonOption = False) -> None:
    """Count states, priorities and events; measure times, reviews and throughput.

    States and priorities are those of now; with --since, the rest is what happened from
    then on. Durations are seconds in JSON and in a pipe.
    """
    from_then = instant(since)
    store = session_of(ctx).store
    with reading_progress(store) as bar:
        stats = measure(store, from_then, bar.advance)
    say_stats(stats, as_json=as_json)
