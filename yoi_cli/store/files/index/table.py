"""A table of the index: for each ticket what tells its files, and what was read of them.

A row is a `head`, of which many rows have the same one, and a `body`, bytes that are decoded when
somebody asks for them. As text it is a line of JSON that says what the table is of, the columns one
after the other, and a checksum.
"""

from __future__ import annotations

import json
import sys
from array import array
from itertools import accumulate
from typing import TYPE_CHECKING, TypeAlias
from zlib import crc32

from yoi_cli.model.ids import TICKET_ID_LENGTH
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.index.stat_data import WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

#: A value that JSON gives back as it was, but for lists in place of tuples.
Head: TypeAlias = "tuple[object, ...]"

#: Another number says that rows mean something else, and that the index is made anew.
SCHEMA = 1
_OPENING = b"yoi index "
_CHECKSUM = 4
#: The head of a row of which nothing is known.
UNKNOWN: Head = ()


class DamagedIndexError(Exception):
    """Bytes that are no table of what was asked for."""


class Row(NamedTuple):
    """What is known of one ticket's files, which `signature` tells."""

    signature: Sequence[int]
    head: Head
    body: bytes


class KeptRow(NamedTuple):
    """The same of a table's row, whose body is cut out of all when it is asked for."""

    head: Head
    bodies: bytes
    begin: int
    end: int

    @property
    def body(self) -> bytes:
        return self.bodies[self.begin : self.end]


class Table(NamedTuple):
    """Rows for tickets by rising id, in columns; a row has `files` signatures in turn.

    `head_of` has the place of a row's head in `heads`, of which the first is `UNKNOWN`; `ends`
    where its body ends in `bodies`.
    """

    files: int
    ids: bytes
    signatures: array[int]
    heads: Sequence[Head]
    head_of: array[int]
    ends: array[int]
    bodies: bytes

    def rows(self) -> Iterator[KeptRow]:
        """All rows, by rising place."""
        heads, bodies, begin = self.heads, self.bodies, 0
        for number, end in zip(self.head_of, self.ends, strict=True):
            yield KeptRow(heads[number], bodies, begin, end)
            begin = end

    def head(self, place: int) -> Head:
        """The head of the row at `place`."""
        return self.heads[self.head_of[place]]

    def body(self, place: int) -> bytes:
        """The body of the row at `place`."""
        return self.bodies[self.ends[place - 1] if place else 0 : self.ends[place]]

    def aligned(self, ids: bytes) -> Table:
        """The same rows for the tickets of `ids`; of those that are new, nothing is known."""
        if ids == self.ids:
            return self
        places = {ticket: place for place, ticket in enumerate(_each(self.ids))}
        taken = [places.get(ticket, -1) for ticket in _each(ids)]
        return self._of(ids, taken, lambda _: None)

    def with_rows(self, places: Collection[int], row_at: Callable[[int], Row | None]) -> Table:
        """The same with the rows that `row_at` has for `places` in place of others."""
        if not places:
            return self
        taken = list(range(len(self.head_of)))
        for place in places:
            taken[place] = -1
        return self._of(self.ids, taken, row_at)

    def _of(self, ids: bytes, taken: Sequence[int], row_at: Callable[[int], Row | None]) -> Table:
        """A table of the rows here where `taken` has a place, of those of `row_at` elsewhere."""
        heads: dict[Head, int] = {head: number for number, head in enumerate(self.heads)}
        signatures, head_of = array("q"), array("I")
        pieces: list[bytes] = []
        lengths: list[int] = []
        blank = array("q", bytes(8 * WIDTH * self.files))
        for begin, end, place in _runs(taken):
            if place >= 0:
                stop, width = place + end - begin, WIDTH * self.files
                signatures += self.signatures[place * width : stop * width]
                head_of += self.head_of[place:stop]
                before = self.ends[place - 1] if place else 0
                pieces.append(self.bodies[before : self.ends[stop - 1]])
                for one in self.ends[place:stop]:
                    lengths.append(one - before)
                    before = one
                continue
            for here in range(begin, end):
                row = row_at(here)
                if row is None:
                    signatures += blank
                    head_of.append(0)
                    lengths.append(0)
                else:
                    signatures.extend(row.signature)
                    head_of.append(heads.setdefault(row.head, len(heads)))
                    pieces.append(row.body)
                    lengths.append(len(row.body))
        return Table(
            self.files, ids, signatures, tuple(heads), head_of, _summed(lengths), b"".join(pieces)
        )


def empty_table(files: int) -> Table:
    """A table of no tickets."""
    return Table(files, b"", array("q"), (UNKNOWN,), array("I"), array("I"), b"")


def encode_table(table: Table, about: Mapping[str, object]) -> bytes:
    """`table` as bytes; `about` says what it is of, by texts and numbers."""
    header = {
        "about": about,
        "byte_order": sys.byteorder,
        "files": table.files,
        "count": len(table.head_of),
        "bodies": len(table.bodies),
        "heads": table.heads,
    }
    pieces = [
        _OPENING + json.dumps(header).encode() + b"\n",
        table.ids,
        table.signatures.tobytes(),
        table.head_of.tobytes(),
        table.ends.tobytes(),
        table.bodies,
    ]
    checksum = 0
    for piece in pieces:
        checksum = crc32(piece, checksum)
    return b"".join([*pieces, checksum.to_bytes(_CHECKSUM, "big")])


def decode_table(data: bytes, about: Mapping[str, object], files: int) -> Table:
    """The table that `data` holds, if it is sound and of what `about` says.

    Raises `DamagedIndexError` for everything else.
    """
    view = memoryview(data)
    checksum = int.from_bytes(data[-_CHECKSUM:], "big")
    if len(data) < _CHECKSUM or crc32(view[:-_CHECKSUM]) != checksum:
        raise DamagedIndexError
    line_end = data.find(b"\n") + 1
    if not data.startswith(_OPENING) or not line_end:
        raise DamagedIndexError
    try:
        header: object = json.loads(data[len(_OPENING) : line_end])
    except (ValueError, RecursionError) as error:
        raise DamagedIndexError from error
    if not isinstance(header, dict) or header.get("about") != about:
        raise DamagedIndexError
    count, bodies, heads = (header.get(name) for name in ("count", "bodies", "heads"))
    is_ours = header.get("byte_order") == sys.byteorder and header.get("files") == files
    if not (is_ours and isinstance(count, int) and isinstance(bodies, int)):
        raise DamagedIndexError
    lengths = [count * TICKET_ID_LENGTH, count * WIDTH * files * 8, count * 4, count * 4, bodies]
    if min(lengths) < 0 or line_end + sum(lengths) + _CHECKSUM != len(data):
        raise DamagedIndexError
    parts = []
    for length in lengths:
        parts.append(view[line_end : line_end + length])
        line_end += length
    ids, signatures, head_of, ends, body = parts
    table = Table(
        files,
        bytes(ids),
        _column("q", signatures),
        _heads(heads),
        _column("I", head_of),
        _column("I", ends),
        bytes(body),
    )
    if max(table.head_of, default=0) >= len(table.heads) or max(table.ends, default=0) > bodies:
        raise DamagedIndexError
    return table


def _column(kind: str, data: memoryview) -> array[int]:
    column = array(kind)
    column.frombytes(data)
    return column


def _heads(found: object) -> tuple[Head, ...]:
    heads = _frozen(found)
    if not isinstance(heads, tuple) or not heads or not all(type(one) is tuple for one in heads):
        raise DamagedIndexError
    return heads


def _frozen(value: object) -> object:
    """A value of JSON with tuples in place of lists."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _each(ids: bytes) -> Iterator[bytes]:
    return (ids[at : at + TICKET_ID_LENGTH] for at in range(0, len(ids), TICKET_ID_LENGTH))


def _runs(taken: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """Stretches of `taken` that rise by one, or have no place: (begin, end, first place)."""
    begin, count = 0, len(taken)
    while begin < count:
        place = taken[begin]
        end = begin + 1
        while end < count and taken[end] == (place + end - begin if place >= 0 else place):
            end += 1
        yield begin, end, place
        begin = end


def _summed(lengths: Sequence[int]) -> array[int]:
    return array("I", accumulate(lengths))
