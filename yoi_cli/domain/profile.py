"""Profiles, roles and what an orchestrator may do, as `ticket.config.toml` says (DESIGN 12)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How a profile's command is given its prompt: on standard input, as the last argument (or in
#: place of `{prompt}`), or not at all: it reads the file that `YOI_INTENT_FILE` names.
PROMPTS = ("stdin", "argument", "file")
CODER = "coder"
REVIEWER = "reviewer"

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Profile(NamedTuple):
    """A command that can be put to work.

    `command` is an argument list; `{prompt}`, `{ticket}`, `{worktree}` and `{intent_file}` in
    an argument are replaced. `environment` names the variables that are passed on besides the
    common ones. `timeout` is in seconds, None for no limit. `is_preset` says that it comes
    with `yoi` rather than from the configuration.
    """

    name: str
    command: tuple[str, ...]
    prompt: str = "stdin"
    environment: tuple[str, ...] = ()
    timeout: float | None = None
    group: str = ""
    description: str = ""
    is_preset: bool = False


class WorkerSettings(NamedTuple):
    """Bounds of every worker: seconds and bytes; None is no limit.

    `environment` names variables that are passed on, `secrets` those whose values are taken
    out of what is written; `capacity` says how many workers of a group run at once.
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
    are argument lists that must exit with 0 in the worktree. `review` is `worker` or `person`.
    `close` delegates closing. `rounds` bounds how often a coder is sent back. `max_workers`
    bounds how many tickets are worked on at once.
    """

    target: str | None = None
    validate: tuple[tuple[str, ...], ...] = ()
    validate_timeout: float = 1800.0
    review: str = "worker"
    close: bool = False
    rounds: int = 3
    max_workers: int = 2
    cleanup: bool = True


class Settings(NamedTuple):
    """All that workers and orchestration are told. `roles` maps a role to a profile's name."""

    profiles: Mapping[str, Profile] = MappingProxyType({})
    roles: Mapping[str, str] = _NOTHING
    worker: WorkerSettings = WorkerSettings()
    orchestration: OrchestrationSettings = OrchestrationSettings()
