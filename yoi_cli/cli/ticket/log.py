"""`yoi ticket log`."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import queries
from yoi_cli.cli.candidates import complete_words
from yoi_cli.cli.context import reading_progress, session_of
from yoi_cli.cli.given_words import chosen_words, instant
from yoi_cli.cli.options import JsonOption, SinceOption
from yoi_cli.cli.text.console import (
    console,
    is_terminal,
    require_reader,
    text,
    write_stderr,
    write_stdout,
)
from yoi_cli.cli.text.report import report_json, warn_of_unreadable, write_rows
from yoi_cli.errors import UsageError
from yoi_cli.model.event_views import EventFilter, event_summary
from yoi_cli.model.events import KINDS
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from yoi_cli.api.queries import LogEntry
    from yoi_cli.api.session import Session


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
            help=f"The newest N; default {_DEFAULT_LIMIT}, with --since all.",
        ),
    ] = None,
    since: SinceOption = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            help="Only of this kind.",
            autocompletion=complete_words(sorted(KINDS)),
        ),
    ] = None,
    author: Annotated[
        list[str] | None, typer.Option("--author", metavar="NAME", help="Only by NAME.")
    ] = None,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Keep printing new events, until Ctrl-C.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the newest events across all tickets, the newest last.

    --kind and --author may be repeated. With --follow, --json prints one document a line,
    each with one event (JSON Lines).
    """
    wanted = EventFilter(
        kinds=chosen_words(kind),
        authors=frozenset(author or ()),
        since=instant(since) or "",
        limit=_DEFAULT_LIMIT if limit is None and since is None else limit,
    )
    session = session_of(ctx)
    if follow:
        _follow(session, wanted, as_json=as_json)
        return
    with reading_progress(session) as bar:
        log = queries.newest_events(session, wanted, advance=bar.advance)
    if not log.entries:
        _check_kinds(wanted.kinds)
    if as_json:
        from yoi_cli.api.documents.lists import log_document

        report_json("log", log_document(log))
        return
    begin_log(as_json=False)
    print_entries(log.entries, as_json=False)
    if not log.entries:
        write_stderr("No event matches.\n")
    warn_of_unreadable(log.unreadable)


def _check_kinds(kinds: frozenset[str]) -> None:
    """Raise `UsageError` (`event_kind_unknown`) for a kind that is not known and that no event is
    of: other programs may have written events of their own kinds."""
    from yoi_cli.model.nearest import did_you_mean

    for word in sorted(kinds - KINDS.keys()):
        raise UsageError(
            "event_kind_unknown",
            f"{word[:40]!r} is not a kind of event, and no event is of it.",
            hint=f"{did_you_mean(word, KINDS)}The kinds are {', '.join(sorted(KINDS))}.",
        )


def _follow(session: Session, wanted: EventFilter, *, as_json: bool) -> None:
    """Print what there is, then what comes. Ends by Ctrl-C, or when the reader goes away."""
    with reading_progress(session) as bar:
        follower = queries.follow_events(session, wanted, advance=bar.advance)
    warn_of_unreadable(follower.start.unreadable)
    begin_log(as_json=as_json)
    print_entries(follower.start.entries, as_json=as_json)
    while True:
        require_reader()
        began = time.monotonic()
        print_entries(follower.poll(), as_json=as_json)
        time.sleep(max(_SHORTEST_PAUSE, _PAUSES_PER_POLL * (time.monotonic() - began)))


_HEADER = ("at", "id", "kind", "author", "title", "summary")
_KIND_WIDTH = 21
_AUTHOR_WIDTH = 12
_TITLE_WIDTH = 28
_LONGEST_SUMMARY = 200
#: On a terminal that is narrower than this, what an event says has a line of its own.
_WIDE_ENOUGH = 140
_INDENT = "    "


def begin_log(*, as_json: bool) -> None:
    """Print the header line that a pipe gets; JSON Lines have none, and people need none."""
    if not as_json and not is_terminal(sys.stdout):
        write_rows([_HEADER])


def print_entries(entries: Iterable[LogEntry], *, as_json: bool) -> None:
    """Print events as they come, one line each: with `as_json` one JSON document a line.

    On a narrow terminal an event has two lines, so that what it says can be read.
    """
    if as_json:
        from yoi_cli.api.documents.envelope import document
        from yoi_cli.api.documents.lists import entry_document

        lines = [document("event", entry_document(entry)) for entry in entries]
        write_stdout("".join(lines))
    elif is_terminal(sys.stdout):
        target = console(sys.stdout)
        lines_of = _one_line if target.width >= _WIDE_ENOUGH else _two_lines
        for entry in entries:
            for line in lines_of(entry):
                target.print(line, soft_wrap=False, no_wrap=True, overflow="ellipsis")
    else:
        write_rows(map(_cells, entries))


def _cells(entry: LogEntry) -> tuple[str, ...]:
    event = entry.event
    return (event.at, entry.ticket, event.kind, event.author, entry.title, _short(entry))


def _short(entry: LogEntry) -> str:
    summary = event_summary(entry.event)
    return summary if len(summary) <= _LONGEST_SUMMARY else summary[: _LONGEST_SUMMARY - 1] + "…"


def _one_line(entry: LogEntry) -> tuple[Text, ...]:
    title = _column(entry.title, _TITLE_WIDTH, "bold")
    return (_beginning(entry).append_text(title).append(f" {visible(_short(entry))}"),)


def _two_lines(entry: LogEntry) -> tuple[Text, ...]:
    summary = text(_INDENT + _short(entry))
    return _beginning(entry).append_text(text(entry.title, "bold")), summary


def _beginning(entry: LogEntry) -> Text:
    """When, where, what and who, in columns, with a space behind them."""
    from rich.text import Text

    event = entry.event
    return Text.assemble(
        (visible(event.at.replace("T", " ")[:16]), "dim"),
        " ",
        entry.ticket,
        " ",
        _column(event.kind, _KIND_WIDTH, "cyan"),
        " ",
        _column(event.author, _AUTHOR_WIDTH, "dim"),
        " ",
    )


def _column(value: str, width: int, style: str) -> Text:
    """`value` in exactly `width` columns of the terminal."""
    shown = text(value, style)
    shown.truncate(width, overflow="ellipsis", pad=True)
    return shown
