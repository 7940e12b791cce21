"""Profiles and roles as `ticket.config.toml` makes them of its tables and of the presets.

What no table can say by itself is checked here (docs/orchestrate.md). Read strictly, and only
by the commands that need it: a store whose settings for workers are wrong can still be listed
and written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import asdict

from yoi_cli.model.workers.presets import PRESETS
from yoi_cli.model.workers.profiles import LOCAL, Profile, RoleRuntimes, Settings
from yoi_cli.model.workers.spec import withheld
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.config.reading import read_tables
from yoi_cli.store.config.store_config import WORKER_TABLES
from yoi_cli.store.config.toml_file import SettingProblem, line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from yoi_cli.model.settings import (
        ProfileSettings,
        RoleSettings,
        SettingsTables,
        WorkerSettings,
    )

    _Report = Callable[[str, str, str], None]

#: Selectors of the original system, which finds its profiles elsewhere.
_FOREIGN = re.compile(r"inherit|(?:builtin|user|project):.+")


class SettingsRead(NamedTuple):
    """The settings, with defaults for what is wrong, and all that is wrong."""

    settings: Settings
    problems: tuple[SettingProblem, ...]


def parse_settings(data: bytes, *, path: str) -> SettingsRead:
    """The settings in a configuration file's bytes, and what is wrong with them.

    Raises `StoreInvalidError` (`config_invalid`) for what is not TOML.
    """
    tables, found = read_tables(data, path=path)
    problems = [one for one in found if one.table in WORKER_TABLES]

    def report(key: str, message: str, hint: str) -> None:
        if all(one.key != key for one in problems):
            problems.append(
                SettingProblem(key, message, line_of(data.decode("utf-8-sig"), key), hint)
            )

    profiles = _profiles(tables, report)
    problems += _withheld(profiles, tables, data)
    own, foreign = {}, {}
    for role, name in _selectors(tables):
        if name in profiles:
            own[role] = name
        elif _FOREIGN.fullmatch(name):
            foreign[role] = name
        else:
            what = f"there is no profile {name[:60]!r}"
            report(f"roles.{role}.profile", what, f"There are: {', '.join(profiles)}.")
    settings = Settings(
        profiles,
        own,
        tables.worker,
        tables.orchestration,
        foreign,
        tables.notify,
        dict(_runtimes(tables)),
    )
    return SettingsRead(settings, tuple(problems))


def _profiles(tables: SettingsTables, report: _Report) -> Mapping[str, Profile]:
    """The presets and the tables' own; what a table does not say, the preset of its name says."""
    limits = tables.worker
    found = {name: _bounded(preset, limits) for name, preset in PRESETS.items()}
    for name, table in tables.profiles.items():
        base = found.get(name, _bounded(Profile(name, (), confine=limits.confine), limits))
        profile = _profile(base, table)
        key = f"profiles.{name}"
        if not profile.command:
            hint = 'Write command = ["PROGRAM", "ARGUMENT"].'
            report(f"{key}.command", "it is missing", hint)
        if profile.prompt != "argument" and _names_prompt(profile.command):
            report(f"{key}.prompt", "argument is expected, since the command has {prompt}", "")
        found[name] = profile
    for name, profile in found.items():
        if profile.fallback and (profile.fallback not in found or profile.fallback == name):
            hint = f"There are: {', '.join(one for one in found if one != name)}."
            what = f"there is no other profile {profile.fallback[:60]!r}"
            report(f"profiles.{name}.fallback", what, hint)
            found[name] = profile._replace(fallback="")
    return found


def _withheld(
    profiles: Mapping[str, Profile], tables: SettingsTables, data: bytes
) -> Iterator[SettingProblem]:
    """What a table says in `environment` and is not passed on: the profile can run without it."""
    for name in tables.profiles:
        names = ", ".join(withheld(profiles[name], tables.worker))
        if names:
            key = f"profiles.{name}.environment"
            what = f"{names} is not passed on: whatever looks like a secret must be in secrets"
            line = line_of(data.decode("utf-8-sig"), key)
            yield SettingProblem(key, what, line, is_ignored=True)


def _bounded(profile: Profile, limits: WorkerSettings) -> Profile:
    """`profile` with what `[worker]` says of its bounds: 0 is no limit."""
    timeout, idle = limits.timeout, limits.idle_timeout
    return profile._replace(
        timeout=profile.timeout if timeout is None else timeout or None,
        idle_timeout=profile.idle_timeout if idle is None else idle or None,
    )


def _profile(base: Profile, table: ProfileSettings) -> Profile:
    """`base` with what `table` says in its place."""
    said = {key: value for key, value in asdict(table).items() if value is not None}
    if table.command is not None:
        said.setdefault("prompt", _prompt_of(table.command))
    profile = base._replace(**said, is_preset=False)
    return profile._replace(
        timeout=profile.timeout or None, idle_timeout=profile.idle_timeout or None
    )


def _prompt_of(command: tuple[str, ...]) -> str:
    """How a command that does not say so is given its prompt: as its placeholders show."""
    if _names_prompt(command):
        return "argument"
    return "file" if any("{intent_file}" in word for word in command) else "stdin"


def _names_prompt(command: tuple[str, ...]) -> bool:
    return any("{prompt}" in word for word in command)


def _runtimes(tables: SettingsTables) -> Iterator[tuple[str, RoleRuntimes]]:
    """Each role that works on a runtime which is named, or may."""
    roles: dict[str, RoleSettings | None] = asdict(tables.roles)
    for role, table in roles.items():
        if table is not None and (table.runtime or table.runtimes):
            name = table.runtime or ""
            yield role, RoleRuntimes("" if name == LOCAL else name, table.runtimes)


def _selectors(tables: SettingsTables) -> Iterator[tuple[str, str]]:
    """Each role that is configured, and the name of its profile."""
    roles: dict[str, RoleSettings | None] = asdict(tables.roles)
    for role, table in roles.items():
        if table is not None and table.profile is not None:
            yield role, table.profile
