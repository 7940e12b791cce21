"""Journals read back from bytes (docs/format.md, "Journal")."""

from __future__ import annotations

import re
from zlib import crc32

from yoi_cli.store.formats.journal import JournalEntry, JournalText

#: The first line, and how long (bytes) the journal may become before it is looked over.
_OPENING = re.compile(rb"yoi journal 1 (\d{1,12})\n")
_HEADER = re.compile(rb"\nentry ([0-9a-f]{8}) (\d{1,12}) ([0-9A-Z]{13}) (\d{1,15}) (\S{1,80})\n")
_PART = re.compile(rb"([a-z]+)((?: [^\n ]+)*) (\d{1,12})\n")


def parse_journal(data: bytes) -> JournalText:
    """The entries of a journal. Never fails."""
    if not data:
        return JournalText()
    opening = _OPENING.match(data)
    if opening is None:
        return JournalText(is_foreign=True)
    entries: list[JournalEntry] = []
    damaged, position = 0, opening.end()
    while position < len(data):
        found = _HEADER.match(data, position)
        entry = None if found is None else _entry(data, found)
        if found is not None and entry is not None:
            entries.append(entry)
            position = found.end() + int(found[2])
            continue
        damaged += 1
        following = data.find(b"\nentry ", position + 1)
        position = len(data) if following < 0 else following
    return JournalText(tuple(entries), damaged)


def _entry(data: bytes, header: re.Match[bytes]) -> JournalEntry | None:
    crc, size, ticket, at, mark = header.groups()
    body = data[header.end() : header.end() + int(size)]
    told = data[header.start(2) : header.end()]
    if len(body) < int(size) or crc32(body, crc32(told)) != int(crc, 16):
        return None
    parts: list[tuple[str, str, bytes]] = []
    position = 0
    while position < len(body):
        found = _PART.match(body, position)
        if found is None:
            return None
        end = found.end() + int(found[3])
        about = found[2].decode("utf-8", "surrogateescape").strip()
        parts.append((found[1].decode(), about, body[found.end() : end]))
        position = end + 1
    return JournalEntry(ticket.decode(), int(at), tuple(parts), mark.decode("ascii", "replace"))


def threshold_of(data: bytes) -> int:
    """The length at which the journal that begins with `data` is looked over; 0 for a foreign
    one, which is looked over at once."""
    opening = _OPENING.match(data)
    return 0 if opening is None else int(opening[1])
