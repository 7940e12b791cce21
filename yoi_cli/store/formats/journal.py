"""The journal of acknowledged writes as bytes (docs/format.md, "Journal").

An entry is what one write changed on one ticket, in parts that have a name and their bytes. A
damaged entry is passed over and counted; none can reach into the next. Reading them back is
`journal_reading`, which a write need not load.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

#: The names of parts. What stands behind a name in the same line is about it.
EVENTS = "events"
RELATION = "relation"
UNRELATED = "unrelated"
RECORD = "record"
FIELD = "field"
DESCRIPTION = "description"
FILE = "file"
#: All earlier entries on the ticket are settled: somebody took what they tell away on purpose.
LEFT = "left"
#: In place of a mark: the write waits for its file, or may have been overwritten with it.
WAITS = "waits"
DOUBTED = "doubted"
UNMARKED = "-"


class JournalEntry(NamedTuple):
    """What one write changed on `ticket` at the instant `at` (Unix seconds).

    `parts` are (name, what it is about, bytes). `mark` tells the thread as the write left it,
    by inode, size and time of its last change.
    """

    ticket: str
    at: int
    parts: tuple[tuple[str, str, bytes], ...]
    mark: str = UNMARKED


def render_entry(entry: JournalEntry) -> bytes:
    """The bytes of `entry`, to be put at the end of a journal as they are."""
    body = b"".join(
        b"%s %d\n%s\n" % (f"{name} {about}".rstrip().encode(), len(data), data)
        for name, about, data in entry.parts
    )
    told = f"{len(body)} {entry.ticket} {entry.at} {entry.mark}\n".encode()
    return b"\nentry %08x %s%s" % (crc32(body, crc32(told)), told, body)


def render_journal(entries: Iterable[JournalEntry], threshold: int) -> bytes:
    """A whole journal of `entries`, to be looked over when it is `threshold` bytes long."""
    return b"yoi journal 1 %d\n" % threshold + b"".join(map(render_entry, entries))


def json_of(value: str | tuple[str, ...] | None) -> bytes:
    """`value` as JSON; plain words, which nearly all are, do not load the library for it."""
    if value is None:
        return b"null"
    is_plain = isinstance(value, str) and value.isascii() and value.isprintable()
    if is_plain and '"' not in value and "\\" not in value:
        return f'"{value}"'.encode()
    import json

    return json.dumps(value).encode()
