"""Changing one key of a configuration file and nothing else: comments, order and line ends stay."""

from __future__ import annotations

import copy
import json
import math
import re
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.store.config.toml_file import SettingProblem, load_tables, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEADING = re.compile(r"^[ \t]*\[")


def toml_value(text: str) -> object:
    """The value that `text` is in TOML, of a type that a setting may have; None for another."""
    loaded = load_tables(f"value = {text}".encode())
    if isinstance(loaded, SettingProblem) or loaded.keys() != {"value"} or "\n" in text:
        return None
    return loaded["value"] if _is_plain(loaded["value"]) else None


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return isinstance(value, (str, int)) or (isinstance(value, float) and math.isfinite(value))


def toml_text(value: object) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(toml_text, value)) + "]"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def with_setting(data: bytes, key: Sequence[str], value: object, *, path: str) -> bytes:
    """The file `data` with `value` at `key`.

    Raises `StoreInvalidError`: `config_invalid` for what is no TOML, and `config_not_editable` for
    a file whose form does not let the one key be changed alone. What comes of it is read again and
    held against what is wanted.
    """
    loaded = load_tables(data)
    if isinstance(loaded, SettingProblem):
        raise refusal(path, [loaded])
    text = data.decode("utf-8-sig")
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.replace("\r\n", "\n").split("\n")
    table, name = ".".join(map(_part, key[:-1])), _part(key[-1])
    changed = newline.join(_changed(lines, table, name, toml_text(value)))
    mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
    result = mark + changed.encode()
    if load_tables(result) != _wanted(loaded, key, value):
        raise StoreInvalidError(
            "config_not_editable",
            f"{path}: {'.'.join(key)} cannot be changed without changing more.",
            hint=f"Nothing was written; put {name} = {toml_text(value)} below [{table}] by hand.",
            details={"path": path, "key": ".".join(key)},
        )
    return result


def _part(word: str) -> str:
    return word if _BARE.fullmatch(word) else toml_text(word)


def _wanted(loaded: Mapping[str, object], key: Sequence[str], value: object) -> object:
    wanted = copy.deepcopy(dict(loaded))
    table: dict[str, object] = wanted
    for word in key[:-1]:
        below = table.setdefault(word, {})
        if not isinstance(below, dict):
            return None
        table = below
    table[key[-1]] = list(value) if isinstance(value, tuple) else value
    return wanted


def _changed(lines: list[str], table: str, name: str, value: str) -> list[str]:
    """`lines` with the assignment in place of the one of its name, else at the end of its table,
    else in a new one."""
    heading = re.compile(rf"^[ \t]*\[[ \t]*{re.escape(table)}[ \t]*\][ \t]*(?:#.*)?$")
    start = next((n for n, line in enumerate(lines) if heading.match(line)), None)
    if start is None:
        while lines and not lines[-1].strip():
            lines = lines[:-1]
        between = [""] if lines else []
        return [*lines, *between, f"[{table}]", f"{name} = {value}", ""]
    assigned = re.compile(rf"^([ \t]*){re.escape(name)}[ \t]*=")
    last, number = start, start + 1
    while number < len(lines) and not _HEADING.match(lines[number]):
        line = lines[number]
        if not line.strip() or line.lstrip().startswith("#"):
            number += 1
            continue
        stop, comment = _extent(lines, number)
        found = assigned.match(line)
        if found:
            said = f"{found[1]}{name} = {value}{comment}"
            return [*lines[:number], said, *lines[stop:]]
        last, number = stop - 1, stop
    return [*lines[: last + 1], f"{name} = {value}", *lines[last + 1 :]]


def _extent(lines: Sequence[str], start: int) -> tuple[int, str]:
    """The line behind an assignment that begins at `start`, and the comment at its end."""
    first = lines[start]
    for place in (found.start() for found in re.finditer(r"[ \t]*#", first)):
        if not isinstance(load_tables(first[:place].encode()), SettingProblem):
            return start + 1, first[place:]
    stop = start + 1
    while stop < len(lines) and isinstance(
        load_tables("\n".join(lines[start:stop]).encode()), SettingProblem
    ):
        stop += 1
    return stop, ""
