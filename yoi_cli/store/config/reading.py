"""The tables of `ticket.config.toml`, held against their definitions (`model/settings.py`).

Each key by itself, so that all that is wrong is told, and each with its line.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, TypeVar, get_args, get_origin

from msgspec import Struct, ValidationError, convert
from msgspec.structs import fields

from yoi_cli.model.settings import Expected, SettingsTables
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.config.toml_file import SettingProblem, line_of, load_tables, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_Tables = TypeVar("_Tables", bound=Struct)
#: What msgspec says of a value that is of another type, and what we call that type.
_OTHER_TYPE = re.compile(r"Expected `.*`, got `(\w+)`")
_TYPES = {
    "str": "text",
    "bool": "true or false",
    "int": "a number",
    "float": "a fraction",
    "array": "an array",
    "list": "an array",
    "object": "a table",
}
_ANYTHING = Expected[object]("a value")


class TablesRead(NamedTuple):
    """The tables, with defaults in place of what is wrong, and all that is wrong."""

    tables: SettingsTables
    problems: tuple[SettingProblem, ...]


def read_tables(data: bytes, *, path: str) -> TablesRead:
    """The tables in a configuration file's bytes.

    Raises `StoreInvalidError` (`config_invalid`) for what is not TOML.
    """
    loaded = load_tables(data)
    if isinstance(loaded, SettingProblem):
        raise refusal(path, [loaded])
    check = _Check(data.decode("utf-8-sig"))
    sound = check.table(SettingsTables, loaded, "")
    return TablesRead(convert(sound, SettingsTables), tuple(check.problems))


def read_file(kind: type[_Tables], data: bytes, *, path: str) -> _Tables:
    """The tables of a file that are of `kind`, in which nothing may be wrong.

    Raises `StoreInvalidError` (`config_invalid`), which names the file, the line and the key.
    """
    loaded = load_tables(data)
    if isinstance(loaded, SettingProblem):
        raise refusal(path, [loaded])
    check = _Check(data.decode("utf-8-sig"))
    sound = check.table(kind, loaded, "")
    if check.problems:
        raise refusal(path, check.problems)
    return convert(sound, kind)


@cache
def _types_of(kind: type[Struct]) -> Mapping[str, object]:
    """The type of each key of a table."""
    return MappingProxyType({one.name: one.type for one in fields(kind)})


class _Check:
    """Collects the problems of one file."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.problems: list[SettingProblem] = []

    def table(self, kind: type[Struct], table: Mapping[str, object], at: str) -> dict[str, object]:
        """What is sound of `table`; `at` is the path to it, with a dot at its end."""
        known = _types_of(kind)
        sound: dict[str, object] = {}
        for name, value in table.items():
            key = at + name[:60]
            if name in known:
                self._take(sound, name, known[name], value, key)
            else:
                is_ignored = not kind.__struct_config__.forbid_unknown_fields
                hint = f"There are: {', '.join(known)}."
                self._add(key, "unknown key", hint, is_ignored=is_ignored)
        return sound

    def _take(
        self, sound: dict[str, object], name: str, kind: object, value: object, key: str
    ) -> None:
        """Add to `sound` what is sound of `value`, which is to be of the type `kind`."""
        parts = get_args(kind)
        table = next((one for one in (kind, *parts) if _is_table(one)), None)
        if table is None:
            if self._is_sound(kind, value, key):
                sound[name] = value
        elif not isinstance(value, dict):
            what = f"a table is expected, not {_word(type(value).__name__)}"
            self._add(key, what, f"Begin it with a line [{key}].")
        elif isinstance(table, type) and issubclass(table, Struct):
            sound[name] = self.table(table, value, f"{key}.")
        else:
            sound[name] = self._names(parts, value, f"{key}.")

    def _names(
        self, kinds: Sequence[object], table: Mapping[str, object], at: str
    ) -> dict[str, object]:
        """What is sound of a table with names for keys; `kinds` are those of name and value."""
        sound: dict[str, object] = {}
        for name, value in table.items():
            key = at + name[:60]
            if self._is_sound(kinds[0], name, key):
                self._take(sound, name, kinds[1], value, key)
        return sound

    def _is_sound(self, kind: object, value: object, key: str) -> bool:
        """Whether `value` is of the type `kind` and what the definition expects beyond that."""
        expected = _expected(kind)
        instead = ""
        try:
            converted: object = convert(value, kind)
            if expected.holds is None or expected.holds(converted):
                return True
        except ValidationError as error:
            other = _OTHER_TYPE.fullmatch(str(error))
            instead = f", not {_word(other[1])}" if other else ""
        self._add(key, f"{expected.what} is expected{instead}", expected.hint)
        return False

    def _add(self, key: str, message: str, hint: str, *, is_ignored: bool = False) -> None:
        line = line_of(self._text, key)
        self.problems.append(SettingProblem(key, message, line, hint, is_ignored))


def _is_table(kind: object) -> bool:
    """Whether the type `kind` is a table of known keys, or one of names."""
    return get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, Struct))


def _expected(kind: object) -> Expected[object]:
    """What the definition says of values of the type `kind`, which may be optional."""
    for one in (kind, *get_args(kind)):
        if get_origin(one) is Annotated:
            return next(part for part in get_args(one) if isinstance(part, Expected))
    return _ANYTHING


def _word(kind: str) -> str:
    return _TYPES.get(kind, "a time")
