"""From what a person types, and what is configured, to a worker's request (docs/workers.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import UsageError
from yoi_cli.workers.runtime import WorkerRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.profile import Profile, Settings


class WorkerOrder(NamedTuple):
    """What somebody asks for. `command` is empty where a profile's own is meant.

    `variables` are (name, value) pairs, the value None for that of the caller's environment.
    `prompt` is what a profile's command is told, and `prompt_file` holds it. `timeout` and
    `grace` are seconds.
    """

    command: tuple[str, ...]
    cwd: str
    ticket: str | None = None
    profile: str | None = None
    role: str | None = None
    key: str | None = None
    prompt: str = ""
    prompt_file: str = ""
    variables: tuple[tuple[str, str | None], ...] = ()
    timeout: float | None = None
    grace: float | None = None
    group: str = ""
    takes_input: bool = False
    redact: bool = True


def request_of(
    order: WorkerOrder, settings: Settings, environment: Mapping[str, str]
) -> WorkerRequest:
    """The request that meets `order`. Raises `UsageError`, `NotFoundError` for a profile."""
    profile = _profile(order, settings)
    bounds = settings.worker
    secrets = (*bounds.secrets, *(profile.secrets if profile is not None else ()))
    group = order.group or (profile.group if profile is not None else "")
    timeout = profile.timeout if profile is not None else bounds.timeout
    return WorkerRequest(
        command=_command(order, profile),
        cwd=order.cwd,
        key=order.key,
        ticket=order.ticket,
        role=order.role,
        profile=profile.name if profile is not None else None,
        environment={
            **_passed_on(settings, profile, environment),
            **_facts(order),
            **_given(order, environment),
        },
        secrets=secrets,
        redact=bounds.redact and order.redact,
        stdin=_stdin(order, profile),
        timeout=timeout if order.timeout is None else order.timeout,
        grace=bounds.grace if order.grace is None else order.grace,
        output_limit=bounds.output_limit,
        group=group,
        capacity=bounds.capacity.get(group) if group else None,
    )


def _profile(order: WorkerOrder, settings: Settings) -> Profile | None:
    if order.profile is not None:
        return settings.named(order.profile)
    if order.command:
        return None
    if order.role is not None:
        return settings.of_role(order.role)
    raise UsageError(
        "worker_invalid",
        "There is no command to run.",
        hint="Give one after --, or name a --profile or a --role.",
    )


def _command(order: WorkerOrder, profile: Profile | None) -> tuple[str, ...]:
    if order.command or profile is None:
        return order.command
    return command_of(profile, order.prompt, order.ticket or "", order.cwd, order.prompt_file)


def _stdin(order: WorkerOrder, profile: Profile | None) -> bytes | None:
    if order.takes_input:
        return None
    if profile is not None and profile.prompt == "stdin" and not order.command:
        return order.prompt.encode("utf-8", "surrogateescape")
    return b""


def _passed_on(
    settings: Settings, profile: Profile | None, environment: Mapping[str, str]
) -> dict[str, str]:
    names = [*settings.worker.environment, *settings.worker.secrets]
    if profile is not None:
        names += [*profile.environment, *profile.secrets, *profile.requires]
    return {name: environment[name] for name in names if name in environment}


def _facts(order: WorkerOrder) -> dict[str, str]:
    known = {
        "YOI_TICKET": order.ticket,
        "YOI_ROLE": order.role,
        "YOI_INTENT_FILE": order.prompt_file,
    }
    facts = {name: value for name, value in known.items() if value}
    return {**facts, "YOI_WORKTREE": order.cwd} if order.ticket else facts


def _given(order: WorkerOrder, environment: Mapping[str, str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in order.variables:
        found = environment.get(name) if value is None else value
        if found is None:
            raise UsageError(
                "variable_unset",
                f"The variable {name[:60]} is not set.",
                hint="Set it, then name it with --env; its value is on no command line then.",
                details={"variable": name},
            )
        given[name] = found
    return given


#: An argument longer than this is no argument any more (Linux takes 128 KiB).
_LONGEST_ARGUMENT = 100_000


def command_of(
    profile: Profile, prompt: str, ticket: str, folder: str, file: str
) -> tuple[str, ...]:
    """The profile's command with its placeholders filled, in one pass: what a prompt says is
    not looked at again."""
    text = prompt
    if profile.prompt == "argument" and len(prompt.encode()) > _LONGEST_ARGUMENT:
        text = f"Do what the file {file} says."
    known = {"{prompt}": text, "{ticket}": ticket, "{worktree}": folder, "{intent_file}": file}
    filled = tuple(_fill(word, known) for word in profile.command)
    if profile.prompt == "argument" and not any("{prompt}" in one for one in profile.command):
        return (*filled, text)
    return filled


def _fill(word: str, known: Mapping[str, str]) -> str:
    done = ""
    while word:
        name = next((name for name in known if word.startswith(name)), None)
        done += known[name] if name else word[0]
        word = word[len(name) if name else 1 :]
    return done
