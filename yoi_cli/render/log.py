"""How events of many tickets are said, all at once or one after another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.app.log import summary
from yoi_cli.render.console import console, is_terminal, text, write_stderr, write_stdout
from yoi_cli.render.report import report_json
from yoi_cli.render.safe import tsv, visible
from yoi_cli.render.unreadable import warn_of_unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from yoi_cli.app.log import Log, LogEntry

_HEADER = ("at", "id", "kind", "author", "title", "summary")
_KIND_WIDTH = 21
_AUTHOR_WIDTH = 12
_TITLE_WIDTH = 28
_LONGEST_SUMMARY = 200


def say_log(log: Log, *, as_json: bool) -> None:
    """Events by rising time: JSON, or one line each."""
    if as_json:
        from yoi_cli.render.documents_reading import log_document

        report_json("log", log_document(log))
        return
    begin_log(as_json=False)
    say_entries(log.entries, as_json=False)
    if not log.entries:
        write_stderr("No event matches.\n")
    warn_of_unreadable(log.unreadable)


def begin_log(*, as_json: bool) -> None:
    """Print the header line that a pipe gets; JSON Lines have none, and people need none."""
    if not as_json and not is_terminal(sys.stdout):
        write_stdout(tsv(_HEADER) + "\n")


def say_entries(entries: Iterable[LogEntry], *, as_json: bool) -> None:
    """Print events as they come, one line each: with `as_json` one JSON document a line."""
    if as_json:
        from yoi_cli.render.documents_reading import entry_document
        from yoi_cli.render.json_document import document

        lines = [document("event", entry_document(entry)) for entry in entries]
        write_stdout("".join(lines))
    elif is_terminal(sys.stdout):
        target = console(sys.stdout)
        for entry in entries:
            target.print(_line(entry), soft_wrap=False, no_wrap=True, overflow="ellipsis")
    else:
        write_stdout("".join(tsv(_cells(entry)) + "\n" for entry in entries))


def _cells(entry: LogEntry) -> tuple[str, ...]:
    event = entry.event
    return (event.at, entry.ticket, event.kind, event.author, entry.title, _short(entry))


def _short(entry: LogEntry) -> str:
    said = summary(entry.event)
    return said if len(said) <= _LONGEST_SUMMARY else said[: _LONGEST_SUMMARY - 1] + "…"


def _line(entry: LogEntry) -> Text:
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
        _column(entry.title, _TITLE_WIDTH, "bold"),
        " ",
        visible(_short(entry)),
    )


def _column(value: str, width: int, style: str) -> Text:
    """`value` in exactly `width` columns of the terminal."""
    shown = text(value, style)
    shown.truncate(width, overflow="ellipsis", pad=True)
    return shown
