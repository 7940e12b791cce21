"""Events as text: how a log is written (docs/format.md)."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.store.formats.thread import LINES, trim_body
from yoi_cli.store.formats.thread_escaping import (
    ESCAPING,
    LINE_ENDS,
    escape_any_line,
    escape_body,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.model.events import NewEvent

_BARE_VALUE = r"[^\s\"\\]+"
_KEY = r"[A-Za-z_][A-Za-z0-9_-]*"
#: Where a cut behind the dashes would leave what looks like an event's last line.
_LIKE_AN_END = r"(?:\A|\n\r?\n)---"
_REFUSED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})


def encode_event(event: NewEvent, *, at: str, event_id: str, newline: str = "\n") -> bytes:
    """The block of `event` as it stands in a thread, from its header to its closing `---`.

    Raises `UsageError` for a header value or a body that no thread can hold.
    """
    lines = ["", f"## {event.heading}", ""]
    given = trim_body(check_text(event.body, "The text"))
    body = escape_any_line(given)
    is_plain = body == escape_body(given)
    if body:
        lines += [*body.split("\n"), ""]
    pairs = [("event", event.kind), ("author", event.author), ("at", at), *event.attributes]
    if not is_plain:
        pairs.append((ESCAPING, LINE_ENDS))
    if re.search(_LIKE_AN_END, body):
        pairs.append((LINES, str(len(lines) - 2)))
    header = encode_header([*pairs, ("id", event_id)])
    return (newline.join([header, *lines, "---"]) + newline).encode()


def encode_header(pairs: Iterable[tuple[str, str]]) -> str:
    """The header line of `pairs`, in their order."""
    return "<!-- " + " ".join(f"{key}: {_value(key, value)}" for key, value in pairs) + " -->"


def _value(key: str, value: str) -> str:
    # Nearly every key is a plain word, and asking that costs a tenth.
    if not (key.isascii() and key.isalpha()) and not re.fullmatch(_KEY, key):
        raise UsageError("header_key_invalid", f"{key!r} cannot be a key in an event's header.")
    check_header_value(key, value)
    if re.fullmatch(_BARE_VALUE, value):
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def check_header_value(key: str, value: str) -> None:
    """Refuse a value that could end its header, or hide in it (never cleaned up silently).

    Raises `UsageError` for control characters, line separators, lone surrogates and `-->`.
    """
    if "-->" in value or has_control(value):
        raise UsageError(
            "header_value_invalid",
            f"The {key} {value[:60]!r} cannot stand in an event's header.",
            hint="Leave out control characters, line breaks and `-->`; nothing was written.",
            details={"key": key},
        )


def has_control(text: str) -> bool:
    """Whether `text` has a control character, a line separator or a lone surrogate."""
    # All of them are unprintable to Python, which is the cheapest question to ask.
    return not text.isprintable() and any(
        unicodedata.category(char) in _REFUSED_CATEGORIES for char in text
    )


def check_text(text: str, what: str) -> str:
    """`text` itself, where a file can hold it.

    Raises `UsageError` for NUL, which marks a torn append, and for lone surrogates.
    """
    if "\0" in text:
        problem = "holds a NUL character"
    elif not is_encodable(text):
        problem = "is not valid Unicode"
    else:
        return text
    raise UsageError("text_invalid", f"{what} {problem}.", hint="Nothing was written; correct it.")


def is_encodable(text: str) -> bool:
    """Whether `text` can be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
