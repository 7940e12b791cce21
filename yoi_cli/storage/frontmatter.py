"""item.md as text: read it, change one thing in it, write a new one (DESIGN section 3).

The flat form that `yoi` and the original write is read by one regular expression, without
importing a YAML library: lists read thousands of items, and one start-up is all a command
has. Whatever that expression does not know for certain goes to `strict_yaml`; a property
test holds the two readers together.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.domain.item import KEY_ORDER, FieldValue, Item
from yoi_cli.errors import StoreInvalidError, UsageError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MAX_FRONTMATTER_BYTES = 64 * 1024
MAX_KEY_LENGTH = 100

_OPENING = re.compile(rb"---[ \t]*\r?\n")
_CLOSING = re.compile(rb"^---[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_BLANK_LINE = re.compile(rb"\r?\n")

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
_SIMPLE_KEY = re.compile(_KEY)

# What YAML breaks lines at, skips or refuses: beyond ASCII, and all of it. Left to `re` to
# compile when first used, since many commands never do.
_WIDE_UNSAFE = "[\x80-\x9f\u2028\u2029\ufeff\ufffe\uffff]"
_UNSAFE = rf"[\x00-\x1f\x7f]|{_WIDE_UNSAFE}"


class Entry(NamedTuple):
    """One `key: value` of a frontmatter and where it stands.

    `line` is the file's (the opening `---` is line 1). The offsets count the characters of
    the text between the two `---` lines: where the key begins, the place just after its
    colon, and the value from its first character to just after its last.
    """

    key: str
    value: FieldValue
    line: int
    key_start: int
    colon_end: int
    start: int
    end: int


class _Parts(NamedTuple):
    """An item in four pieces; put together they are the file again."""

    opening: str
    text: str
    closing: str
    rest: bytes

    @property
    def body(self) -> bytes:
        """What follows the closing line, without one leading blank line."""
        blank = _BLANK_LINE.match(self.rest)
        return self.rest[blank.end() :] if blank else self.rest

    @property
    def eol(self) -> str:
        return "\r\n" if self.opening.endswith("\r\n") else "\n"


class _NotCanonicalError(Exception):
    """The fast reader leaves this text to the general one."""


def item_error(
    path: str, line: int, problem: str, hint: str, *, code: str = "item_frontmatter_invalid"
) -> StoreInvalidError:
    """The error for an item that cannot be read: `problem` ends `<path>, line <n>: …`."""
    return StoreInvalidError(
        code,
        f"{path}, line {line}: {problem}.",
        hint=hint,
        details={"path": path, "line": line},
    )


def parse_item(data: bytes, *, path: str) -> Item:
    """Read a whole `item.md`; `path`, relative to the store, is named in errors.

    The body is the text after the closing `---` line without one leading blank line, and
    otherwise as it stands. Raises StoreInvalidError: `item_not_utf8`,
    `item_frontmatter_missing`, `item_frontmatter_invalid`, `item_frontmatter_too_large`.
    """
    parts = _whole(data, path)
    entries = _read(parts, path)
    return Item(
        fields={entry.key: entry.value for entry in entries},
        body=parts.body.decode(),
        lines={entry.key: entry.line for entry in entries},
    )


def parse_fields(
    data: bytes, *, path: str, complete: bool = False
) -> Mapping[str, FieldValue] | None:
    """Read only the frontmatter, of a file or of its beginning.

    None says that `data` ends before the closing `---` line does, so that the caller reads
    on; with `complete` (there is no more to read) that is an error instead. Raises the
    errors of `parse_item`.
    """
    if data.startswith(b"---\n"):
        end = data.find(b"\n---\n", 3, MAX_FRONTMATTER_BYTES)
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
    return {entry.key: entry.value for entry in _read(parts, path)}


def edit_item(
    data: bytes,
    changes: Mapping[str, FieldValue],
    *,
    path: str,
    remove: Collection[str] = (),
    body: str | None = None,
) -> bytes:
    """`data` with `changes` made, the keys in `remove` taken out and the body replaced.

    Every other byte stays (DESIGN section 3): quoting style, key order, unknown keys,
    comments, line ends. A key that has its value already is not touched; a new one goes
    after its nearest predecessor in KEY_ORDER. `body` is written as it is given.

    Raises the errors of `parse_item`; UsageError `text_invalid`, `text_too_long`;
    StoreInvalidError `item_edit_refused` if the outcome would not read back as asked.
    """
    parts = _whole(data, path)
    old = {entry.key: entry.value for entry in _locate(parts.text, path)}
    wanted = {key: value for key, value in {**old, **changes}.items() if key not in remove}
    text = parts.text
    for key in sorted({**changes, **dict.fromkeys(remove)}, key=_rank):
        text = _changed(text, key, wanted, _locate(text, path), parts.eol)
    below = parts.closing.encode() + parts.rest if body is None else _below(parts, body)
    edited = parts.opening.encode() + _stored(text) + below
    _require_outcome(edited, wanted, body, path)
    return edited


def render_item(fields: Mapping[str, FieldValue], body: str) -> bytes:
    """A new `item.md`: keys in KEY_ORDER and then the others, values single-quoted.

    The body follows a blank line and ends with one newline. Raises UsageError:
    `text_invalid` for what UTF-8 or a key cannot hold, `text_too_long` for a frontmatter
    over 64 KiB.
    """
    ordered = sorted(fields, key=_rank)
    frontmatter = "".join(f"{_key(key)}: {_rendered(fields[key])}\n" for key in ordered)
    text = body.rstrip("\n")
    return b"---\n" + _stored(frontmatter) + b"---\n" + (_encode(f"\n{text}\n") if text else b"")


def _split(data: bytes, path: str, *, complete: bool) -> _Parts | None:
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
    return _Parts(opening[0].decode(), text, closing[0].decode(), data[closing.end() :])


def _whole(data: bytes, path: str) -> _Parts:
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


def _read(parts: _Parts, path: str) -> Sequence[Entry]:
    try:
        return _canonical_entries(parts.text)
    except _NotCanonicalError:
        from yoi_cli.storage import strict_yaml

        return strict_yaml.read(parts.opening + parts.text + parts.closing, path)


def _locate(text: str, path: str) -> Sequence[Entry]:
    """As `_read`, with offsets that hold for `text` itself."""
    try:
        return _canonical_entries(text)
    except _NotCanonicalError:
        from yoi_cli.storage import strict_yaml

        return strict_yaml.scan(text, path)


def _canonical_fields(text: str) -> dict[str, FieldValue]:
    """The fields of a canonical frontmatter; raises _NotCanonicalError for any other."""
    if not text.isascii() and re.search(_WIDE_UNSAFE, text):
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


def _canonical_entries(text: str) -> list[Entry]:
    """As `_canonical_fields`, with the place of each."""
    fields = _canonical_fields(text)
    entries = []
    line, counted = 2, 0
    for match in _LINE.finditer(text):
        key_start, colon_end = match.start(), match.end(1) + 1
        line, counted = line + text.count("\n", counted, key_start), key_start
        end = key_start + len(match[0].rstrip(" \r\n"))
        start = min(colon_end + 1, end)
        entries.append(Entry(match[1], fields[match[1]], line, key_start, colon_end, start, end))
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


def _rank(key: str) -> int:
    return KEY_ORDER.index(key) if key in KEY_ORDER else len(KEY_ORDER)


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            "text_invalid",
            "The text holds half of a surrogate pair, which UTF-8 cannot store.",
            hint="Check the encoding of the text's source.",
        ) from error


def _stored(frontmatter: str) -> bytes:
    data = _encode(frontmatter)
    if len(data) > MAX_FRONTMATTER_BYTES:
        raise UsageError(
            "text_too_long",
            "The title and the other fields of a ticket would take more than 64 KiB.",
            hint="Put long text into the description.",
        )
    return data


def _rendered(value: FieldValue, quote: str = "'") -> str:
    if value is None:
        return "null"
    if isinstance(value, tuple):
        return f"[{', '.join(_quoted(text, quote) for text in value)}]"
    return _quoted(value, quote)


def _quoted(text: str, quote: str) -> str:
    if quote == "'" and not re.search(_UNSAFE, text):
        return "'" + text.replace("'", "''") + "'"
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(_UNSAFE, _escaped, escaped) + '"'


def _escaped(match: re.Match[str]) -> str:
    short = {"\n": "\\n", "\t": "\\t"}.get(match[0])
    code = ord(match[0])
    return short or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def _key(key: str) -> str:
    if not 0 < len(key) <= MAX_KEY_LENGTH:
        raise UsageError(
            "text_invalid",
            f"A field's name has 1 to {MAX_KEY_LENGTH} characters, not {len(key)}.",
            hint="Choose another name for the field.",
        )
    return key if _SIMPLE_KEY.fullmatch(key) else _quoted(key, "'")


def _changed(
    text: str, key: str, wanted: Mapping[str, FieldValue], entries: Sequence[Entry], eol: str
) -> str:
    """`text` with `key` replaced, inserted, removed or left, as `wanted` has it."""
    entry = next((entry for entry in entries if entry.key == key), None)
    if key not in wanted:
        return _without(text, entry) if entry else text
    if entry is None:
        return _inserted(text, f"{_key(key)}: {_rendered(wanted[key])}{eol}", key, entries)
    return text if entry.value == wanted[key] else _replaced(text, entry, wanted[key])


def _replaced(text: str, entry: Entry, value: FieldValue) -> str:
    first = text[entry.start : entry.end].lstrip("[- \t\r\n")[:1]
    rendered = _rendered(value, '"' if first == '"' else "'")
    gap = text[entry.colon_end : entry.start]
    if "\n" in gap:
        # A block list: the new value goes next to its key, comments between them stay.
        rendered = " " + rendered + gap.rstrip(" \t\r\n")
        gap = ""
    elif not gap:
        gap = " "
    return text[: entry.colon_end] + gap + rendered + text[entry.end :]


def _inserted(text: str, line: str, key: str, entries: Sequence[Entry]) -> str:
    before = [entry for entry in entries if _rank(entry.key) < _rank(key) < len(KEY_ORDER)]
    if before:
        neighbour = max(before, key=lambda entry: _rank(entry.key))
        at = text.index("\n", neighbour.end) + 1
    else:
        at = len(text)
    first = entries[0].key_start if entries else 0
    indent = text[text.rfind("\n", 0, first) + 1 : first]
    return text[:at] + indent + line + text[at:]


def _without(text: str, entry: Entry) -> str:
    begin = text.rfind("\n", 0, entry.key_start) + 1
    return text[:begin] + text[text.index("\n", entry.end) + 1 :]


def _below(parts: _Parts, body: str) -> bytes:
    """The closing line and all below it with another body, parted as the old one was."""
    closing, rest = parts.closing, parts.rest
    new = _encode(body)
    if new == parts.body:
        return closing.encode() + rest
    if not closing.endswith("\n"):
        closing += parts.eol
    blank = _BLANK_LINE.match(rest)
    # Reading drops one blank line, so a body that begins with one needs another before it.
    if blank or not rest or _BLANK_LINE.match(new):
        closing += blank[0].decode() if blank else parts.eol
    return closing.encode() + new


def _require_outcome(
    edited: bytes, wanted: Mapping[str, FieldValue], body: str | None, path: str
) -> None:
    """Read `edited` back: what was not to change has its value, what was has the new one."""
    reason: StoreInvalidError | None = None
    try:
        item = parse_item(edited, path=path)
        if item.fields == wanted and body in (None, item.body):
            return
    except StoreInvalidError as error:
        reason = error
    raise StoreInvalidError(
        "item_edit_refused",
        f"{path} cannot be changed without harm to what else stands in it; nothing was written.",
        hint="Put the fields into the form `key: 'value'`, one a line, and try again.",
        details={"path": path},
    ) from reason
