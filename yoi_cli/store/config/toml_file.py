"""A configuration file as TOML: its tables, the lines of its keys, and what is wrong in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HINT = "Correct the file; docs/format.md lists its tables and keys."
#: Reading a key of thousands of parts takes tomllib many seconds.
_DEEPEST_KEY = 64
_PART = rb"""(?:(?<![\w-])[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+"""
_DEEP_KEY = re.compile(rb"(?:%b\.[ \t]*+){%d,}" % (_PART, _DEEPEST_KEY))
_PLACE = re.compile(r" \(at line (\d+), (column \d+)\)$")


class SettingProblem(NamedTuple):
    """What is wrong with one key.

    `key` is its path, such as `profiles.ada.command`; it is empty where the file as a whole
    cannot be read. `line` is 1-based, None where it cannot be told. `is_ignored` marks a key
    that nothing reads, or of which something is not: doctor tells of it, and it harms nobody.
    """

    key: str
    message: str
    line: int | None
    hint: str = ""
    is_ignored: bool = False

    @property
    def table(self) -> str:
        return self.key.partition(".")[0]

    @property
    def sentence(self) -> str:
        return f"{self.key}: {self.message}." if self.key else f"{self.message}."


def load_tables(data: bytes) -> Mapping[str, object] | SettingProblem:
    """The tables of a TOML file, or why it is none."""
    import tomllib

    if len(data) > _DEEPEST_KEY and (deep := _DEEP_KEY.search(data)):
        line = data.count(b"\n", 0, deep.start()) + 1
        return SettingProblem("", f"a key has more than {_DEEPEST_KEY} parts", line)
    try:
        loaded: Mapping[str, object] = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return SettingProblem("", "it is not UTF-8", data.count(b"\n", 0, error.start) + 1)
    except tomllib.TOMLDecodeError as error:
        found = _PLACE.search(str(error))
        reason = _PLACE.sub(r", \2", str(error))
        return SettingProblem("", f"it is not TOML: {reason}", int(found[1]) if found else None)
    except RecursionError:
        return SettingProblem("", "it is nested too deeply", None)
    except ValueError:
        return SettingProblem("", "a number in it is too long", None)
    return loaded


def refusal(path: str, problems: Sequence[SettingProblem]) -> StoreInvalidError:
    """The error for a file with `problems`: it tells the first, and its details all."""
    first = problems[0]
    place = path if first.line is None else f"{path}:{first.line}"
    keyed = [problem.sentence for problem in problems if problem.key]
    return StoreInvalidError(
        "config_invalid",
        f"{place}: {first.sentence}",
        hint=first.hint or _HINT,
        details={
            "path": path,
            "line": first.line,
            **({"key": first.key, "problems": keyed} if keyed else {}),
        },
    )


def line_of(text: str, key: str) -> int | None:
    """The line of `key`, or else that of the nearest table that it is in; None where neither is
    to be found."""
    table, _, name = key.rpartition(".")
    heading = re.search(rf"^[ \t]*\[[ \t]*{_path(table)}[ \t]*\][^\n]*", text, re.MULTILINE)
    place = _search(text, key, 0, len(text))
    if table and heading is not None:
        following = re.compile(r"^[ \t]*\[", re.MULTILINE).search(text, heading.end())
        end = following.start() if following else len(text)
        place = _search(text, name, heading.end(), end) or place or heading
    if place is None:
        return line_of(text, table) if table else None
    return text.count("\n", 0, place.start()) + 1


def _search(text: str, key: str, start: int, end: int) -> re.Match[str] | None:
    """Where a line begins with `key`, or with the heading of its table."""
    named = rf"^[ \t]*(?:\[+[ \t]*)?{_path(key)}[ \t]*[].=]"
    return re.compile(named, re.MULTILINE).search(text, start, end)


def _path(key: str) -> str:
    """A pattern for a key, any part of which may stand in quotes."""
    return rf"[\"']?{re.escape(key)}[\"']?".replace(r"\.", r"[\"']?[ \t]*\.[ \t]*[\"']?")
