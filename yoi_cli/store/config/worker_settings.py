"""What workers and orchestration are told in `ticket.config.toml` (docs/orchestrate.md).

Read strictly, and only by the commands that need it: a store whose settings for workers are
wrong can still be listed and written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.profile import (
    PROMPTS,
    REVIEWS,
    ROLES,
    OrchestrationSettings,
    Profile,
    Settings,
    WorkerSettings,
)
from yoi_cli.model.profile_presets import PRESETS
from yoi_cli.store.config.store_config import load_tables
from yoi_cli.store.config.tables import SettingProblem, TableReader
from yoi_cli.store.files import layout
from yoi_cli.store.files.directory import Directory

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
#: Selectors of the original system, which finds its profiles elsewhere.
_FOREIGN = re.compile(r"inherit|(?:builtin|user|project):.+")
_INHERIT = "inherit"
_PROFILE_KEYS = "command, prompt, environment, secrets, requires, timeout, group, description"
_ROLE_KEYS = "profile (launch_prompt and workflow are the original system's)"
_WORKER_KEYS = "timeout, grace, output_limit, environment, secrets, redact, capacity"
_ORCHESTRATION_KEYS = (
    "target, validate, validate_timeout, review, close, rounds, max_workers, cleanup, "
    "worktree_dir (branch and worktree_name are the original system's)"
)


class SettingsRead(NamedTuple):
    """The settings, with defaults for what is wrong, and all that is wrong."""

    settings: Settings
    problems: tuple[SettingProblem, ...]


def read_settings(workspace: str) -> Settings:
    """The profiles, roles and bounds of `workspace` (absolute); the presets are among them.

    Raises `StoreInvalidError` (`config_invalid`), which names the file and the key, for a
    value of the wrong type, a key that there is not, and a role whose profile there is not.
    """
    with Directory.open(os.path.join(workspace, layout.STORE_FOLDER), layout.STORE_FOLDER) as at:
        data = at.read_if_there(os.path.basename(layout.CONFIG_FILE))
    read = parse_settings(data or b"", path=layout.CONFIG_FILE)
    if read.problems:
        first = read.problems[0]
        raise StoreInvalidError(
            "config_invalid",
            f"{layout.CONFIG_FILE}: {first.key} {first.message}.",
            hint=first.hint or "docs/format.md lists the tables and keys.",
            details={
                "path": layout.CONFIG_FILE,
                "key": first.key,
                "problems": [f"{one.key} {one.message}" for one in read.problems],
            },
        )
    return read.settings


def parse_settings(data: bytes, *, path: str) -> SettingsRead:
    """The settings in a configuration file's bytes, and what is wrong with them.

    Raises `StoreInvalidError` (`config_invalid`) for what is not TOML.
    """
    tables = load_tables(data, path)
    problems: list[SettingProblem] = []
    worker = _worker(TableReader("worker", tables.get("worker", {}), problems))
    profiles = _profiles(tables.get("profiles", {}), worker, problems)
    roles, foreign = _roles(tables.get("roles", {}), profiles, problems)
    orchestration = TableReader("orchestration", tables.get("orchestration", {}), problems)
    settings = Settings(profiles, roles, worker, _orchestration(orchestration), foreign)
    return SettingsRead(settings, tuple(problems))


def _worker(table: TableReader) -> WorkerSettings:
    default = WorkerSettings()
    read = WorkerSettings(
        timeout=table.seconds("timeout", 0.0) or None,
        grace=table.seconds("grace", default.grace),
        output_limit=table.count("output_limit", default.output_limit or 0, least=0) or None,
        environment=table.variables("environment"),
        secrets=table.variables("secrets"),
        redact=table.flag("redact", default=default.redact),
        capacity=_capacity(table),
    )
    table.finish(_WORKER_KEYS)
    return read


def _capacity(table: TableReader) -> Mapping[str, int]:
    groups = table.take("capacity")
    if groups is None:
        return WorkerSettings().capacity
    reader = TableReader(f"{table.name}.capacity", groups, table.problems)
    names = groups if isinstance(groups, Mapping) else ()
    return {name: reader.count(name, 1, least=1) for name in names}


def _profiles(
    tables: object, worker: WorkerSettings, problems: list[SettingProblem]
) -> Mapping[str, Profile]:
    outer = TableReader("profiles", tables, problems)
    found = {name: preset._replace(timeout=worker.timeout) for name, preset in PRESETS.items()}
    for name in tables if isinstance(tables, Mapping) else ():
        if not _NAME.fullmatch(name) or name == _INHERIT:
            outer.wrong(
                name[:60],
                "is not a name for a profile",
                "Use letters, digits, '.', '_' and '-', beginning with a letter or digit.",
            )
            continue
        table = TableReader(f"profiles.{name}", outer.take(name), problems)
        found[name] = _profile(name, table, found.get(name), worker)
    return found


def _profile(
    name: str, table: TableReader, preset: Profile | None, worker: WorkerSettings
) -> Profile:
    """One profile; what it does not say, the preset of its name says."""
    base = preset or Profile(name, ())
    gives_command = table.has("command")
    command = table.arguments("command") or base.command
    if preset is None and not gives_command:
        table.wrong("command", "is missing", 'Write command = ["PROGRAM", "ARGUMENT"].')
    prompt = table.choice("prompt", PROMPTS, _prompt_of(command) if gives_command else base.prompt)
    if prompt != "argument" and any("{prompt}" in word for word in command):
        table.wrong("prompt", "is not argument, and the command has {prompt}")
    timeout = table.seconds("timeout", worker.timeout or 0.0) or None
    profile = Profile(
        name,
        command,
        prompt=prompt,
        environment=table.variables("environment", base.environment),
        timeout=timeout,
        group=table.text("group", base.group),
        description=table.text("description", base.description),
        secrets=table.variables("secrets", base.secrets),
        requires=table.variables("requires", base.requires),
    )
    table.finish(_PROFILE_KEYS)
    return profile


def _prompt_of(command: tuple[str, ...]) -> str:
    """How a command that does not say so is given its prompt: as its placeholders show."""
    if any("{prompt}" in word for word in command):
        return "argument"
    return "file" if any("{intent_file}" in word for word in command) else "stdin"


def _roles(
    tables: object, profiles: Mapping[str, Profile], problems: list[SettingProblem]
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The roles with a profile that there is, and those with another program's selector."""
    outer = TableReader("roles", tables, problems)
    own: dict[str, str] = {}
    foreign: dict[str, str] = {}
    for role in ROLES:
        if not outer.has(role):
            continue
        table = TableReader(f"roles.{role}", outer.take(role), problems)
        name = table.text("profile")
        table.foreign("launch_prompt", "workflow")
        table.finish(_ROLE_KEYS)
        if name in profiles:
            own[role] = name
        elif _FOREIGN.fullmatch(name):
            foreign[role] = name
        elif name:
            there = ", ".join(profiles)
            table.wrong(
                "profile", f"names {name[:60]!r}, which there is not", f"There are: {there}."
            )
    outer.finish(", ".join(ROLES))
    return own, foreign


def _orchestration(table: TableReader) -> OrchestrationSettings:
    default = OrchestrationSettings()
    table.foreign("branch", "worktree_name")
    read = OrchestrationSettings(
        target=_branch(table, "target"),
        validate=table.commands("validate"),
        validate_timeout=table.seconds("validate_timeout", default.validate_timeout),
        review=table.choice("review", REVIEWS, default.review),
        close=table.flag("close", default=default.close),
        rounds=table.count("rounds", default.rounds, least=1),
        max_workers=table.count("max_workers", default.max_workers, least=1),
        cleanup=table.flag("cleanup", default=default.cleanup),
        worktree_dir=_folder(table, "worktree_dir", default.worktree_dir),
    )
    table.finish(_ORCHESTRATION_KEYS)
    return read


def _branch(table: TableReader, key: str) -> str | None:
    name = table.text(key) or None
    if name is not None and (name.startswith(("-", "refs/")) or name != name.strip()):
        table.wrong(key, "is not the name of a branch", "Write its short name, such as main.")
        return None
    return name


def _folder(table: TableReader, key: str, default: str) -> str:
    """A relative folder of plain names."""
    path = table.text(key, default)
    if any(part in ("", ".", "..", ".git") for part in path.rstrip("/").split("/")):
        table.wrong(key, "is not a folder below the repository's root")
        return default
    return path.rstrip("/")
