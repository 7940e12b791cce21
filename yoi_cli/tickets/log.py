"""The newest events across all tickets, and those that come while one looks on."""

from __future__ import annotations

from heapq import heappush, heappushpop
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.events import order_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from yoi_cli.model.event_views import EventFilter
    from yoi_cli.model.events import Event
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import ThreadWatcher


class LogEntry(NamedTuple):
    """An event with the ticket that it is part of."""

    ticket: TicketId
    title: str
    event: Event


class EventLog(NamedTuple):
    """Events by rising time, the newest last, and the tickets that cannot be read."""

    entries: list[LogEntry]
    unreadable: list[Unreadable]


def newest_events(
    reader: ThreadWatcher, wanted: EventFilter, step: Callable[[], None] = lambda: None
) -> EventLog:
    """The newest events that are `wanted`; `step` is called for each ticket looked at.

    A thread, and a piece of a long one, is read event by event only while its newest event may be
    among the newest.
    """
    bounds: list[tuple[str, TicketId]] = []
    unreadable: list[Unreadable] = []
    for ticket in reader.ids():
        step()
        try:
            bounds.append((reader.latest_at(ticket), ticket))
        except YoiError as error:
            unreadable.append(Unreadable(ticket, error))
    newest = _Newest(wanted)
    for bound, ticket in sorted(bounds, reverse=True):
        if bound < newest.threshold[0]:
            break
        try:
            newest.add(ticket, reader.newest(ticket, newest.reaches))
        except YoiError as error:
            unreadable.append(Unreadable(ticket, error))
    return EventLog(newest.entries(reader), unreadable)


class Follower:
    """Tells the events that are new at every `poll`, after those that stood at the start."""

    def __init__(
        self, reader: ThreadWatcher, wanted: EventFilter, step: Callable[[], None] = lambda: None
    ) -> None:
        """Read every thread, so that none of its events is told again."""
        self._reader = reader
        self._wanted = wanted
        self._seen: dict[TicketId, set[str]] = {}
        # Marks are taken before threads are read: what is written in between is seen later.
        self._marks = dict(reader.thread_marks())
        newest = _Newest(wanted)
        unreadable: list[Unreadable] = []
        for ticket in reader.ids():
            step()
            try:
                events = reader.thread(ticket).events
            except YoiError as error:
                unreadable.append(Unreadable(ticket, error))
                continue
            self._seen[ticket] = {event.identity for event in events}
            newest.add(ticket, events)
        self.start = EventLog(newest.entries(reader), unreadable)

    def poll(self) -> list[LogEntry]:
        """The wanted events that were written since, by rising time."""
        marks = self._reader.thread_marks()
        found: list[tuple[TicketId, Event]] = []
        for ticket, mark in marks.items():
            if self._marks.get(ticket) == mark:
                continue
            try:
                events = self._reader.thread(ticket).events
            except YoiError:
                continue  # its mark stays old, so that it is tried again
            self._marks[ticket] = mark
            seen = self._seen.setdefault(ticket, set())
            found += [(ticket, event) for event in events if event.identity not in seen]
            seen.update(event.identity for event in events)
        found.sort(key=lambda one: order_of(one[1]))
        return _entries(self._reader, [one for one in found if self._wanted.accepts(one[1])])


class _Newest:
    """Keeps the newest wanted events of all that are added."""

    def __init__(self, wanted: EventFilter) -> None:
        self._wanted = wanted
        self._heap: list[tuple[tuple[str, str], TicketId, int, Event]] = []

    @property
    def threshold(self) -> tuple[str, str]:
        """No event whose `order_of` is less is among the newest any more."""
        since = (self._wanted.since, "")
        is_full = self._wanted.limit is not None and len(self._heap) >= self._wanted.limit
        return max(since, self._heap[0][0]) if is_full else since

    def reaches(self, bound: tuple[str, str]) -> bool:
        """Whether an event up to `bound` may be among the newest."""
        return bound >= self.threshold

    def add(self, ticket: TicketId, events: Iterable[Event]) -> None:
        limit = self._wanted.limit
        for event in filter(self._wanted.accepts, events):
            # The line parts events that are equal in everything else.
            entry = (order_of(event), ticket, event.line, event)
            if limit is None or len(self._heap) < limit:
                heappush(self._heap, entry)
            else:
                heappushpop(self._heap, entry)

    def entries(self, reader: ThreadWatcher) -> list[LogEntry]:
        ordered = sorted(self._heap, key=lambda entry: entry[:3])
        return _entries(reader, [(ticket, event) for _, ticket, _, event in ordered])


def _entries(reader: ThreadWatcher, events: Iterable[tuple[TicketId, Event]]) -> list[LogEntry]:
    titles: dict[TicketId, str] = {}
    entries = []
    for ticket, event in events:
        if ticket not in titles:
            titles[ticket] = _title(reader, ticket)
        entries.append(LogEntry(ticket, titles[ticket], event))
    return entries


def _title(reader: ThreadWatcher, ticket: TicketId) -> str:
    """The ticket's title; an item that cannot be read does not hide the event."""
    try:
        return reader.item(ticket).title
    except YoiError:
        return ""
