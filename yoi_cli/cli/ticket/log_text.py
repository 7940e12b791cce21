"""How events of many tickets are said, all at once or one after another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import console, is_terminal, text, write_stderr, write_stdout
from yoi_cli.cli.text.report import report_json
from yoi_cli.cli.text.unreadable import warn_of_unreadable
from yoi_cli.model.safe_text import tsv, visible
from yoi_cli.tickets.log import summary

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from yoi_cli.tickets.log import Log, LogEntry

_HEADER = ("at", "id", "kind", "author", "title", "summary")
_KIND_WIDTH = 21
_AUTHOR_WIDTH = 12
_TITLE_WIDTH = 28
_LONGEST_SUMMARY = 200
#: On a terminal that is narrower than this, what an event says has a line of its own.
_WIDE_ENOUGH = 140
_INDENT = "    "


def say_log(log: Log, *, as_json: bool) -> None:
    """Events by rising time: JSON, or one line each."""
    if as_json:
        from yoi_cli.api.documents.lists import log_document

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
        write_stdout("".join(tsv(_cells(entry)) + "\n" for entry in entries))


def _cells(entry: LogEntry) -> tuple[str, ...]:
    event = entry.event
    return (event.at, entry.ticket, event.kind, event.author, entry.title, _short(entry))


def _short(entry: LogEntry) -> str:
    said = summary(entry.event)
    return said if len(said) <= _LONGEST_SUMMARY else said[: _LONGEST_SUMMARY - 1] + "…"


def _one_line(entry: LogEntry) -> tuple[Text, ...]:
    title = _column(entry.title, _TITLE_WIDTH, "bold")
    return (_beginning(entry).append_text(title).append(f" {visible(_short(entry))}"),)


def _two_lines(entry: LogEntry) -> tuple[Text, ...]:
    said = text(_INDENT + _short(entry))
    return _beginning(entry).append_text(text(entry.title, "bold")), said


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
