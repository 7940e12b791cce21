"""A second reader of item.md, written from docs/format.md: the plain form, and nothing else."""

from __future__ import annotations

import re
from typing import NamedTuple

Value = str | tuple[str, ...] | None

_KEY = r"[A-Za-z_][A-Za-z0-9_-]{0,99}"
_WORD = r"[A-Za-z0-9][A-Za-z0-9_./+-]*"
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/"}
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\t]")


class Item(NamedTuple):
    """An item's fields, and its description in bytes."""

    fields: dict[str, Value]
    description: bytes


def read_item(data: bytes) -> Item | None:
    """An item in the plain form; None for any other, which a reader may refuse."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return None
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    ends = [n for n, one in enumerate(lines) if one.removesuffix(b"\r").rstrip(b" \t") == b"---"]
    if len(lines) < 2 or len(ends) < 2 or ends[0] != 0:
        return None
    front = lines[1 : ends[1]]
    if len(b"\n".join(front)) + 1 > 64 * 1024:
        return None
    rest = lines[ends[1] + 1 :]
    if len(rest) > 1 and rest[0] in (b"", b"\r"):
        rest = rest[1:]
    fields: dict[str, Value] = {}
    for line in front:
        found = re.fullmatch(rf"({_KEY}):(?: (.*))?", line.decode().removesuffix("\r").rstrip(" "))
        if found is None or found[1] in fields or _ODD.search(found[0]):
            return None
        value = _value(found[2] or "")
        if isinstance(value, bool):
            return None
        fields[found[1]] = value
    return Item(fields, b"\n".join(rest))


def _value(said: str) -> Value | bool:
    """A value; False for one that is not in the plain form."""
    if said in ("", "null", "~"):
        return None
    if said[0] == "[" and said[-1] == "]" and len(said) > 1:
        return _list(said[1:-1].strip(" "))
    if said[0] in "'\"":
        text, rest = _quoted(said)
        return False if rest or text is None else text
    return said if re.fullmatch(rf"{_WORD}([ :][A-Za-z0-9_./+-]+)*", said) else False


def _list(rest: str) -> Value | bool:
    found: list[str] = []
    while rest:
        text: str | None
        if rest[0] in "'\"":
            text, rest = _quoted(rest)
        else:
            word = re.match(_WORD, rest)
            text = word[0] if word else None
            rest = rest[len(text or "") :]
            text = None if text == "null" else text
        parted = re.match(r" *(?:, +|,(?=['\"]))", rest)
        if text is None or (rest and (parted is None or parted.end() == len(rest))):
            return False
        rest = rest[parted.end() :] if parted else ""
        found.append(text)
    return tuple(found)


def _quoted(said: str) -> tuple[str | None, str]:
    """The text in quotes that `said` begins with, None where it is in no form, and the rest."""
    if said[0] == "'":
        whole = re.match(r"'((?:[^']|'')*)'(?!')", said)
        return (whole[1].replace("''", "'"), said[whole.end() :]) if whole else (None, "")
    text, at = "", 1
    while at < len(said) and said[at] != '"':
        if said[at] != "\\":
            text, at = text + said[at], at + 1
            continue
        digits = {"x": 2, "u": 4}.get(said[at + 1 : at + 2], 0)
        code = said[at + 2 : at + 2 + digits]
        if digits:
            if not re.fullmatch(rf"[0-9A-Fa-f]{{{digits}}}", code):
                return None, ""
            text += chr(int(code, 16))
        else:
            text += _ESCAPES.get(said[at + 1 : at + 2], "\ud800")
        at += 2 + digits
    is_text = at < len(said) and not any("\ud800" <= one <= "\udfff" for one in text)
    return (text if is_text else None), said[at + 1 :]
