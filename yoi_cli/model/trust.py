"""What the settings of a workspace can run, and which of it a clone has been told to trust
(docs/trust.md)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: The tables whose settings say what is run, in which environment, and what it may touch.
RUNNING_TABLES = ("profiles", "roles", "worker", "orchestration", "notify")
#: Single settings of other tables that let something run.
_RUNNING_KEYS = (("git", "run_hooks"),)
#: The last parts of keys whose values are commands.
_COMMANDS = frozenset({"command", "validate", "setup", "login"})

TRUSTED = "trusted"
#: Nothing was ever trusted in this clone.
UNTRUSTED = "untrusted"
#: It came from elsewhere since something was trusted.
CHANGED = "changed"


class RunningSetting(NamedTuple):
    """One setting: its key (`profiles.ada.command`), its value as JSON, and whether that is a
    command."""

    key: str
    value: str
    is_command: bool

    @property
    def text(self) -> str:
        return f"{self.key} = {self.value}"


class RunningSettings(NamedTuple):
    """All settings that say what is run, by key; none where the file says nothing of it."""

    settings: tuple[RunningSetting, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(setting.text for setting in self.settings)

    @property
    def digest(self) -> str:
        """A name for exactly these settings: 64 hexadecimal digits."""
        return sha256("\n".join(self.lines).encode("utf-8", "surrogateescape")).hexdigest()


class TrustRecord(NamedTuple):
    """What a clone trusts: the digests of settings, the newest last, and the newest as lines."""

    digests: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


class SettingsOrigin(NamedTuple):
    """The commit that a settings file came with; `is_here` is whether it was made in this clone."""

    commit: str
    author: str
    date: str
    subject: str
    is_here: bool


class SettingsTrust(NamedTuple):
    """Whether the settings may run, and what a person should see of them to decide.

    `state` is trusted, untrusted or changed; `why` says so in a sentence. `before` are the lines
    that were trusted last. `origin` is None for what is not committed.
    """

    state: str
    why: str
    settings: RunningSettings
    before: tuple[str, ...] = ()
    origin: SettingsOrigin | None = None

    @property
    def difference(self) -> tuple[str, ...]:
        """What changed since something was trusted, as lines of a diff."""
        return difference(self.before, self.settings.lines)


def running_settings(tables: Mapping[str, object]) -> RunningSettings:
    """The settings that say what is run, of a settings file's tables."""
    found = [one for name in RUNNING_TABLES for one in _leaves(name, tables.get(name))]
    for table, key in _RUNNING_KEYS:
        holder = tables.get(table)
        if isinstance(holder, dict) and key in holder:
            found += _leaves(f"{table}.{key}", holder[key])
    return RunningSettings(tuple(sorted(found)))


def difference(before: Sequence[str], now: Sequence[str]) -> tuple[str, ...]:
    """The lines that went (`-…`) and came (`+…`)."""
    from difflib import unified_diff

    lines = unified_diff(before, now, n=0, lineterm="")
    return tuple(line for line in lines if line[:3] not in ("---", "+++") and line[:2] != "@@")


def _leaves(key: str, value: object) -> Iterator[RunningSetting]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{key}.{name}", inner)
    elif value is not None:
        text = json.dumps(value, ensure_ascii=False, default=str)
        yield RunningSetting(key, text, key.rpartition(".")[2] in _COMMANDS)
