"""Writing item.md: a new one, or one thing changed in it, byte for byte (docs/format.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError, UsageError
from yoi_cli.model.fields import KEY_ORDER
from yoi_cli.store.formats.item import (
    BLANK_LINE,
    MAX_FRONTMATTER_BYTES,
    MAX_KEY_LENGTH,
    SIMPLE_KEY,
    WIDE_UNSAFE,
    parse_item,
    read_entries,
    whole_parts,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.formats.item import ItemParts
    from yoi_cli.store.formats.item_entry import FrontmatterEntry

#: What YAML breaks lines at, skips or refuses; compiled by `re` when first used.
_UNSAFE = rf"[\x00-\x1f\x7f]|{WIDE_UNSAFE}"


def edit_item(
    data: bytes,
    changes: Mapping[str, FieldValue],
    *,
    path: str,
    remove: Collection[str] = (),
    body: str | None = None,
) -> bytes:
    """`data` with `changes` made, the keys in `remove` taken out and the body replaced.

    Every other byte stays (docs/format.md): quoting style, key order, unknown keys,
    comments, line ends. A key that has its value already is not touched; a new one goes
    after its nearest predecessor in KEY_ORDER. `body` is written as it is given.

    Raises the errors of `parse_item`; UsageError `text_invalid`, `text_too_long`;
    StoreInvalidError `item_edit_refused` if the outcome would not read back as asked.
    """
    parts = whole_parts(data, path)
    old = {entry.key: entry.value for entry in read_entries(parts.text, path)}
    wanted = {key: value for key, value in {**old, **changes}.items() if key not in remove}
    text = parts.text
    for key in sorted({**changes, **dict.fromkeys(remove)}, key=_rank):
        text = _changed(text, key, wanted, read_entries(text, path), parts.eol)
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
    return key if SIMPLE_KEY.fullmatch(key) else _quoted(key, "'")


def _changed(
    text: str,
    key: str,
    wanted: Mapping[str, FieldValue],
    entries: Sequence[FrontmatterEntry],
    eol: str,
) -> str:
    """`text` with `key` replaced, inserted, removed or left, as `wanted` has it."""
    entry = next((entry for entry in entries if entry.key == key), None)
    if key not in wanted:
        return _without(text, entry) if entry else text
    if entry is None:
        return _inserted(text, f"{_key(key)}: {_rendered(wanted[key])}{eol}", key, entries)
    return text if entry.value == wanted[key] else _replaced(text, entry, wanted[key])


def _replaced(text: str, entry: FrontmatterEntry, value: FieldValue) -> str:
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


def _inserted(text: str, line: str, key: str, entries: Sequence[FrontmatterEntry]) -> str:
    before = [entry for entry in entries if _rank(entry.key) < _rank(key) < len(KEY_ORDER)]
    if before:
        neighbour = max(before, key=lambda entry: _rank(entry.key))
        at = text.index("\n", neighbour.end) + 1
    else:
        at = len(text)
    first = entries[0].key_start if entries else 0
    indent = text[text.rfind("\n", 0, first) + 1 : first]
    return text[:at] + indent + line + text[at:]


def _without(text: str, entry: FrontmatterEntry) -> str:
    begin = text.rfind("\n", 0, entry.key_start) + 1
    return text[:begin] + text[text.index("\n", entry.end) + 1 :]


def _below(parts: ItemParts, body: str) -> bytes:
    """The closing line and all below it with another body, parted as the old one was."""
    closing, rest = parts.closing, parts.rest
    new = _encode(body)
    if new == parts.body:
        return closing.encode() + rest
    if not closing.endswith("\n"):
        closing += parts.eol
    blank = BLANK_LINE.match(rest)
    # Reading drops one blank line, so a body that begins with one needs another before it.
    if blank or not rest or BLANK_LINE.match(new):
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
