"""Journals read back from bytes (docs/format.md, "Journal")."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.journal import JournalEntry

if TYPE_CHECKING:
    from yoi_cli.model.item import FieldValue
    from yoi_cli.model.noted import Slot
    from yoi_cli.model.relations import Relation

_VERSION = b"yoi journal 1 "
_HEADER = b"\nentry "


class JournalText(NamedTuple):
    """What a journal's bytes hold: the sound entries, in their order, and what is damaged.

    `is_foreign` says that another version wrote it, or another program.
    """

    entries: tuple[JournalEntry, ...] = ()
    damaged: int = 0
    is_foreign: bool = False

    @property
    def is_sound(self) -> bool:
        return not (self.damaged or self.is_foreign)


def parse_journal(data: bytes, known: tuple[bytes, JournalText] | None = None) -> JournalText:
    """The entries of a journal. Never fails. `known` is what other bytes hold: where these go on
    from those, the rest alone is read."""
    if not data:
        return JournalText()
    begin = data.find(b"\n") + 1
    if not threshold_of(data):
        return JournalText(is_foreign=True)
    before, text = known or (b"", JournalText())
    is_more = bool(before) and text.is_sound and data.startswith(before)
    entries = list(text.entries) if is_more else []
    damaged, position = 0, len(before) if is_more else begin
    while position < len(data):
        entry, end = _entry(data, position)
        if entry is not None:
            entries.append(entry)
            position = end
            continue
        damaged += 1
        following = data.find(_HEADER, position + 1)
        position = len(data) if following < 0 else following
    return JournalText(tuple(entries), damaged)


def threshold_of(data: bytes) -> int:
    """The length at which the journal that begins with `data` is looked over; 0 for a foreign
    one, which is looked over at once."""
    opening, newline, _ = data[:64].partition(b"\n")
    number = opening.removeprefix(_VERSION)
    is_ours = opening.startswith(_VERSION) and newline and number.isdigit()
    return int(number) if is_ours else 0


def _entry(data: bytes, start: int) -> tuple[JournalEntry | None, int]:
    """The entry that begins at `start`, None where none does that is whole, and its end."""
    line_end = data.find(b"\n", start + 1)
    words = data[start:line_end].split(b" ") if line_end > 0 else []
    if len(words) != 6 or words[0] != _HEADER.rstrip() or not (words[2] + words[4]).isdigit():
        return None, start
    end = line_end + 1 + int(words[2])
    body = data[line_end + 1 : end]
    told = data[start + len(_HEADER) + len(words[1]) + 1 : line_end + 1]
    if end > len(data) or b"%08x" % crc32(body, crc32(told)) != words[1]:
        return None, start
    parts = _parts(body)
    if parts is None:
        return None, start
    ticket, mark = words[3].decode("ascii", "replace"), words[5].decode("ascii", "replace")
    return JournalEntry(ticket, int(words[4]), parts, mark), end


def _parts(body: bytes) -> tuple[tuple[str, str, bytes], ...] | None:
    parts: list[tuple[str, str, bytes]] = []
    position = 0
    while position < len(body):
        line_end = body.find(b"\n", position)
        name, *about, size = body[position:line_end].split(b" ")
        if line_end < 0 or not size.isdigit():
            return None
        end = line_end + 1 + int(size)
        told = b" ".join(about).decode("utf-8", "surrogateescape")
        parts.append((name.decode("ascii", "replace"), told, body[line_end + 1 : end]))
        position = end + 1
    return tuple(parts)


def relation_from(data: bytes) -> Relation:
    """A relation, from the part that tells of it."""
    import json

    from yoi_cli.model.relations import Relation

    values: list[str | None] = json.loads(data)
    ticket, kind, target, author, at, note = values
    return Relation(ticket or "", kind or "", target or "", author or "", at or "", note)


def value_pair(data: bytes) -> tuple[FieldValue, FieldValue]:
    """A field's values before and after, from the part that tells of it."""
    import json

    old, new = json.loads(data)
    return _field_value(old), _field_value(new)


def slot_pair(data: bytes) -> tuple[Slot, Slot]:
    """The same where a key may not have been there."""
    import json

    old, new = json.loads(data)
    return tuple(map(_field_value, old)), tuple(map(_field_value, new))


def _field_value(value: str | list[str] | None) -> FieldValue:
    return tuple(value) if isinstance(value, list) else value
