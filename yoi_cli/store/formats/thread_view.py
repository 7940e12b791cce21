"""What is shown of a thread and what is newest in it, by those of its pieces that have it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.event_views import TELLING, ThreadView, is_telling, view_of
from yoi_cli.model.events import Thread
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_headers import fold_pieces
from yoi_cli.store.formats.thread_pieces import PIECE, in_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.model.event_views import EventWindow
    from yoi_cli.model.events import Event
    from yoi_cli.store.formats.thread_pieces import Piece, ThreadInPieces

#: Whatever looks like a header of an event that tells; a piece without it has none.
_TELLING = re.compile(
    rb"\n<!-- event: (?:review |[^\n]* (?:" + "|".join(TELLING).encode() + rb"): )"
)


def view_thread(data: bytes, window: EventWindow, piece_size: int = PIECE) -> ThreadView:
    """What is shown of a thread's bytes; the same as of all its events."""
    if not window.is_whole and len(data) > piece_size:
        known = in_pieces(data, piece_size)
        if known is not None and known.is_faultless:
            thread = Thread(_events_in(known, window))
            return ThreadView(thread, known.total, fold_pieces(known), tuple(_telling_in(known)))
    return view_of(parse_thread(data).thread, window)


def newest_in(
    data: bytes, reaches: Callable[[tuple[str, str]], bool], piece_size: int = PIECE
) -> Iterator[Event]:
    """The events of a thread's bytes but pieces that `reaches` says no of; see `newest_of`."""
    known = in_pieces(data, piece_size) if len(data) > piece_size else None
    if known is None:
        return iter(parse_thread(data).thread.events)
    return newest_of(known, reaches)


def newest_of(known: ThreadInPieces, reaches: Callable[[tuple[str, str]], bool]) -> Iterator[Event]:
    """The same of a thread in pieces, those with the newest events first. `reaches` is asked with
    the time and the id that no event of what is left goes beyond."""
    for piece in sorted(known.pieces, key=_bound, reverse=True):
        if not reaches(_bound(piece)):
            return
        yield from known.events(piece)


def _bound(piece: Piece) -> tuple[str, str]:
    return piece.latest_at, piece.greatest_id


def _events_in(known: ThreadInPieces, window: EventWindow) -> tuple[Event, ...]:
    """The events of a thread in pieces that are asked for, from its end on."""
    found: tuple[Event, ...] = ()
    for piece in reversed(known.pieces):
        if window.newest is not None and len(found) >= window.newest:
            break
        if window.since is None or piece.latest_at >= window.since:
            found = window.of(known.events(piece)) + found
    return window.of(found)


def _telling_in(known: ThreadInPieces) -> Iterator[Event]:
    words = [f" {word}: ".encode() for word in TELLING]
    for piece in known.pieces:
        is_told = not piece.is_bare and any(known.has(piece, word) for word in words)
        if (is_told or known.has(piece, b"event: review ")) and _TELLING.search(known.text(piece)):
            yield from filter(is_telling, known.events(piece))
