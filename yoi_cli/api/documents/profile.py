"""The JSON types of profiles (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.workers.profile_checks import CheckedProfiles, ProfileCheck, ProfileRow


class ProfileDocument(TypedDict):
    """A command that can be put to work, and the roles that it works as.

    `environment`, `secrets` and `requires` are names of variables; `timeout` is in seconds,
    null for no limit. `preset` says that it comes with `yoi`.
    """

    name: str
    command: list[str]
    prompt: str
    environment: list[str]
    secrets: list[str]
    requires: list[str]
    timeout: float | None
    group: str
    description: str
    preset: bool
    roles: list[str]


class ProfilesDocument(TypedDict):
    """Every profile; `foreign_roles` are roles whose profile is another program's."""

    profiles: list[ProfileDocument]
    foreign_roles: dict[str, str]


class VariableDocument(TypedDict):
    """A variable that a profile is given, by its name alone."""

    name: str
    set: bool
    required: bool


class ProfileCheckDocument(TypedDict):
    """Whether a profile can run on this machine; `missing` are sentences."""

    name: str
    roles: list[str]
    runnable: bool
    program: str | None
    version: str | None
    variables: list[VariableDocument]
    missing: list[str]


class RoleProblemDocument(TypedDict):
    """Why a role runs nothing."""

    role: str
    message: str


class ProfileChecksDocument(TypedDict):
    """The profiles that were looked at; `enough` says whether what was asked for can run."""

    profiles: list[ProfileCheckDocument]
    role_problems: list[RoleProblemDocument]
    enough: bool


def profile_document(row: ProfileRow) -> ProfileDocument:
    profile = row.profile
    return {
        "name": profile.name,
        "command": list(profile.command),
        "prompt": profile.prompt,
        "environment": list(profile.environment),
        "secrets": list(profile.secrets),
        "requires": list(profile.requires),
        "timeout": profile.timeout,
        "group": profile.group,
        "description": profile.description,
        "preset": profile.is_preset,
        "roles": list(row.roles),
    }


def profiles_document(
    rows: Iterable[ProfileRow], foreign: Iterable[tuple[str, str]]
) -> ProfilesDocument:
    return {
        "profiles": [profile_document(row) for row in rows],
        "foreign_roles": dict(foreign),
    }


def checks_document(checked: CheckedProfiles) -> ProfileChecksDocument:
    return {
        "profiles": [_check_document(check) for check in checked.checks],
        "role_problems": [
            {"role": role, "message": message} for role, message in checked.role_problems
        ],
        "enough": checked.is_enough,
    }


def _check_document(check: ProfileCheck) -> ProfileCheckDocument:
    return {
        "name": check.profile.name,
        "roles": list(check.roles),
        "runnable": check.is_runnable,
        "program": check.program,
        "version": check.version,
        "variables": [
            {"name": one.name, "set": one.is_set, "required": one.is_required}
            for one in check.variables
        ],
        "missing": list(check.missing),
    }
