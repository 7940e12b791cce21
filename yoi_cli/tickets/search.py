"""Full text of tickets, with the place of every hit.

Files are searched as they stand and read as items and threads only where something was
found, so that a search costs little more than reading the store.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import UsageError, YoiError
from yoi_cli.model.item import field_text
from yoi_cli.model.states import CLOSED
from yoi_cli.store.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.model.events import Event, Thread
    from yoi_cli.store.ports import TextReader
    from yoi_cli.store.values import FieldsRow

TITLE = "title"
BODY = "body"
EVENT = "event"
#: Lines that readers pass over, and which therefore are no hits either.
_IGNORED = frozenset({"torn", "event_repeated"})


class Query(NamedTuple):
    """The text or the pattern that is looked for, in upper or lower case."""

    text: str
    pattern: re.Pattern[str] | None = None

    def matches(self, line: str) -> bool:
        if self.pattern is not None:
            return self.pattern.search(line) is not None
        return self.text.casefold() in line.casefold()

    def span_in(self, line: str) -> tuple[int, int]:
        """Where in `line` the first match is; (0, 0) where it can only be told that it is."""
        pattern = self.pattern or re.compile(re.escape(self.text), re.IGNORECASE)
        found = pattern.search(line)
        return found.span() if found else (0, 0)

    def matching_lines(self, source: str) -> list[tuple[int, str]]:
        """The numbers and texts of the lines that match."""
        # A pattern may be anchored to a line, so that only a text can be told at a glance.
        if self.pattern is None and not self.matches(source):
            return []
        return [
            (number, line.removesuffix("\r"))
            for number, line in enumerate(source.split("\n"), start=1)
            if self.matches(line.removesuffix("\r"))
        ]


class Search(NamedTuple):
    """What is looked for, and in which tickets; without `states` in all of them."""

    query: Query
    states: frozenset[str] = frozenset()
    only_open: bool = False
    limit: int | None = None

    def includes(self, row: FieldsRow) -> bool:
        state = field_text(row.fields, "state")
        if self.states and state not in self.states:
            return False
        return not (self.only_open and state == CLOSED)


class Hit(NamedTuple):
    """A line that matches: in a `title`, a `body` (the description) or an `event`.

    `path` and 1-based `line` are its place below the ticket's folder. `text` is the line as
    the file has it, for a title the title itself. `event` is the event it stands in.
    """

    ticket: str
    title: str
    state: str
    where: str
    path: str
    line: int
    text: str
    event: Event | None = None


class SearchResult(NamedTuple):
    """The hits of `query`, newest ticket first; `is_cut` where the limit left some out."""

    query: Query
    hits: list[Hit]
    is_cut: bool
    unreadable: list[Unreadable]


def parse_query(text: str, *, regex: bool) -> Query:
    """What a person asked to search for.

    Raises `UsageError` for nothing at all and for a bad regular expression.
    """
    if not text:
        raise UsageError("query_empty", "There is nothing to search for.", hint="Give a word.")
    if not regex:
        return Query(text)
    try:
        return Query(text, re.compile(text, re.IGNORECASE))
    except re.error as error:
        raise UsageError(
            "regex_invalid",
            f"The regular expression cannot be read: {error.msg}.",
            hint="Put a backslash before characters that are meant as they are, or search "
            "without --regex.",
        ) from error


def search_tickets(
    reader: TextReader, search: Search, step: Callable[[], None] = lambda: None
) -> SearchResult:
    """Every line that `search` matches; `step` is called for each ticket looked at."""
    hits: list[Hit] = []
    unreadable: list[Unreadable] = []
    rows = list(reader.all_fields())
    for row in reversed(rows):
        step()
        if row.error is not None:
            unreadable.append(Unreadable(row.id, row.error))
        elif not search.includes(row):
            continue
        for look in (_in_item, _in_thread):
            try:
                hits += look(reader, row, search.query)
            except YoiError as error:
                if row.error is None:
                    unreadable.append(Unreadable(row.id, error))
        if search.limit is not None and len(hits) > search.limit:
            return SearchResult(search.query, hits[: search.limit], True, unreadable)
    return SearchResult(search.query, hits, False, unreadable)


def _in_item(reader: TextReader, row: FieldsRow, query: Query) -> Iterator[Hit]:
    title, state = field_text(row.fields, "title"), field_text(row.fields, "state")
    source = reader.raw(row.id, "item.md").decode("utf-8", "surrogateescape")
    in_title = query.matches(title)
    lines = query.matching_lines(source)
    if not (in_title or lines):
        return
    item = reader.item(row.id)
    if in_title:
        yield Hit(row.id, title, state, TITLE, "item.md", item.lines.get("title", 1), title)
    before_body = source.count("\n", 0, len(source) - len(item.body))
    for number, line in lines:
        if number > before_body:
            yield Hit(row.id, title, state, BODY, "item.md", number, line)


def _in_thread(reader: TextReader, row: FieldsRow, query: Query) -> Iterator[Hit]:
    source = reader.raw(row.id, "thread.md").decode("utf-8", "surrogateescape")
    lines = query.matching_lines(source)
    if not lines:
        return
    title, state = field_text(row.fields, "title"), field_text(row.fields, "state")
    places = _Places(reader.thread(row.id))
    for number, line in lines:
        event = places.event_at(number)
        if event is not None:
            yield Hit(row.id, title, state, EVENT, "thread.md", number, line, event)


class _Places:
    """Which event a line of a thread belongs to."""

    def __init__(self, thread: Thread) -> None:
        begins: dict[int, Event | None] = {event.line: event for event in thread.events}
        begins |= {fault.line: None for fault in thread.faults if fault.code in _IGNORED}
        self._lines = sorted(begins)
        self._begins = begins

    def event_at(self, line: int) -> Event | None:
        """The event whose heading or body holds `line`; None for headers and torn bytes."""
        index = bisect_right(self._lines, line) - 1
        if index < 0 or self._lines[index] == line:
            return None
        return self._begins[self._lines[index]]
