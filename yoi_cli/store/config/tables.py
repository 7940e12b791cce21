"""One table of a configuration, read strictly: every key is known and has its type."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

#: Over thirty years: whoever writes more means something else, and 0 says "no limit".
_MOST_SECONDS = 1e9
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SettingProblem(NamedTuple):
    """What is wrong with one key; `key` is its path, such as `profiles.ada.command`."""

    key: str
    message: str
    hint: str = ""


class TableReader:
    """Takes keys from the table `name`; what is wrong goes into `problems`.

    A value that is absent, or wrong, is answered with the default. `finish` reports the keys
    that nobody took.
    """

    def __init__(self, name: str, table: object, problems: list[SettingProblem]) -> None:
        self.name = name
        self.problems = problems
        self._taken: set[str] = set()
        self._table: Mapping[str, object] = {}
        if isinstance(table, Mapping):
            self._table = table
        else:
            problems.append(
                SettingProblem(name, "is not a table", f"Begin it with a line [{name}].")
            )

    def wrong(self, key: str, message: str, hint: str = "") -> None:
        """Report what is wrong with `key`."""
        self.problems.append(SettingProblem(f"{self.name}.{key}", message, hint))

    def has(self, key: str) -> bool:
        return key in self._table

    def take(self, key: str) -> object:
        """The raw value of `key`, None where it is absent."""
        self._taken.add(key)
        return self._table.get(key)

    def text(self, key: str, default: str = "") -> str:
        """A text of one line that is not blank."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, str) and value.strip() and value.isprintable():
            return value
        self.wrong(key, "is not a text of one line")
        return default

    def foreign(self, *keys: str) -> None:
        """Texts of any form that another program reads."""
        for key in keys:
            if not isinstance(self.take(key) or "", str):
                self.wrong(key, "is not a text")

    def choice(self, key: str, words: Sequence[str], default: str) -> str:
        """One of `words`."""
        value = self.take(key)
        if value is None or value in words:
            return default if value is None else str(value)
        self.wrong(key, f"is none of {', '.join(words)}")
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(key, "is neither true nor false")
        return default

    def count(self, key: str, default: int, *, least: int) -> int:
        """A whole number of `least` or more."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.wrong(key, f"is not a whole number of {least} or more")
        return default

    def seconds(self, key: str, default: float) -> float:
        """A number of seconds of 0 or more."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.wrong(key, "is not a number of seconds")
        elif 0.0 <= value <= _MOST_SECONDS:
            return float(value)
        else:
            self.wrong(key, "is not a number of seconds from 0 to a thousand million")
        return default

    def arguments(self, key: str) -> tuple[str, ...]:
        """A command: an array of texts, the first of which is not empty."""
        value = self.take(key)
        if value is None:
            return ()
        if isinstance(value, str):
            hint = f'Give the arguments one by one: {key} = ["make", "test"].'
            self.wrong(key, "is a text, not an array", hint)
            return ()
        found = argument_list(value)
        if not found:
            self.wrong(key, "is not an array of texts that begins with a program")
        return found

    def commands(self, key: str) -> tuple[tuple[str, ...], ...]:
        """An array of commands."""
        value = self.take(key)
        if value is None:
            return ()
        found = tuple(map(argument_list, value)) if isinstance(value, list) else ((),)
        if all(found):
            return found
        hint = f'Give each as an array: {key} = [["make", "test"]].'
        self.wrong(key, "is not an array of commands", hint)
        return ()

    def variables(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """An array of names of environment variables."""
        value = self.take(key)
        if value is None:
            return default
        names = value if isinstance(value, list) else [None]
        if all(isinstance(name, str) and _VARIABLE.fullmatch(name) for name in names):
            return tuple(map(str, names))
        hint = "Name the variables only; their values come from the environment."
        self.wrong(key, "is not an array of names of variables", hint)
        return default

    def finish(self, known: str) -> None:
        """Report every key that nobody took; `known` names those there are."""
        for key in self._table:
            if key not in self._taken:
                self.wrong(key, "is not a key that there is", f"There are: {known}.")


def argument_list(value: object) -> tuple[str, ...]:
    """`value` as an argument list, empty where it is none that can be run."""
    if not isinstance(value, list) or not value or value[0] == "":
        return ()
    if not all(isinstance(word, str) and "\0" not in word for word in value):
        return ()
    return tuple(map(str, value))
