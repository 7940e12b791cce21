"""`yoi ticket log`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.cli.completion.candidates import complete_words
from yoi_cli.cli.context import session_of
from yoi_cli.cli.filters import SinceOption, instant, reading_progress
from yoi_cli.cli.options import JsonOption
from yoi_cli.cli.text.console import require_reader
from yoi_cli.cli.text.unreadable import warn_of_unreadable
from yoi_cli.cli.ticket.log_text import begin_log, say_entries, say_log
from yoi_cli.model.events import KNOWN_KINDS
from yoi_cli.tickets.log import EventFilter, Follower, newest_events

if TYPE_CHECKING:
    from yoi_cli.store.ports import ThreadWatcher

_DEFAULT_LIMIT = 20
_SHORTEST_PAUSE = 0.2
#: A poll of a large store takes longer, and must not keep a processor busy.
_PAUSES_PER_POLL = 9


def log(
    ctx: typer.Context,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-n",
            metavar="N",
            min=1,
            help=f"The newest N; {_DEFAULT_LIMIT}, but with --since all, if not given.",
        ),
    ] = None,
    since: SinceOption = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only of this kind.",
            autocompletion=complete_words(sorted(KNOWN_KINDS)),
        ),
    ] = None,
    author: Annotated[
        list[str] | None, typer.Option("--author", metavar="NAME", help="Only by NAME.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on with what is written, until Ctrl-C.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the newest events across all tickets, the newest last.

    --kind and --author may be repeated. With --follow, --json prints one document a line,
    each with one event (JSON Lines).
    """
    wanted = EventFilter(
        kinds=frozenset(kind or ()),
        authors=frozenset(author or ()),
        since=instant(since) or "",
        limit=_DEFAULT_LIMIT if limit is None and since is None else limit,
    )
    store = session_of(ctx).store
    if follow:
        _follow(store, wanted, as_json=as_json)
        return
    with reading_progress(store) as bar:
        log = newest_events(store, wanted, bar.advance)
    say_log(log, as_json=as_json)


def _follow(store: ThreadWatcher, wanted: EventFilter, *, as_json: bool) -> None:
    """Print what there is, then what comes. Ends by Ctrl-C, or when the reader goes away."""
    with reading_progress(store) as bar:
        follower = Follower(store, wanted, bar.advance)
    warn_of_unreadable(follower.start.unreadable)
    begin_log(as_json=as_json)
    say_entries(follower.start.entries, as_json=as_json)
    while True:
        require_reader()
        began = time.monotonic()
        say_entries(follower.poll(), as_json=as_json)
        time.sleep(max(_SHORTEST_PAUSE, _PAUSES_PER_POLL * (time.monotonic() - began)))
