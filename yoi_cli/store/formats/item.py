"""Reading item.md (docs/format.md).

The flat form that `yoi` and the original write is read by one regular expression, without
importing a YAML library: lists read thousands of items, and one start-up is all a command
has. Whatever that expression does not know for certain goes to the general reader, `item_yaml`;
a property test holds the two together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.item import FieldValue, Item
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.item_entry import FrontmatterEntry, item_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


MAX_FRONTMATTER_BYTES = 64 * 1024
MAX_KEY_LENGTH = 100

#: A byte order mark that an editor put before the file stays where it is.
_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*\r?\n")
_CLOSING = re.compile(rb"^---[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_PLAIN_CLOSING = b"\n---\n"
BLANK_LINE = re.compile(rb"\r?\n")

_KEY = rf"[A-Za-z_][A-Za-z0-9_-]{{0,{MAX_KEY_LENGTH - 1}}}"
_SINGLE = r"'[^'\x00-\x1f\x7f]*(?:''[^'\x00-\x1f\x7f]*)*'"
_ESCAPE = r'\\(?:["\\/nt]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4})'
_DOUBLE = rf'"[^"\\\x00-\x1f\x7f]*(?:{_ESCAPE}[^"\\\x00-\x1f\x7f]*)*"'
_WORD = r"[A-Za-z0-9][A-Za-z0-9_./+-]*"
# One space or colon between words: in YAML `: ` and a last `:` make a key.
_WORDS = rf"{_WORD}(?:[ :][A-Za-z0-9_./+-]+)*"

# The first two values are those of nearly every line, in groups that need no more work.
_LINE = re.compile(
    rf"({_KEY}):"
    r"(?: '([^'\x00-\x1f\x7f]+)'"
    r'| "([^"\\\x00-\x1f\x7f]+)"'
    rf"|(?: ({_WORDS}|~|{_SINGLE}|{_DOUBLE}|\[.*\]))?) *\r?\n"
    r"|(.+)"
)
_ELEMENT = re.compile(rf" *({_WORD}|{_SINGLE}|{_DOUBLE}) *(?:, |,(?=['\"])|$)")
_ESCAPED = re.compile(_ESCAPE)
SIMPLE_KEY = re.compile(_KEY)

#: What YAML breaks lines at, skips or refuses beyond ASCII; compiled when first used.
WIDE_UNSAFE = "[\x80-\x9f\u2028\u2029\ufeff\ufffe\uffff]"


class ItemParts(NamedTuple):
    """An item in four pieces; put together they are the file again."""

    opening: str
    text: str
    closing: str
    rest: bytes

    @property
    def body(self) -> bytes:
        """What follows the closing line, without one leading blank line."""
        blank = BLANK_LINE.match(self.rest)
        return self.rest[blank.end() :] if blank else self.rest

    @property
    def eol(self) -> str:
        return "\r\n" if self.opening.endswith("\r\n") else "\n"


class _NotCanonicalError(Exception):
    """The fast reader leaves this text to the general one."""


def parse_item(data: bytes, *, path: str) -> Item:
    """Read a whole `item.md`; `path`, relative to the store, is named in errors.

    The body is the text after the closing `---` line without one leading blank line, and
    otherwise as it stands. Raises StoreInvalidError: `item_not_utf8`,
    `item_frontmatter_missing`, `item_frontmatter_invalid`, `item_frontmatter_too_large`.
    """
    plain = _plain_item(data)
    if plain is not None:
        return plain
    parts = whole_parts(data, path)
    entries = _entries(parts.text, path)
    return Item(
        fields={entry.key: entry.value for entry in entries},
        body=parts.body.decode(),
        lines={entry.key: entry.line for entry in entries},
    )


def _plain_item(data: bytes) -> Item | None:
    """An item in the plain form without a blank line in its frontmatter; None for any other."""
    if not data.startswith(b"---\n"):
        return None
    end = data.find(_PLAIN_CLOSING, 3, MAX_FRONTMATTER_BYTES)
    if end < 0:
        return None
    try:
        text = data[4 : end + 1].decode()
        fields = _canonical_fields(text)
        below = data[end + len(_PLAIN_CLOSING) :]
        blank = BLANK_LINE.match(below)
        body = below[blank.end() if blank else 0 :].decode()
    except (_NotCanonicalError, UnicodeDecodeError):
        return None  # read the other way, or refused there with its line
    if text.count("\n") != len(fields):
        return None
    return Item(fields, body, dict(zip(fields, range(2, len(fields) + 2), strict=True)))


def parse_description(data: bytes, *, path: str) -> str:
    """The body of a whole `item.md`, as `parse_item` reads it, whatever its fields are like.

    Raises `item_not_utf8`, and `item_frontmatter_missing` where it cannot be found.
    """
    return whole_parts(data, path).body.decode()


def parse_fields(
    data: bytes, *, path: str, complete: bool = False
) -> Mapping[str, FieldValue] | None:
    """Read only the frontmatter, of a file or of its beginning.

    None says that `data` ends before the closing `---` line does, so that the caller reads
    on; with `complete` (there is no more to read) that is an error instead. Raises the
    errors of `parse_item`.
    """
    if data.startswith(b"---\n"):
        end = data.find(_PLAIN_CLOSING, 3, MAX_FRONTMATTER_BYTES)
        if end >= 0:
            try:
                return _canonical_fields(data[4 : end + 1].decode())
            except (_NotCanonicalError, UnicodeDecodeError):
                pass  # read below, or refused there with its line
    parts = _split(data, path, complete=complete)
    if parts is None:
        if complete:
            raise _unclosed(path)
        return None
    return {entry.key: entry.value for entry in _entries(parts.text, path)}


def _entries(text: str, path: str) -> Sequence[FrontmatterEntry]:
    try:
        return read_entries(text, path)
    except StoreInvalidError as error:
        from yoi_cli.store.formats.markers import or_conflict

        raise or_conflict(error, text, path) from error


def _split(data: bytes, path: str, *, complete: bool) -> ItemParts | None:
    """The pieces of an item, None if the closing line is not in `data`."""
    opening = _OPENING.match(data)
    if not opening:
        if not complete and b"\n" not in data and len(data) <= MAX_FRONTMATTER_BYTES:
            return None
        raise item_error(
            path,
            1,
            "the file does not begin with a `---` line",
            "Begin the file with `---`, the ticket's fields, and `---` again.",
            code="item_frontmatter_missing",
        )
    closing = _CLOSING.search(data, opening.end())
    if closing and not complete and not closing[0].endswith(b"\n"):
        closing = None  # what follows may make it another line
    end = closing.start() if closing else len(data)
    if end - opening.end() > MAX_FRONTMATTER_BYTES:
        raise item_error(
            path,
            1,
            "the frontmatter is larger than 64 KiB, or its closing `---` line is missing",
            "Move long text below the closing `---` line.",
            code="item_frontmatter_too_large",
        )
    if not closing:
        return None
    text = _decode(data[opening.end() : end], path, first_line=2)
    return ItemParts(opening[0].decode(), text, closing[0].decode(), data[closing.end() :])


def whole_parts(data: bytes, path: str) -> ItemParts:
    """The pieces of a whole item. Raises as `parse_item`, but for what its fields are like."""
    _decode(data, path, first_line=1)
    parts = _split(data, path, complete=True)
    if parts is None:
        raise _unclosed(path)
    return parts


def _unclosed(path: str) -> StoreInvalidError:
    return item_error(
        path,
        1,
        "the frontmatter has no closing `---` line",
        "Add a `---` line after the last field.",
        code="item_frontmatter_missing",
    )


def _decode(data: bytes, path: str, *, first_line: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise item_error(
            path,
            first_line + data.count(b"\n", 0, error.start),
            "the text is not UTF-8",
            "Save the file as UTF-8.",
            code="item_not_utf8",
        ) from error


def read_entries(text: str, path: str) -> Sequence[FrontmatterEntry]:
    """The entries of `text`, what stands between the `---` lines, with their places.

    Raises StoreInvalidError `item_frontmatter_invalid`.
    """
    try:
        return _canonical_entries(text)
    except _NotCanonicalError:
        from yoi_cli.store.formats import item_yaml

        return item_yaml.read(text, path)


def plain_fields(text: str) -> dict[str, FieldValue] | None:
    """The fields of a frontmatter in the plain form (docs/format.md), which takes no YAML parser;
    None for any other."""
    try:
        return _canonical_fields(text)
    except _NotCanonicalError:
        return None


def _canonical_fields(text: str) -> dict[str, FieldValue]:
    """The fields of a canonical frontmatter; raises _NotCanonicalError for any other."""
    if not text.isascii() and re.search(WIDE_UNSAFE, text):
        raise _NotCanonicalError
    rows = _LINE.findall(text)
    fields: dict[str, FieldValue] = {}
    for key, single, double, other, odd in rows:
        if odd:
            raise _NotCanonicalError
        fields[key] = single or double or _value(other)
    if len(fields) != len(rows):
        raise _NotCanonicalError
    return fields


def _canonical_entries(text: str) -> list[FrontmatterEntry]:
    """As `_canonical_fields`, with the place of each."""
    fields = _canonical_fields(text)
    entries = []
    line, counted = 2, 0
    for match in _LINE.finditer(text):
        key_start, colon_end = match.start(), match.end(1) + 1
        line, counted = line + text.count("\n", counted, key_start), key_start
        end = key_start + len(match[0].rstrip(" \r\n"))
        start = min(colon_end + 1, end)
        entries.append(
            FrontmatterEntry(match[1], fields[match[1]], line, key_start, colon_end, start, end)
        )
    return entries


def _value(raw: str) -> FieldValue:
    if raw in ("", "null", "~"):
        return None
    return _texts(raw) if raw[0] == "[" else _text(raw)


@lru_cache(maxsize=1024)  # few lists stand in a store, most of them many times
def _texts(raw: str) -> tuple[str, ...]:
    inner = raw[1:-1].strip(" ")
    texts = []
    position = 0
    while position < len(inner):
        match = _ELEMENT.match(inner, position)
        if not match or match[1] == "null":
            raise _NotCanonicalError
        texts.append(_text(match[1]))
        position = match.end()
    return tuple(texts)


def _text(raw: str) -> str:
    if raw[0] == "'":
        return raw[1:-1].replace("''", "'")
    if raw[0] == '"':
        return _ESCAPED.sub(_unescaped, raw[1:-1])
    return raw


def _unescaped(match: re.Match[str]) -> str:
    letter, digits = match[0][1], match[0][2:]
    if not digits:
        return {"n": "\n", "t": "\t"}.get(letter, letter)
    character = chr(int(digits, 16))
    if "\ud800" <= character <= "\udfff":
        raise _NotCanonicalError
    return character
