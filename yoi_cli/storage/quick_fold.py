"""The fold of a thread without reading its bodies, where the thread is as `yoi` writes it.

Routing a store folds thousands of threads, of which only the headers of moves matter, and
these come in few forms: what a sequence of forms folds to is worked out once. Any doubt (an
event without an id, a torn stretch, a repeated id) sends the thread the whole way.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from yoi_cli.domain.events import CLOSE, STATE_CHANGED, Event
from yoi_cli.domain.fold import Divergence, Folded, Move, fold
from yoi_cli.storage.codec import parse_header_pairs, parse_thread

_OPENING = b"<!-- event: "
_GAP = b"\n---\n\n" + _OPENING
#: A header behind its opening.
_HEADER = re.compile(
    rb"(\w+) author: (\"[^\"\\\n]*\"|[!#-~][!-~]*) at: ([!#-~][!-~]*) "
    rb"((?:(?!id: )[\w-]+: (?:\"[^\"\\\n]*\"|[!#-~][!-~]*) )*)"
    rb"id: ([0-7][0-9A-HJKMNP-TV-Z]{25}) -->\n"
)
_MOVING = frozenset({STATE_CHANGED.encode(), CLOSE.encode()})
#: How many sequences of moves are remembered; a store has some dozens.
_SHAPES = 4096


class _Header(NamedTuple):
    """A header that may move a state: what decides (kind, pairs), and what merely tells."""

    kind: bytes
    pairs: bytes
    author: bytes
    at: bytes
    id: bytes
    line: int


def fold_thread(data: bytes) -> Folded:
    """The fold of a thread's bytes; the same as that of all its events."""
    headers = _moving_headers(data)
    if headers is None:
        return fold(parse_thread(data).thread.events)
    shape = _fold_shape(tuple((header.kind, header.pairs) for header in headers))
    moves = [_told(move, headers[move.line]) for move in shape.moves]
    diverged = [_named(one, headers[one.line]) for one in shape.diverged]
    return Folded(shape.state, tuple(moves), tuple(diverged))


def _moving_headers(data: bytes) -> list[_Header] | None:
    """The headers of a thread's moves, of whole events with ids and nothing else; or None."""
    if not data.startswith(_OPENING) or not data.endswith(b"\n---\n"):
        return None
    blocks = data[len(_OPENING) :].split(_GAP)
    if data.count(b"\n<!-- event:") + 1 != len(blocks) or b"\0" in data or b"\r" in data:
        return None
    ids: set[bytes] = set()
    found: list[_Header] = []
    start = 0
    for block in blocks:
        match = _HEADER.match(block)
        if match is None:
            return None
        kind, author, at, pairs, event_id = match.groups()
        ids.add(event_id)
        if kind in _MOVING:
            line = data.count(b"\n", 0, start) + 1
            found.append(_Header(kind, pairs, author, at, event_id, line))
        start += len(block) + len(_GAP)
    return found if len(ids) == len(blocks) else None


@lru_cache(maxsize=_SHAPES)
def _fold_shape(forms: tuple[tuple[bytes, bytes], ...]) -> Folded:
    """What a sequence of moves folds to; its lines are their places in the sequence."""
    return fold(_as_event(place, *form) for place, form in enumerate(forms))


def _as_event(place: int, kind: bytes, pairs: bytes) -> Event:
    header = f"<!-- event: x author: x at: x {pairs.decode('utf-8', 'surrogateescape')}-->"
    attributes = parse_header_pairs(header)
    return Event(kind.decode(), "", "", None, "", attributes, "x", "x", place)


def _told(move: Move, header: _Header) -> Move:
    """A move of a shape, with what its own header tells."""
    author = header.author.strip(b'"').decode("utf-8", "surrogateescape")
    at = header.at.decode()
    return Move(at, move.origin, move.target, author, move.reason, header.line, False)


def _named(one: Divergence, header: _Header) -> Divergence:
    """A divergence of a shape, with what its own header tells."""
    event, at = header.id.decode(), header.at.decode()
    return Divergence(event, at, header.line, one.origin, one.target, one.state)
