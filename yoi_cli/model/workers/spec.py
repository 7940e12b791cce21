"""A worker's record, from the command line to `spec.json`, and how it is completed by what is
configured (docs/workers.md)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.model.redaction import Redaction
from yoi_cli.model.worker_limits import WorkerLimits
from yoi_cli.model.workers.profiles import CONFINE_MODES
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.model.settings import WorkerSettings
    from yoi_cli.model.workers.profiles import Profile, Settings

_DEFAULT_GRACE_MS = 10_000
#: An argument longer than this is no argument any more (Linux takes 128 KiB).
_LONGEST_ARGUMENT = 100_000
_SECRET_WORDS = frozenset(
    {"TOKEN", "KEY", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS"}
)
_SECRET_ENDINGS = ("TOKEN", "APIKEY", "SECRET", "PASSWORD")
#: A guessed secret that is shorter would take harmless words out of the output.
_SHORTEST_GUESS = 6


class WorkerSpec(NamedTuple):
    """What a worker is asked to be; its fields are the keys of `spec.json`, in their order.

    Whoever asks fills in what they want. `request_of` adds what the profile and the
    configuration say, and the runtime `created_at` (Unix milliseconds) and `variables`.
    `variables` and `secrets` are names, never values; the values of `secrets` are taken out
    of what is written. `key` makes starting repeatable: a second request with the key of a
    worker that is kept is answered with that worker, and starts nothing. Of the limits, None
    is "as configured" in what is asked for, and "no limit" in what was started. `group` and
    `capacity` say how many of its kind run at once: beyond that it is `queued`. `idle_ms` is
    for how long it may write nothing, `agent` the coding agent that it is. `confine` (`off`,
    `protect`, `strict`; None is "as configured") says what the kernel is to keep it from,
    `writable` what it may write besides, `readable` and `ports` what alone it may read and
    connect to; None does not narrow that. With `terminal` it has a terminal of its own, and its
    input stays open.
    `fingerprint` tells what was asked for from something else that is asked for with the same key;
    empty, nobody asked for more than the key. `base_ref` is the ref that an order named as what it
    is to work on, `base_commit` the commit, `base_branch` the branch that it is on there; empty
    for a worker without.
    """

    schema_version: int = 1
    created_at: int = 0
    command: tuple[str, ...] = ()
    cwd: str = ""
    ticket: str | None = None
    role: str | None = None
    profile: str | None = None
    key: str | None = None
    variables: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    timeout_ms: int | None = None
    grace_ms: int | None = None
    output_limit: int | None = 1 << 30
    group: str = ""
    capacity: int | None = None
    idle_ms: int | None = None
    agent: str = ""
    confine: str | None = None
    writable: tuple[str, ...] = ()
    readable: tuple[str, ...] | None = None
    ports: tuple[int, ...] | None = None
    terminal: bool = False
    fingerprint: str = ""
    base_ref: str = ""
    base_branch: str = ""
    base_commit: str = ""

    @property
    def grace(self) -> int:
        """For how many milliseconds it may go on after it was told to end."""
        return _DEFAULT_GRACE_MS if self.grace_ms is None else self.grace_ms


class WorkerRequest(NamedTuple):
    """A worker to be started: its record, and what travels beside it and is written down
    nowhere.

    `environment` are variables with their values, given beside the allow-listed ones. `passed`
    names those whose values the environment of the runtime has, which may be on another machine;
    what it lacks is left out. `stdin` is what the worker reads first; None leaves its input open
    for more. `redact` says whether the values of secrets are taken out of what is written.
    `prompt` is what a profile's command is told, which is in `spec.command` or in `stdin` already;
    another machine fills in its own.
    """

    spec: WorkerSpec
    environment: Mapping[str, str] = MappingProxyType({})
    stdin: bytes | None = b""
    redact: bool = True
    prompt: str = ""
    passed: tuple[str, ...] = ()


def request_of(
    asked: WorkerSpec,
    settings: Settings | WorkerLimits,
    environment: Mapping[str, str],
    *,
    prompt: str = "",
    prompt_file: str = "",
    variables: Iterable[tuple[str, str | None]] = (),
    passes_secrets: bool = True,
    takes_input: bool = False,
    redact: bool = True,
) -> WorkerRequest:
    """The request that meets `asked`, with what the profile and `settings` say added to it.

    Without a command it runs its profile's, or that of its role. `prompt` is what a profile's
    command is told, and `prompt_file` holds it. Where a command is asked for, and no profile,
    `WorkerLimits` may stand for the `settings`. Configured variables are passed on by their names
    (those of `[worker] secrets` only where `passes_secrets`). `environment` is the caller's: from
    it come the values of those `variables`, pairs of name and value, that have no value.
    Raises `UsageError` (`worker_invalid`, `variable_unset`), and `NotFoundError` for a profile
    (`profile_not_found`, `role_without_profile`).
    """
    if asked.confine not in (None, *CONFINE_MODES):
        raise UsageError(
            "worker_invalid",
            f"{asked.confine[:40]!r} is no way to confine a worker.",
            hint=f"There are {', '.join(CONFINE_MODES)}; docs/security.md says what each does.",
        )
    profile: Profile | None = None
    limits: WorkerSettings | WorkerLimits
    if isinstance(settings, WorkerLimits):
        limits = settings
    else:
        profile, limits = _profile(asked, settings), settings.worker
    group = asked.group or (profile.group if profile is not None else "")
    timeout = profile.timeout if profile is not None else limits.timeout or None
    idle = profile.idle_timeout if profile is not None else limits.idle_timeout or None
    command = asked.command
    if profile is not None and not command:
        command = command_of(profile, prompt, asked.ticket or "", asked.cwd, prompt_file)
    spec = asked._replace(
        command=command,
        profile=profile.name if profile is not None else None,
        agent=profile.agent if profile is not None and not asked.command else "",
        secrets=(*limits.secrets, *(profile.secrets if profile is not None else ())),
        timeout_ms=milliseconds(timeout) if asked.timeout_ms is None else asked.timeout_ms,
        grace_ms=milliseconds(limits.grace) if asked.grace_ms is None else asked.grace_ms,
        output_limit=limits.output_limit,
        group=group,
        capacity=limits.capacity.get(group) if group else None,
        idle_ms=milliseconds(idle) if asked.idle_ms is None else asked.idle_ms,
        confine=asked.confine or (profile.confine if profile is not None else limits.confine),
        writable=(*limits.writable, *(profile.writable if profile is not None else ())),
        readable=profile.readable if profile is not None else None,
        ports=profile.ports if profile is not None else None,
        terminal=asked.terminal or (profile is not None and profile.terminal),
    )
    values = {**_facts(asked, prompt_file), **_given(variables, environment)}
    reads_prompt = profile is not None and profile.prompt == "stdin" and not asked.command
    if reads_prompt and spec.terminal:
        raise UsageError(
            "worker_invalid",
            "A worker with a terminal cannot read its prompt from standard input.",
            hint='Give its profile prompt = "argument" or "file".',
        )
    stdin = prompt.encode("utf-8", "surrogateescape") if reads_prompt else b""
    redacts = limits.redact and redact
    passed = _passed(limits, profile, passes_secrets=passes_secrets)
    return WorkerRequest(spec, values, None if takes_input else stdin, redacts, prompt, passed)


def milliseconds(seconds: float | None) -> int | None:
    """`seconds` as the record has them."""
    return None if seconds is None else round(seconds * 1000)


def _profile(asked: WorkerSpec, settings: Settings) -> Profile | None:
    if asked.profile is not None:
        return settings.named(asked.profile)
    if asked.command:
        return None
    if asked.role is not None:
        return settings.of_role(asked.role)
    raise UsageError(
        "worker_invalid",
        "There is no command to run.",
        hint="Give one after --, or name a --profile or a --role.",
    )


def _passed(
    limits: WorkerSettings | WorkerLimits, profile: Profile | None, *, passes_secrets: bool
) -> tuple[str, ...]:
    """The names of the variables that the configuration passes on."""
    names = [*limits.environment]
    if passes_secrets:
        names += limits.secrets
    if profile is not None:
        names += [one for one in profile.environment if not looks_secret(one)]
        names += [*profile.secrets, *profile.requires]
    return tuple(dict.fromkeys(names))


def _facts(asked: WorkerSpec, prompt_file: str) -> dict[str, str]:
    known = {"YOI_TICKET": asked.ticket, "YOI_ROLE": asked.role, "YOI_INTENT_FILE": prompt_file}
    facts = {name: value for name, value in known.items() if value}
    return {**facts, "YOI_WORKTREE": asked.cwd} if asked.ticket else facts


def _given(
    variables: Iterable[tuple[str, str | None]], environment: Mapping[str, str]
) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in variables:
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


def command_of(
    profile: Profile, prompt: str, ticket: str, folder: str, file: str
) -> tuple[str, ...]:
    """The profile's command with its placeholders filled, in one pass: placeholders within a
    prompt are not filled."""
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


def withheld(profile: Profile, limits: WorkerSettings) -> tuple[str, ...]:
    """The names of a profile's `environment` that look secret and are told nowhere else, so that
    they are not passed on: only `secrets` says that somebody meant to give them away."""
    told = {*profile.secrets, *profile.requires, *limits.secrets, *limits.environment}
    return tuple(one for one in profile.environment if looks_secret(one) and one not in told)


def looks_secret(name: str) -> bool:
    """Whether a variable's name says that its value is a secret."""
    words = name.upper().split("_")
    return not _SECRET_WORDS.isdisjoint(words) or words[-1].endswith(_SECRET_ENDINGS)


def secret_names(environment: Mapping[str, str], listed: Iterable[str]) -> tuple[str, ...]:
    """The variables whose values are redacted: those that are `listed`, those whose names look
    secret and whose values are long enough to be one, and proxies with a password."""
    chosen = set(listed)
    return tuple(
        name
        for name, value in environment.items()
        if value
        and (
            name in chosen
            or (looks_secret(name) and len(value) >= _SHORTEST_GUESS)
            or (name.lower().endswith("_proxy") and "@" in value)
        )
    )


def redaction_of(settings: Settings, environment: Mapping[str, str]) -> Redaction:
    """What takes out the values of configured secrets, and of variables whose names look like
    one; nothing with `redact = false`."""
    if not settings.worker.redact:
        return Redaction(())
    listed = [*settings.worker.secrets]
    for profile in settings.profiles.values():
        listed += profile.secrets
    return Redaction(environment[name] for name in secret_names(environment, listed))
