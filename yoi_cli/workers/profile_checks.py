"""Which profiles there are, and whether this machine can run them (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.model.workers.presets import PRESETS
from yoi_cli.model.workers.profiles import BY_WORKER, REVIEWER, STRICT, UNCONFINED
from yoi_cli.model.workers.spec import WorkerSpec, request_of, withheld
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.agents.commands import Login

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.workers.profiles import Profile, Settings
    from yoi_cli.model.workers.spec import WorkerRequest

#: Programs that answer to `--version`. No other is asked: a script might take it for work.
_TELL_THEIR_VERSION = frozenset(preset.command[0] for preset in PRESETS.values())


class NamedPath(Protocol):
    """A path that is named to be written, and why it may not be after all, or the empty string."""

    @property
    def path(self) -> str: ...

    @property
    def problem(self) -> str: ...


class Machine(Protocol):
    """What is installed and set where this runs."""

    @property
    def environment(self) -> Mapping[str, str]: ...

    @property
    def landlock(self) -> int:
        """The version of Landlock by which workers are confined, 0 where they are not."""
        ...

    def grants(self, request: WorkerRequest) -> Sequence[NamedPath]:
        """The paths that the worker of `request` may write because they are named."""
        ...

    def program(self, name: str) -> str | None:
        """The path of the program that `name` starts, None where there is none."""
        ...

    def version(self, path: str) -> str | None:
        """The first line of what the program answers to `--version`, None without one."""
        ...

    def is_set(self, variable: str) -> bool:
        """Whether the environment has a value, not empty, for `variable`."""
        ...

    def commit_problem(self, request: WorkerRequest) -> tuple[str, str] | None:
        """Why the worker of `request` could not commit: a code and what git says; else None."""
        ...

    def identity(self, request: WorkerRequest) -> dict[str, str]:
        """The variables that say who that worker commits as; empty where nobody does."""
        ...

    def login(self, request: WorkerRequest) -> Login | None:
        """Whether the agent that `request` runs is logged in, by its own word; None where it
        has no way to say."""
        ...


class ProfileRow(NamedTuple):
    """A profile and the roles that it works as."""

    profile: Profile
    roles: tuple[str, ...]


class ProfileList(NamedTuple):
    """Every profile, and `foreign_roles`: the selector of another program, by role."""

    rows: tuple[ProfileRow, ...]
    foreign_roles: Mapping[str, str]


class Variable(NamedTuple):
    """A variable that a profile is given; its value is never looked at."""

    name: str
    is_set: bool
    is_required: bool


class ProfileCheck(NamedTuple):
    """Whether a profile can run here: it can where `missing`, sentences, is empty.

    `login` says what was seen of its agent's login, and what was not. `confine` is how it is
    confined, `landlock` the version of Landlock that does it, 0 for none; `writable` is what it
    may write besides its worktree, by its real path. `withheld` are variables that it names, and
    that are not passed on, since they look secret.
    """

    profile: Profile
    roles: tuple[str, ...]
    program: str | None
    version: str | None
    variables: tuple[Variable, ...]
    missing: tuple[str, ...]
    login: str = ""
    confine: str = UNCONFINED
    landlock: int = 0
    writable: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()

    @property
    def is_runnable(self) -> bool:
        return not self.missing


class CheckedProfiles(NamedTuple):
    """Profiles that were looked at, and `role_problems`: (role, sentence).

    `is_enough` says whether what was asked for can run.
    """

    checks: tuple[ProfileCheck, ...]
    role_problems: tuple[tuple[str, str], ...]
    is_enough: bool


def list_profiles(settings: Settings) -> ProfileList:
    """Every profile: those of the configuration first, then the presets."""
    rows = [ProfileRow(one, _roles_of(settings, one.name)) for one in settings.profiles.values()]
    rows.sort(key=lambda row: row.profile.is_preset)
    return ProfileList(tuple(rows), settings.foreign_roles)


def find_profile(settings: Settings, name: str) -> ProfileRow:
    """One profile. Raises `NotFoundError` (`profile_not_found`)."""
    return ProfileRow(settings.named(name), _roles_of(settings, name))


def check_profiles(settings: Settings, machine: Machine, name: str | None) -> CheckedProfiles:
    """Whether `name`, or what the roles need, can run on this machine.

    Without a name: the profiles that roles use, all of which must run; where no role has one,
    every profile, of which one that can run is enough. Raises `NotFoundError`
    (`profile_not_found`).
    """
    if name is not None:
        check = _check(settings, machine, settings.named(name))
        return CheckedProfiles((check,), (), check.is_runnable)
    problems = tuple(
        (role, f"Its profile {selector!r} is another program's and runs nothing here.")
        for role, selector in settings.foreign_roles.items()
        if role != REVIEWER or settings.orchestration.review == BY_WORKER
    )
    used = dict.fromkeys(settings.roles.values())
    profiles = [settings.named(one) for one in used] or settings.profiles.values()
    checks = tuple(_check(settings, machine, profile) for profile in profiles)
    enough = all if used else any
    return CheckedProfiles(
        checks, problems, not problems and enough(check.is_runnable for check in checks)
    )


def _check(settings: Settings, machine: Machine, profile: Profile) -> ProfileCheck:
    name = profile.command[0]
    path = machine.program(name)
    knows = path is not None and name.rpartition("/")[2] in _TELL_THEIR_VERSION
    named = dict.fromkeys((*profile.requires, *profile.secrets, *profile.environment))
    variables = tuple(Variable(one, machine.is_set(one), one in profile.requires) for one in named)
    missing = [] if path else [f"The program {name!r} is not installed, or not on PATH."]
    missing += [
        f"The environment variable {one.name} is not set."
        for one in variables
        if one.is_required and not one.is_set
    ]
    granted = _grants(settings, machine, profile)
    missing += [f"It may not write {one.path}: {one.problem}." for one in granted if one.problem]
    version = machine.version(path) if path is not None and knows else None
    roles = _roles_of(settings, profile.name)
    login = _login(settings, machine, profile) if path is not None else Login(None, "")
    if login.is_in is False:
        missing.append(f"Its agent is not logged in. {login.text}")
    return ProfileCheck(
        profile,
        roles,
        path,
        version,
        variables,
        tuple(missing),
        "" if missing else login.text,
        profile.confine,
        machine.landlock if profile.confine != UNCONFINED else 0,
        tuple(one.path for one in granted if not one.problem),
        withheld(profile, settings.worker),
    )


def _grants(settings: Settings, machine: Machine, profile: Profile) -> Sequence[NamedPath]:
    """What a profile names to be written, where that is needed: elsewhere it may write anyway."""
    if profile.confine != STRICT:
        return ()
    spec = WorkerSpec(command=(), cwd="/", profile=profile.name)
    return machine.grants(request_of(spec, settings, machine.environment))


def _login(settings: Settings, machine: Machine, profile: Profile) -> Login:
    """What is seen of the login of a profile's agent."""
    if not profile.agent:
        return Login(None, "")
    keys = [name for name in profile.secrets if machine.is_set(name)]
    if keys:
        return Login(None, f"{keys[0]} is set; whether it is accepted was not tried.")
    spec = WorkerSpec(command=(), cwd="/", profile=profile.name)
    answer = machine.login(request_of(spec, settings, machine.environment))
    if answer is not None:
        return answer
    named = ", ".join(profile.secrets)
    return Login(None, f"Not seen: it has no command that tells, and none of {named} is set.")


def _roles_of(settings: Settings, name: str) -> tuple[str, ...]:
    return tuple(role for role, profile in settings.roles.items() if profile == name)
