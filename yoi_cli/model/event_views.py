"""Which events are shown, and what one says in short."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import APPROVE, REVIEW, Thread
from yoi_cli.model.fold import Folded, fold
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.model.events import Event


class EventFilter(NamedTuple):
    """Which events are wanted; an empty set asks for nothing in particular.

    `since` is a time as files write it, `limit` the number of newest events, or None.
    """

    kinds: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    since: str = ""
    limit: int | None = None

    def accepts(self, event: Event) -> bool:
        return (
            event.at >= self.since
            and (not self.kinds or event.kind in self.kinds)
            and (not self.authors or event.author in self.authors)
        )


class EventWindow(NamedTuple):
    """Which part of a thread is asked for: the `newest` N events, those at or after `since`.

    `since` is a time as files write it. Where both are None, it is the whole thread.
    """

    newest: int | None = None
    since: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.newest is None and self.since is None

    def of(self, events: tuple[Event, ...]) -> tuple[Event, ...]:
        """The events in this window, in the order of the thread."""
        if self.since is not None:
            events = tuple(event for event in events if event.at >= self.since)
        if self.newest is None:
            return events
        return events[max(len(events) - self.newest, 0) :]


class ThreadView(NamedTuple):
    """What is shown of a thread: the events that are asked for, with all that was passed over, of
    `total` events; and what all of them say of the ticket: its fold, and the `telling` ones."""

    thread: Thread
    total: int
    folded: Folded
    telling: tuple[Event, ...]


def view_of(thread: Thread, window: EventWindow) -> ThreadView:
    """What is shown of a thread that was read whole."""
    events = thread.events
    return ThreadView(
        thread._replace(events=window.of(events)),
        len(events),
        fold(events),
        tuple(filter(is_telling, events)),
    )


def is_telling(event: Event) -> bool:
    """Whether it says something of its ticket that moves alone do not: a step, an approval, or what
    was spent."""
    attributes = event.attributes
    return not attributes.keys().isdisjoint(TELLING) or approves(event)


#: The attributes that make an event tell.
TELLING = ("step", "tokens", "cost")


def approves(event: Event) -> bool:
    """Whether it is a review that approves."""
    return event.kind == REVIEW and event.status == APPROVE


def event_summary(event: Event) -> str:
    """What an event says in short: its move, its result, or the first telling line."""
    attributes = event.attributes
    if "from" in attributes and "to" in attributes:
        reason = attributes.get("reason", "")
        move = f"{attributes['from']} → {attributes['to']}"
        return f"{move} ({reason})" if reason else move
    return ": ".join(part for part in (event.status, _telling_line(event.body)) if part)


def _telling_line(body: str) -> str:
    """The first line that says something: no heading, and no label for what comes below."""
    lines = [line.strip() for line in body.split("\n") if line.strip()]
    telling = (line for line in lines if not line.startswith("#") and line[-1] not in ":：")
    return next(telling, lines[0] if lines else "")
