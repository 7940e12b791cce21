"""Profiles, roles and what an orchestrator may do, as configured (docs/orchestrate.md)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.model.settings import NotifySettings, OrchestrationSettings, WorkerSettings

CODER = "coder"
REVIEWER = "reviewer"
#: What the kernel keeps a worker from (docs/security.md).
UNCONFINED, PROTECT, STRICT = "off", "protect", "strict"
CONFINE_MODES = (UNCONFINED, PROTECT, STRICT)
#: The runtime of the clone itself, as it is named where others are.
LOCAL = "local"
BY_WORKER = "worker"
BY_PERSON = "person"


class Profile(NamedTuple):
    """A command that can be put to work.

    `command` is an argument list; `{prompt}`, `{ticket}`, `{worktree}` and `{intent_file}` in
    an argument are replaced. `prompt` says how it is given its prompt: on standard input
    (`stdin`), as an `argument` (in place of `{prompt}`, else as the last), or not at all: it
    reads the `file` that `YOI_INTENT_FILE` names. `environment`, `secrets` and `requires` name
    the variables that are passed on besides the common ones: the values of secrets are taken
    out of what is written, and what is required must be set. `timeout` and `idle_timeout`, the
    longest time without output, are in seconds, None for no limit; what `[worker]` says of them
    is in them already. `fallback` names the profile that takes its place while it is paused,
    `agent` the coding agent that its command runs. `confine` says how the kernel confines it,
    `writable` what it may write besides, `readable` and `ports` what alone it may read and
    connect to, None for all (docs/security.md). `models` are those that a ticket may choose, and
    `model` the one that it chose, which the command names already. With `terminal` its workers have
    a terminal of their own. `is_preset` says that it
    comes with `yoi` rather than from the configuration.
    """

    name: str
    command: tuple[str, ...]
    prompt: str = "stdin"
    environment: tuple[str, ...] = ()
    timeout: float | None = None
    group: str = ""
    description: str = ""
    is_preset: bool = False
    secrets: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    idle_timeout: float | None = None
    fallback: str = ""
    agent: str = ""
    confine: str = PROTECT
    writable: tuple[str, ...] = ()
    readable: tuple[str, ...] | None = None
    ports: tuple[int, ...] | None = None
    models: tuple[str, ...] = ()
    model: str = ""
    terminal: bool = False


class RoleRuntimes(NamedTuple):
    """Where a role works: the `name` of a runtime, empty for this clone's own, and which others a
    ticket may choose."""

    name: str = ""
    allowed: tuple[str, ...] = ()


class Settings(NamedTuple):
    """What is configured for workers and orchestration.

    `profiles` holds the presets too. `roles` maps a role to the name of one of `profiles`.
    `foreign_roles` maps a role to the selector of another program (`inherit`,
    `builtin:coder`), which is kept and which nothing here can run. `runtimes` says of roles where
    they work; of one that it does not have, here.
    """

    profiles: Mapping[str, Profile]
    roles: Mapping[str, str]
    worker: WorkerSettings
    orchestration: OrchestrationSettings
    foreign_roles: Mapping[str, str]
    notify: NotifySettings
    runtimes: Mapping[str, RoleRuntimes] = MappingProxyType({})

    def runtime_of(self, role: str) -> str:
        """The runtime on which `role` works, empty for this clone's own."""
        found = self.runtimes.get(role)
        return found.name if found is not None else ""

    def named(self, name: str) -> Profile:
        """The profile `name`. Raises `NotFoundError` (`profile_not_found`)."""
        profile = self.profiles.get(name)
        if profile is None:
            raise NotFoundError(
                "profile_not_found",
                f"There is no profile {name[:60]!r}.",
                hint="`yoi profile list` shows every profile; a [profiles.NAME] table of "
                ".yoi/ticket.config.toml makes one.",
                details={"profile": name, "profiles": list(self.profiles)},
            )
        return profile

    def of_role(self, role: str) -> Profile:
        """The profile that works as `role`.

        Raises `NotFoundError`: `role_without_profile` where none is configured, or only
        another program's.
        """
        name = self.roles.get(role)
        if name is not None:
            return self.named(name)
        foreign = self.foreign_roles.get(role)
        raise NotFoundError(
            "role_without_profile",
            f"The role {role} has no profile."
            if foreign is None
            else f"The role {role} has the profile {foreign!r}, which is another program's.",
            hint=f'Write profile = "NAME" below [roles.{role}] in .yoi/ticket.config.toml; '
            "`yoi profile list` shows the names.",
            details={"role": role, "selector": foreign},
        )


def profile_toml(profile: Profile) -> str:
    """The `[profiles.NAME]` table of `profile`, to be pasted and changed; it ends in a newline."""
    lines = [
        f"[profiles.{_key(profile.name)}]",
        f"command = {_array(profile.command)}",
        f"prompt = {_text(profile.prompt)}",
    ]
    named = (
        ("environment", profile.environment),
        ("secrets", profile.secrets),
        ("requires", profile.requires),
    )
    lines += [f"{key} = {_array(names)}" for key, names in named if names]
    if profile.confine != PROTECT:
        lines.append(f"confine = {_text(profile.confine)}")
    if profile.writable:
        lines.append(f"writable = {_array(profile.writable)}")
    if profile.readable is not None:
        lines.append(f"readable = {_array(profile.readable)}")
    if profile.ports is not None:
        lines.append(f"ports = [{', '.join(map(str, profile.ports))}]")
    if profile.terminal:
        lines.append("terminal = true")
    if profile.models:
        lines.append(f"models = {_array(profile.models)}")
    if profile.timeout is not None:
        lines.append(f"timeout = {profile.timeout:g}")
    if profile.idle_timeout is not None:
        lines.append(f"idle_timeout = {profile.idle_timeout:g}")
    worded = (("fallback", profile.fallback), ("agent", profile.agent))
    lines += [f"{key} = {_text(words)}" for key, words in worded if words]
    worded = (("group", profile.group), ("description", profile.description))
    lines += [f"{key} = {_text(words)}" for key, words in worded if words]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    """A dot in a name would make a table of its own."""
    return _text(name) if "." in name else name


def _array(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """`text` as a TOML basic string: all that is not plain is escaped."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{"".join(c if c.isprintable() else _escape(c) for c in plain)}"'


def _escape(char: str) -> str:
    return f"\\U{ord(char):08x}"
