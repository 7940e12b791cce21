"""Full text of tickets, with the place of every hit.

Files are searched as they stand and read as items and threads only where something was
found, so that a search costs little more than reading the store.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError, YoiError
from yoi_cli.model.item import field_text
from yoi_cli.model.states import CLOSED
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Unreadable
from yoi_cli.tickets.search_text import Text, lines_with, normal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.model.events import Event
    from yoi_cli.store.ports import TextReader
    from yoi_cli.store.values import FieldsRow, Part

#: A phrase in double quotes, or a word.
_WORDS = re.compile(r'"([^"]+)"|([^\s]+)')
TITLE = "title"
BODY = "body"
EVENT = "event"
_PARTS: tuple[Part, ...] = ("item.md", "thread.md")


class Query(NamedTuple):
    """The words or the pattern that is looked for, in upper or lower case.

    `words` are normal, as `normal` makes them, and stand in any order.
    """

    text: str
    words: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    def matches(self, text: str) -> bool:
        """Whether `text` has every word, or matches the pattern."""
        if self.pattern is not None:
            return self.pattern.search(text) is not None
        folded = normal(text)
        return all(word in folded for word in self.words)

    def span_in(self, line: str) -> tuple[int, int]:
        """Where in `line` the first match is; (0, 0) where it can only be told that it is."""
        pattern = self.pattern
        if pattern is None:
            pattern = re.compile("|".join(map(re.escape, self.words)), re.IGNORECASE)
        found = pattern.search(line)
        return found.span() if found else (0, 0)

    def matching_lines(self, text: Text, *, any_word: bool = False) -> list[tuple[int, str]]:
        """The numbers and texts of the lines that match; with `any_word` one word is enough."""
        if self.pattern is not None:
            lines = (line.removesuffix("\r") for line in text.source.split("\n"))
            search = self.pattern.search
            return [(number, line) for number, line in enumerate(lines, start=1) if search(line)]
        wanted = [(word,) for word in self.words] if any_word else [self.words]
        numbers = {
            number
            for words in wanted
            if not text.lacks_one(words)
            for number in lines_with(text.folded, words)
        }
        source = text.source.split("\n") if numbers else []
        return [(number, source[number - 1].removesuffix("\r")) for number in sorted(numbers)]


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
    """The hits of `query`: titles before descriptions before threads, newest tickets first;
    `is_cut` where the limit left some out."""

    query: Query
    hits: list[Hit]
    is_cut: bool
    unreadable: list[Unreadable]


def parse_query(text: str, *, regex: bool) -> Query:
    """What a person asked to search for: words in any order, those in double quotes as they stand.

    Raises `UsageError` for nothing at all and for a bad regular expression.
    """
    words = tuple(normal(phrase or word) for phrase, word in _WORDS.findall(text))
    if not text or not words:
        raise UsageError("query_empty", "There is nothing to search for.", hint="Give a word.")
    if not regex:
        return Query(text, words)
    try:
        return Query(text, (), re.compile(text, re.IGNORECASE))
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
    """Every line that `search` matches; `step` is called for each ticket looked at.

    Where no line of a ticket has all the words and the ticket has, the lines that have one of them
    are hits. Tickets with a hit in the title come first, then those with one in the description.
    """
    ranked: dict[str, list[list[Hit]]] = {TITLE: [], BODY: [], EVENT: []}
    unreadable: list[Unreadable] = []
    for row in reversed(list(reader.all_fields())):
        step()
        if row.error is not None:
            unreadable.append(Unreadable(row.id, row.error))
        elif not search.includes(row):
            continue
        found = _Found(reader, row, search.query)
        if found.hits:
            ranked[found.hits[0].where].append(found.hits)
        if row.error is None:
            unreadable += [Unreadable(row.id, error) for error in found.errors]
    hits = [hit for tickets in ranked.values() for ticket in tickets for hit in ticket]
    is_cut = search.limit is not None and len(hits) > search.limit
    return SearchResult(search.query, hits[: search.limit], is_cut, unreadable)


def says(reader: TextReader, row: FieldsRow, query: Query) -> bool:
    """Whether a ticket holds what `query` looks for, in its title, its description or its thread.

    What cannot be read holds nothing.
    """
    return query.matches(field_text(row.fields, "title")) or bool(_Found(reader, row, query).hits)


class _Found:
    """The hits in one ticket, the title's first, and what could not be read of it."""

    def __init__(self, reader: TextReader, row: FieldsRow, query: Query) -> None:
        self._reader, self._row, self._query = reader, row, query
        self._title = field_text(row.fields, "title")
        self.errors: list[YoiError] = []
        self._texts: dict[str, Text] = {}
        for name in _PARTS:
            try:
                data = reader.raw_in_pass(row.id, name)
                self._texts[name] = Text(data.decode("utf-8", "surrogateescape"), data)
            except YoiError as error:
                self.errors.append(error)
        self.hits = self._look(any_word=False)
        if not self.hits and len(query.words) > 1:
            whole = "\n".join((normal(self._title), *(one.folded for one in self._texts.values())))
            if all(word in whole for word in query.words):
                self.hits = self._look(any_word=True)

    def _look(self, *, any_word: bool) -> list[Hit]:
        hits: list[Hit] = []
        looks = {"item.md": self._in_item, "thread.md": self._in_thread}
        for name, text in self._texts.items():
            try:
                hits += looks[name](text, any_word=any_word)
            except YoiError as error:
                self.errors.append(error)
        return hits

    def _in_item(self, text: Text, *, any_word: bool) -> Iterator[Hit]:
        row, title = self._row, self._title
        state = field_text(row.fields, "state")
        in_title = bool(self._query.matching_lines(Text(title), any_word=any_word))
        lines = self._query.matching_lines(text, any_word=any_word)
        if not (in_title or lines):
            return
        item = self._reader.item(row.id)
        if in_title:
            yield Hit(row.id, title, state, TITLE, "item.md", item.lines.get("title", 1), title)
        before_body = text.source.count("\n", 0, len(text.source) - len(item.body))
        for number, line in lines:
            if number > before_body:
                yield Hit(row.id, title, state, BODY, "item.md", number, line)

    def _in_thread(self, text: Text, *, any_word: bool) -> Iterator[Hit]:
        lines = self._query.matching_lines(text, any_word=any_word)
        if not lines:
            return
        row, title, state = self._row, self._title, field_text(self._row.fields, "state")
        events = self._reader.events_at(row.id, [number for number, _ in lines])
        for (number, line), event in zip(lines, events, strict=True):
            if event is not None:
                yield Hit(row.id, title, state, EVENT, "thread.md", number, line, event)
