"""Profiles, roles and what an orchestrator may do, as configured (docs/orchestrate.md)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How a profile's command is given its prompt: on standard input, as an argument (in place of
#: `{prompt}`, else as the last), or not at all: it reads the file that `YOI_INTENT_FILE` names.
PROMPTS = ("stdin", "argument", "file")
CODER = "coder"
REVIEWER = "reviewer"
#: The roles that a configuration may name. `yoi` itself puts coders and reviewers to work.
ROLES = ("intake", "orchestrator", CODER, REVIEWER)
BY_WORKER = "worker"
BY_PERSON = "person"
REVIEWS = (BY_WORKER, BY_PERSON)

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Profile(NamedTuple):
    """A command that can be put to work.

    `command` is an argument list; `{prompt}`, `{ticket}`, `{worktree}` and `{intent_file}` in
    an argument are replaced. `environment`, `secrets` and `requires` name the variables that
    are passed on besides the common ones: the values of secrets are taken out of what is
    written, and what is required must be set. `timeout` is in seconds, None for no limit; what
    `[worker]` says of it is in it already. `is_preset` says that it comes with `yoi` rather
    than from the configuration.
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


class WorkerSettings(NamedTuple):
    """Bounds of every worker: seconds and bytes; None is no limit.

    `environment` and `secrets` name variables that are passed on; the values of secrets are
    taken out of what is written. `capacity` says how many workers of a group run at once.
    """

    timeout: float | None = None
    grace: float = 10.0
    output_limit: int | None = 1 << 30
    environment: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    redact: bool = True
    capacity: Mapping[str, int] = MappingProxyType({})


class OrchestrationSettings(NamedTuple):
    """What `yoi orchestrate` does with a ticket.

    `target` is the branch that work is merged into, None for the repository's own. `validate`
    are argument lists that must exit with 0 in the worktree, each within `validate_timeout`
    seconds. `review` is `worker` or `person`. `close` delegates closing. `rounds` bounds how
    often a coder is sent back. `max_workers` bounds how many tickets are worked on at once.
    `cleanup` says whether the worktree goes once the work is merged. `worktree_dir` is the
    folder for worktrees, relative to the repository's root.
    """

    target: str | None = None
    validate: tuple[tuple[str, ...], ...] = ()
    validate_timeout: float = 1800.0
    review: str = BY_WORKER
    close: bool = False
    rounds: int = 3
    max_workers: int = 2
    cleanup: bool = True
    worktree_dir: str = ".worktree"


class Settings(NamedTuple):
    """All that workers and orchestration are told.

    `profiles` holds the presets too. `roles` maps a role to the name of one of `profiles`.
    `foreign_roles` maps a role to the selector of another program (`inherit`,
    `builtin:coder`), which is kept and which nothing here can run.
    """

    profiles: Mapping[str, Profile] = MappingProxyType({})
    roles: Mapping[str, str] = _NOTHING
    worker: WorkerSettings = WorkerSettings()
    orchestration: OrchestrationSettings = OrchestrationSettings()
    foreign_roles: Mapping[str, str] = _NOTHING

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
