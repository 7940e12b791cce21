"""A plain thread in pieces: made of whole events alone, each of them once, as `yoi` writes it.

What is plain is told by the headers, and a piece of it can be read by itself: its events are those
that the whole would have there. So a long thread is looked at piece by piece, and only those pieces
are read whose events are asked for.
"""

from __future__ import annotations

import re
from operator import lt
from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats import thread
from yoi_cli.store.formats.thread import is_utf8, parse_thread

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from yoi_cli.model.events import Event

OPENING = b"<!-- event: "
#: What a header begins with, whatever follows.
_ANY_OPENING = b"<!-- event:"
#: What parts two events; put before a piece, it stands before every header.
GAP = b"\n---\n\n"
_VALUE = rb"(?:\"[^\"\\\n]*+\"|[!#-~][!-~]*+)"
_BEGINNING = rb"(\w++) author: (" + _VALUE + rb") at: ([!#-~][!-~]*+) "
# Not `*+`, which Python before 3.11.5 gets wrong (gh-106052); `id: ` ends the pairs anyway.
_PAIRS = rb"((?:(?!id: )[\w-]++: " + _VALUE + rb" )*)"
_ID = rb"([0-7][0-9A-HJKMNP-TV-Z]{25})"
_HEADER = re.compile(GAP + OPENING + _BEGINNING + _PAIRS + rb"id: " + _ID + rb" -->\n")
#: Of a header: kind, author, at, further pairs, id.
Header: TypeAlias = tuple[bytes, bytes, bytes, bytes, bytes]
#: The same headers, of each what begins with its time: a third of the work where there are many.
_STAMP = (
    GAP + OPENING + rb"\w++ author: " + _VALUE + rb" at: "
    rb"([!#-~][!-~]*+ (?:(?!id: )[\w-]++: " + _VALUE + rb" )*id: " + _ID[1:-1] + rb") -->\n"
)
_ID_LENGTH = 26
#: Blanks in what begins with the time of a header that has no further pairs.
_BLANKS = 2
_SEPARATOR = rb"(?m)^---[ \t]*$"
#: So much (bytes) of a thread is looked at at once: the headers of more would be larger than it.
PIECE = 1 << 20


class Piece(NamedTuple):
    """A stretch of whole events: where it stands (`line` is its first, 1-based), how many they are,
    and the time and the id that none of them goes beyond. `is_bare` says that no header has further
    pairs."""

    start: int
    end: int
    line: int
    size: int
    latest_at: str
    greatest_id: str
    is_bare: bool


class ThreadInPieces(NamedTuple):
    """A plain thread."""

    data: bytes
    pieces: tuple[Piece, ...]

    @property
    def total(self) -> int:
        """How many events there are."""
        return sum(piece.size for piece in self.pieces)

    @property
    def latest_at(self) -> str:
        """A time that none of its events is later than."""
        return max(piece.latest_at for piece in self.pieces)

    @property
    def greatest_id(self) -> str:
        return max(piece.greatest_id for piece in self.pieces)

    @property
    def is_faultless(self) -> bool:
        """Whether nothing stands between its events, so that a reader passes over nothing."""
        found = self.data.count(b"\n---")
        return found == self.total or len(re.findall(_SEPARATOR, self.data)) == self.total

    def events(self, piece: Piece) -> tuple[Event, ...]:
        """The events of a piece, as reading the whole thread has them."""
        found = parse_thread(self.data[piece.start : piece.end]).thread.events
        return tuple(event._replace(line=event.line + piece.line - 1) for event in found)

    def has(self, piece: Piece, word: bytes) -> bool:
        """Whether a piece has a word."""
        return self.data.find(word, piece.start, piece.end) >= 0

    def text(self, piece: Piece) -> bytes:
        """A piece with `GAP` before it."""
        return GAP + self.data[piece.start : piece.end]

    def headers(self, kinds: Collection[bytes] | None) -> Iterator[Header]:
        """The headers of `kinds` (None for all), in order."""
        openings = [OPENING + kind + b" " for kind in kinds or ()]
        for piece in self.pieces:
            if kinds is None or any(self.has(piece, opening) for opening in openings):
                found: list[Header] = _HEADER.findall(*_behind_gaps(self.data, *piece[:2]))
                yield from (header for header in found if kinds is None or header[0] in kinds)


def headers_in(text: bytes) -> list[Header]:
    """The headers of whole events in `text`, which begins with `GAP`."""
    found: list[Header] = _HEADER.findall(text)
    return found


def _behind_gaps(data: bytes, start: int, end: int) -> tuple[bytes, int, int]:
    """Where the events of a stretch stand with `GAP` before each: bytes, beginning and end."""
    if start:
        return data, start - len(GAP), end
    return GAP + data[:end], 0, len(GAP) + end


def may_be_plain(data: bytes) -> bool:
    """Whether nothing in a thread says that it is not plain, by a glance."""
    is_framed = data.startswith(OPENING) and data.endswith(b"\n---\n")
    return is_framed and b"\0" not in data and b"\r" not in data


def are_all(ids: Collection[bytes], text: bytes) -> bool:
    """Whether `text`, of a thread that may be plain, is made of just the events with these ids."""
    return bool(ids) and text.count(_ANY_OPENING) == len(ids) and is_utf8(text)


def in_pieces(data: bytes, size: int = PIECE) -> ThreadInPieces | None:
    """A thread in pieces of some `size`; None for one that is not plain."""
    if not may_be_plain(data):
        return None
    pieces: list[Piece] = []
    line = 1
    seen: set[bytes] | None = None
    is_ascii, stamp_in = data.isascii(), re.compile(_STAMP)  # loaded for long threads alone
    for start, end in _stretches(data, size):
        stamps: list[bytes] = stamp_in.findall(*_behind_gaps(data, start, end))
        ids = [stamp[-_ID_LENGTH:] for stamp in stamps]
        # As `are_all`, where the stretch stands.
        if not ids or len(ids) != data.count(_ANY_OPENING, start, end):
            return None
        if all(map(lt, ids, ids[1:])):  # as nearly everywhere, and told in half the time
            least, greatest = ids[0].decode(), ids[-1].decode()
        elif len(set(ids)) == len(ids):
            least, greatest = min(ids).decode(), max(ids).decode()
        else:
            return None
        if not (is_ascii or is_utf8(data[start:end])):
            return None
        if pieces and seen is None and least <= pieces[-1].greatest_id:
            # Only all ids at once tell whether one stands there twice.
            known = ThreadInPieces(data, tuple(pieces))
            seen = {event_id for *_, event_id in known.headers(None)}
        if seen is not None:
            if not seen.isdisjoint(ids):
                return None
            seen.update(ids)
        latest_at = max(stamps).partition(b" ")[0].decode()
        is_bare = b"".join(stamps).count(b" ") == _BLANKS * len(stamps)
        pieces.append(Piece(start, end, line, len(ids), latest_at, greatest, is_bare))
        line += data.count(b"\n", start, end)
    return ThreadInPieces(data, tuple(pieces))


def _stretches(data: bytes, size: int) -> Iterator[tuple[int, int]]:
    """Where the pieces of a thread begin and end: each is of whole events."""
    begin = 0
    while begin < len(data):
        end = data.find(GAP + OPENING, begin + size)
        end = len(data) if end < 0 else end + len(GAP)
        yield begin, end
        begin = end


def latest_at(data: bytes) -> str:
    """A time that no event in a thread's bytes is later than; of a long one, piece by piece."""
    known = in_pieces(data) if len(data) > PIECE else None
    return thread.latest_at(data) if known is None else known.latest_at
