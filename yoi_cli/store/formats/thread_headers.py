"""A thread's fold, summary and figures by its headers alone, where it is as `yoi` writes it.

Routing a store reads thousands of threads, of which only some headers matter, and these come
in few forms: what a sequence of forms says is worked out once. Any doubt (an
event without an id, a torn stretch, a repeated id) sends the thread the whole way.
"""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.events import (
    ANSWER,
    CLOSE,
    KINDS,
    QUESTION,
    REVIEW,
    STATE_CHANGED,
    Event,
    Thread,
)
from yoi_cli.model.fold import Divergence, Folded, Move, fold
from yoi_cli.model.ids import can_be_followed
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.thread import parse_header_pairs, parse_thread
from yoi_cli.store.formats.thread_pieces import (
    GAP,
    OPENING,
    PIECE,
    Header,
    are_all,
    headers_in,
    in_pieces,
    may_be_plain,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

    from yoi_cli.model.routing import ThreadSummary
    from yoi_cli.model.thread_figures import ThreadFigures
    from yoi_cli.store.formats.thread_pieces import ThreadInPieces

_NONE: Mapping[str, str] = MappingProxyType({})
_MOVING = frozenset({STATE_CHANGED.encode(), CLOSE.encode()})
_OUTLINING = _MOVING | {
    kind.name.encode()
    for kind in KINDS.values()
    if kind.is_work or kind.name in (REVIEW, QUESTION, ANSWER)
}
_SEPARATOR = b"\n---"
#: How many sequences of headers are remembered; a store has some dozens.
_SHAPES = 4096


class _StateHeader(NamedTuple):
    """A header that may move a state: what decides (kind, pairs), and what merely tells."""

    kind: bytes
    pairs: bytes
    author: bytes
    at: bytes
    id: bytes
    line: int


def fold_pieces(known: ThreadInPieces) -> Folded:
    """The fold of a thread in pieces; the same as that of all its events."""
    return _folded(_moving(known.data, list(known.headers(_MOVING))))


def fold_thread(data: bytes) -> Folded:
    """The fold of a thread's bytes; the same as that of all its events."""
    plain = _plain_headers(data, _MOVING)
    if plain is None:
        return fold(parse_thread(data).thread.events)
    return _folded(_moving(data, plain.headers))


def _folded(headers: list[_StateHeader]) -> Folded:
    """The fold of a plain thread whose moves have these `headers`."""
    shape = _fold_shape(tuple((header.kind, header.pairs) for header in headers))
    moves = [_told(move, headers[move.line]) for move in shape.moves]
    diverged = [_named(one, headers[one.line]) for one in shape.diverged]
    return Folded(shape.state, tuple(moves), tuple(diverged))


class PlainThread(NamedTuple):
    """A thread of whole events alone: its fold, the events that move it, and the greatest id."""

    folded: Folded
    moving: tuple[Event, ...]
    greatest_id: str


def read_plain(data: bytes) -> PlainThread | None:
    """What a writer decides by, from the headers alone; None for a thread that is not plain, or
    whose greatest id none can follow. In one that is plain no event cannot be read."""
    plain = _plain_headers(data, _MOVING)
    if plain is None or not can_be_followed(greatest := plain.greatest_id):
        return None
    moves = _moving(data, plain.headers)
    moving = tuple(_as_event(at, one.kind, one.pairs) for at, one in enumerate(moves))
    return PlainThread(_folded(moves), moving, greatest)


def summarise_thread(data: bytes) -> ThreadSummary:
    """The summary of a thread's bytes; the same as that of all its events."""
    plain = _plain_headers(data, _OUTLINING)
    if plain is None:
        from yoi_cli.model.routing import summary_of_thread

        return summary_of_thread(parse_thread(data).thread)
    return _summarise_shape(tuple([(kind, pairs) for kind, _, _, pairs, _ in plain.headers]))


def thread_figures(data: bytes) -> ThreadFigures:
    """The figures of a thread's bytes; the same as those of all its events."""
    from yoi_cli.model.thread_figures import figures_of

    plain = _plain_headers(data, None)
    if plain is None:
        return figures_of(parse_thread(data).thread.events)
    return figures_of([_counted(kind, at, pairs) for kind, _, at, pairs, _ in plain.headers])


def outline_thread(data: bytes) -> Thread | None:
    """The events of a plain thread without a fault, by their headers alone: nothing is said of
    their texts and lines, and of their authors only whether there is one. None for any other."""
    plain = _plain_headers(data, None)
    if plain is None or data.count(_SEPARATOR) != len(plain.headers):
        return None  # of what stands behind a `---` inside of an event, faults tell
    return Thread(tuple(_outlined(*header) for header in plain.headers))


def _outlined(kind: bytes, author: bytes, at: bytes, pairs: bytes, event_id: bytes) -> Event:
    identity = event_id.decode()
    name = author.strip(b'"').decode("utf-8", "surrogateescape")
    attributes = _attributes(pairs) if pairs else _NONE
    return Event(kind.decode(), name, at.decode(), None, "", attributes, identity, identity, 0)


def _counted(kind: bytes, at: bytes, pairs: bytes) -> Event:
    """An event as far as figures are made of it."""
    tells = kind in _OUTLINING or b"worker: " in pairs
    attributes = _attributes(pairs) if tells else _NONE
    return Event(kind.decode(), "", at.decode(), None, "", attributes, "x", "x", 0)


class _Plain(NamedTuple):
    """Headers of a plain thread, in order, and the greatest id of all its events."""

    headers: list[Header]
    greatest_id: str


def _plain_headers(data: bytes, kinds: Set[bytes] | None, piece_size: int = PIECE) -> _Plain | None:
    """The headers of `kinds` (None for all), or None where the thread is not plain. A long one is
    looked at piece by piece."""
    if len(data) > piece_size:
        known = in_pieces(data, piece_size)
        return None if known is None else _Plain(list(known.headers(kinds)), known.greatest_id)
    if not may_be_plain(data):
        return None
    text = GAP + data
    headers = headers_in(text)
    ids = {event_id for *_, event_id in headers}
    if not are_all(ids, text):
        return None
    wanted = [one for one in headers if kinds is None or one[0] in kinds]
    return _Plain(wanted, max(ids).decode())


def _moving(data: bytes, headers: list[Header]) -> list[_StateHeader]:
    """Those headers of a plain thread that may move its state, with their lines."""
    found: list[_StateHeader] = []
    line, position = 1, 0
    for kind, author, at, pairs, event_id in headers:
        if kind in _MOVING:
            # Found by its text: in a plain thread no body has the opening of a header.
            told = b"%s%s author: %s at: %s %sid: %s"
            start = data.find(told % (OPENING, kind, author, at, pairs, event_id), position)
            line += data.count(b"\n", position, start)
            position = start
            found.append(_StateHeader(kind, pairs, author, at, event_id, line))
    return found


@lru_cache(maxsize=_SHAPES)
def _summarise_shape(forms: tuple[tuple[bytes, bytes], ...]) -> ThreadSummary:
    """What a sequence of headers says of its ticket."""
    from yoi_cli.model.routing import summary_of

    return summary_of([_as_event(index, *form) for index, form in enumerate(forms, 1)])


@lru_cache(maxsize=_SHAPES)
def _fold_shape(forms: tuple[tuple[bytes, bytes], ...]) -> Folded:
    """What a sequence of moves folds to; its lines are their places in the sequence."""
    return fold(_as_event(index, *form) for index, form in enumerate(forms))


def _as_event(index: int, kind: bytes, pairs: bytes) -> Event:
    return Event(kind.decode(), "", "", None, "", _attributes(pairs), "x", "x", index)


@lru_cache(maxsize=_SHAPES)
def _attributes(pairs: bytes) -> Mapping[str, str]:
    header = f"<!-- event: x author: x at: x {pairs.decode('utf-8', 'surrogateescape')}-->"
    return parse_header_pairs(header)


def _told(move: Move, header: _StateHeader) -> Move:
    """A move of a shape, with what its own header tells."""
    author = header.author.strip(b'"').decode("utf-8", "surrogateescape")
    at = header.at.decode()
    return Move(at, move.origin, move.target, author, move.reason, header.line, False)


def _named(one: Divergence, header: _StateHeader) -> Divergence:
    """A divergence of a shape, with what its own header tells."""
    event, at = header.id.decode(), header.at.decode()
    return Divergence(event, at, header.line, one.origin, one.target, one.state)
