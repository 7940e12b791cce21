"""Threads made in memory: blocks with ids, blocks as older stores wrote them, and events."""

from __future__ import annotations

from yoi_cli.model.events import CLOSE, COMMENT, STATE_CHANGED, Event, NewEvent
from yoi_cli.model.ids import next_event_id
from yoi_cli.store.formats.thread import ParsedThread, parse_thread
from yoi_cli.store.formats.thread_writing import encode_event

AT = "2026-06-25T16:30:32Z"
_START_MS = 1_782_405_032_000


def event_id(number: int = 0) -> str:
    """The id of a thread's event `number`; rises with it."""
    return next_event_id(_START_MS + number, number)


def block(
    body: str = "Said.",
    number: int = 0,
    *,
    kind: str = COMMENT,
    author: str = "Ada Example",
    newline: str = "\n",
    attributes: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """An event with an id, as `yoi` writes it."""
    new = NewEvent(kind, author, "Comment", body, attributes)
    return encode_event(new, at=AT, event_id=event_id(number), newline=newline)


def older(body: str = "Said long ago.", *, kind: str = COMMENT, end: str = "\n---\n") -> bytes:
    """An event without an id, as an older store has it."""
    return f"<!-- event: {kind} author: hare at: {AT} -->\n\n## Comment\n\n{body}\n{end}".encode()


def read(data: bytes) -> tuple[Event, ...]:
    return parse_thread(data).thread.events


def bodies(data: bytes) -> list[str]:
    return [event.body for event in read(data)]


def fault_codes(data: bytes) -> list[str]:
    return [fault.code for fault in parse_thread(data).thread.faults]


def uncovered(data: bytes, parsed: ParsedThread) -> list[tuple[int, int]]:
    """The stretches of `data` in no event and no torn append; fails where two overlap."""
    position = 0
    gaps: list[tuple[int, int]] = []
    for start, end in sorted([*parsed.spans, *parsed.torn]):
        assert position <= start <= end <= len(data), "events and torn appends overlap"
        if position < start:
            gaps.append((position, start))
        position = end
    return [*gaps, (position, len(data))] if position < len(data) else gaps


def moved(
    origin: str, target: str, *, is_older: bool = False, field: str = "state", at: str = AT
) -> Event:
    """A state_changed event, as read."""
    attributes = {"from": origin, "to": target, "reason": "cli_state", "field": field}
    return _event(STATE_CHANGED, attributes, is_older=is_older, at=at)


def closed(*, kind: str = CLOSE, is_older: bool = False) -> Event:
    """A close event, as read."""
    return _event(kind, {"status": "closed"}, is_older=is_older)


def said(kind: str = COMMENT, attributes: dict[str, str] | None = None) -> Event:
    """An event that moves nothing, as read."""
    return _event(kind, attributes or {})


def _event(kind: str, attributes: dict[str, str], *, is_older: bool = False, at: str = AT) -> Event:
    id_ = None if is_older else event_id()
    identity = id_ or f"{at}#digest"
    return Event(kind, "Ada Example", at, "Heading", "Body", attributes, id_, identity, 1)
