"""Which event a line of a thread belongs to."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_pieces import in_pieces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.model.events import Event

#: Lines that readers pass over, which therefore belong to no event.
_IGNORED = frozenset({"torn", "event_repeated"})
#: So many bytes of a plain thread are read for a line; most events have fewer.
_PIECE = 512


def events_at(data: bytes, lines: Sequence[int]) -> list[Event | None]:
    """For each of `lines` (1-based, in any order) the event whose heading or body holds it; None
    for headers and what readers pass over. Of a plain thread only those pieces are read."""
    known = in_pieces(data, _PIECE)
    if known is None:
        thread = parse_thread(data).thread
        begins: dict[int, Event | None] = {event.line: event for event in thread.events}
        begins |= {fault.line: None for fault in thread.faults if fault.code in _IGNORED}
        return _at(begins, lines)
    starts = [piece.line for piece in known.pieces]
    places = dict.fromkeys(bisect_right(starts, line) - 1 for line in lines)
    pieces = [known.pieces[place] for place in places if place >= 0]
    return _at({event.line: event for one in pieces for event in known.events(one)}, lines)


def _at(begins: dict[int, Event | None], lines: Sequence[int]) -> list[Event | None]:
    """What begins last before each of `lines`, and not at it."""
    starts = sorted(begins)
    places = [bisect_right(starts, line) - 1 for line in lines]
    return [
        None if place < 0 or starts[place] == line else begins[starts[place]]
        for place, line in zip(places, lines, strict=True)
    ]
