"""JSON that other tools write: a document, an array, pages of arrays, or a document a line.

Records are read one by one, each with the line where it begins, so that one that is broken is named
and hides no other: what follows is read from the next line that begins one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.transfer.model import ImportProblem, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

#: How many bytes one source may have.
SOURCE_LIMIT = 1 << 30
#: How many bytes one record may have: more than a ticket can hold.
RECORD_LIMIT = 32 << 20
#: How deep a record may be nested.
_DEPTH_LIMIT = 64
_BETWEEN = re.compile(r"[\s,]*")
_HALF = re.compile("[\ud800-\udfff]")


class Record(NamedTuple):
    """One object of a source: its number and its line (both from 1), and its values as text."""

    number: int
    line: int
    values: dict[str, Value]


def read_records(data: bytes, path: str) -> Iterator[Record | ImportProblem]:
    """Each record of `data`, or the problem that it has; `path` is how problems call the source."""
    text, bad_lines = _decoded(data)
    for line in bad_lines:
        yield ImportProblem(path, line, "the line is not UTF-8; characters were replaced in it")
    number, position, line, depth = 0, 0, 1, 0
    while True:
        start = _skip(text, position)
        while start < len(text) and text[start] in "[]":
            depth += 1 if text[start] == "[" else -1
            start = _skip(text, start + 1)
        line += text.count("\n", position, start)
        if start >= len(text):
            break
        number += 1
        try:
            values, position = _object(text, start)
            yield Record(number, line, values)
        except (ValueError, RecursionError) as error:
            position = _next_record(text, start)
            said = f"record {number} {_said(error)}"
            if position == len(text) and text.find("\n", start, -1) < 0:
                said += "; what follows in this line was not read"
            yield ImportProblem(path, line, said)
        line += text.count("\n", start, position)
    if depth > 0:
        message = f"the array has no end: the file was cut short, after record {number}"
        yield ImportProblem(path, line, message)


def _skip(text: str, position: int) -> int:
    found = _BETWEEN.match(text, position)
    return position if found is None else found.end()


def _object(text: str, start: int) -> tuple[dict[str, Value], int]:
    if text[start] != "{":
        raise ValueError("is no object")
    parsed, end = _DECODER.raw_decode(text, start)
    if end - start > RECORD_LIMIT:
        raise ValueError("is larger than 32 MiB")
    values = _value(parsed, 0)
    if not isinstance(values, dict):
        raise ValueError("is no object")
    return values, end


def _next_record(text: str, start: int) -> int:
    """Where the line begins that has a record of its own again: no deeper than the broken one."""
    indent = start - (text.rfind("\n", 0, start) + 1)
    found = re.compile(rf"\n(?=[ \t]{{0,{min(indent, 80)}}}[,\[]?\{{)").search(text, start)
    return len(text) if found is None else found.end()


def _said(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"is not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
    if isinstance(error, RecursionError):
        return "is nested too deep"
    return str(error)


def _decoded(data: bytes) -> tuple[str, list[int]]:
    """The text, with what is not UTF-8 replaced, and the lines where that was."""
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        bad: list[int] = []
        texts: list[str] = []
        for number, line in enumerate(lines, start=1):
            try:
                texts.append(line.decode())
            except UnicodeDecodeError:
                bad.append(number)
                texts.append(line.decode(errors="replace"))
        return "\n".join(texts), bad


def _value(parsed: object, depth: int) -> Value:
    """A parsed value as texts, lists and mappings; line ends are `\\n`."""
    if depth > _DEPTH_LIMIT:
        raise ValueError("is nested too deep")
    if isinstance(parsed, str):
        if _HALF.search(parsed):
            raise ValueError("holds half a character")
        return parsed.replace("\r\n", "\n") if "\r" in parsed else parsed
    if isinstance(parsed, dict):
        return {key: _value(value, depth + 1) for key, value in parsed.items()}
    if isinstance(parsed, list):
        return [_value(entry, depth + 1) for entry in parsed]
    return "" if parsed is None else json.dumps(parsed)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ValueError(f"has the key {twice[:40]!r} twice")
    return values


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"holds {word}, which is no JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)
