"""A worker's record in the local runtime: whether it can be met, what is written down of it,
and what its shim is given of it."""

from __future__ import annotations

import json
import os
import re
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.model.workers.profiles import UNCONFINED
from yoi_cli.model.workers.spec import secret_names
from yoi_cli.workers.local.shim.kernel import NO_PROCESS
from yoi_cli.workers.local.shim.launch import OF_WORKER, Bounds, Launch, Takeover
from yoi_cli.workers.local.shim.redact import Redactor
from yoi_cli.workers.model import why_lost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
    from yoi_cli.workers.local.confinement import Grounds
    from yoi_cli.workers.local.folder import WorkerSnapshot

_LONGEST_ARGUMENTS = 1 << 20
_MOST_SETTINGS = 1000
#: What is passed on of the caller's environment, besides `LC_*`: who works where, how others
#: are reached, and where programs keep what is theirs.
_ALLOWED = frozenset(
    {
        *("PATH", "HOME", "LANG", "LANGUAGE", "TERM", "TZ", "USER", "LOGNAME", "SHELL", "TMPDIR"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"),
        *("CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR"),
        *("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"),
    }
)
#: Who commits, and where git's configuration is that may say so.
_IDENTITY = frozenset(
    {
        "EMAIL",
        "GIT_AUTHOR_EMAIL",
        "GIT_AUTHOR_NAME",
        "GIT_COMMITTER_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "XDG_CONFIG_HOME",
    }
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
#: Variables that lead git to another repository than the one the worker stands in.
_LEADING_ASTRAY = frozenset(
    {
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_COMMON_DIR",
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_NAMESPACE",
        "GIT_OBJECT_DIRECTORY",
        "GIT_PREFIX",
        "GIT_QUARANTINE_PATH",
        "GIT_WORK_TREE",
    }
)
#: What kind of terminal a worker has that gets one, where its caller has none.
_TERMINAL = "xterm-256color"
#: Fields that hold names of variables, which no secret is taken out of.
_NAMES = frozenset({"variables", "secrets"})


def checked_environment(request: WorkerRequest, environment: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment, the request being one that can be met. Raises `UsageError`
    (`worker_invalid`)."""
    passed = {name: environment[name] for name in request.passed if name in environment}
    made = _allowed_environment(environment, {**passed, **request.environment})
    wrong = _what_is_wrong(request.spec)
    if not wrong:
        exposed = [
            name
            for name in _secrets(request, made)
            if any(made[name] in word for word in request.spec.command)
        ]
        if exposed:
            wrong = f"The command holds the value of {exposed[0]}, where everybody can read it."
    if wrong:
        raise UsageError(
            "worker_invalid",
            wrong,
            hint="Pass secrets as variables, and let the program read them there.",
        )
    return made


def _allowed_environment(
    environment: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, str]:
    """What a worker's environment is made of: the allow-listed part of `environment`, and
    what was `given`. Raises `UsageError` (`worker_invalid`) for a name that is none."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in _ALLOWED or name in _IDENTITY or name.startswith("LC_")
    }
    kept = {**_identity_of(environment), **kept}
    for name, value in given.items():
        if not _NAME.fullmatch(name) or "\0" in value:
            raise UsageError(
                "worker_invalid",
                f"{name[:60]!r} cannot be an environment variable.",
                hint="Names have letters, digits and underscores; values have no NUL.",
            )
        if name not in _LEADING_ASTRAY:
            kept[name] = value
    return kept


def _identity_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Who commits by settings that the environment itself has, as the variables for that: those
    settings may hold passwords as well, and stay behind."""
    found: dict[str, str] = {}
    count = environment.get("GIT_CONFIG_COUNT", "")
    for number in range(min(int(count), _MOST_SETTINGS) if count.isdecimal() else 0):
        key = environment.get(f"GIT_CONFIG_KEY_{number}", "").lower()
        value = environment.get(f"GIT_CONFIG_VALUE_{number}", "")
        section, _, name = key.partition(".")
        if name in ("name", "email") and section in ("user", "author", "committer"):
            for role in ("author", "committer") if section == "user" else (section,):
                variable = f"GIT_{role}_{name}".upper()
                if section != "user" or variable not in found:
                    found[variable] = value
    return found


def _what_is_wrong(spec: WorkerSpec) -> str:
    wrong = ""
    if not spec.command or not spec.command[0]:
        wrong = "There is no command to run."
    elif any("\0" in word for word in (*spec.command, spec.cwd)):
        wrong = "A command cannot hold NUL characters."
    elif sum(map(len, spec.command)) > _LONGEST_ARGUMENTS:
        wrong = "The command is too long."
    elif not os.path.isabs(spec.cwd):
        wrong = "A worker's folder is given as an absolute path."
    elif spec.capacity is not None and spec.capacity < 1:
        wrong = "A group has room for at least one worker."
    elif any(limit is not None and limit < 0 for limit in _bounds(spec)):
        wrong = "Times and sizes are not negative."
    return wrong


def _secrets(request: WorkerRequest, environment: Mapping[str, str]) -> tuple[str, ...]:
    """The variables whose values are taken out of all that is written; none where that is not
    wanted."""
    return secret_names(environment, request.spec.secrets) if request.redact else ()


def _secret_values(request: WorkerRequest, environment: Mapping[str, str]) -> tuple[bytes, ...]:
    return tuple(os.fsencode(environment[name]) for name in _secrets(request, environment))


def encode_spec(request: WorkerRequest, environment: Mapping[str, str]) -> bytes:
    """What is written down of a request: its record, and no value of a secret."""
    redactor = Redactor(_secret_values(request, environment))

    def clean(value: object) -> object:
        if isinstance(value, str):
            return os.fsdecode(redactor.redact(os.fsencode(value)))
        return tuple(map(clean, value)) if isinstance(value, tuple) else value

    spec = request.spec._replace(
        created_at=time.time_ns() // 1_000_000,
        variables=tuple(sorted(environment)),
        secrets=_secrets(request, environment),
    )
    record = {
        name: value if name in _NAMES else clean(value) for name, value in spec._asdict().items()
    }
    return (json.dumps(record, indent=1) + "\n").encode()


def first_launch(
    request: WorkerRequest,
    environment: Mapping[str, str],
    *,
    worker_id: str,
    path: str,
    lock: int,
    group: str,
    grounds: Grounds,
) -> Launch:
    """What the shim of a new worker is given. `path` is the worker's folder, and `group` that of
    the group in which it waits for room, or empty; `lock` is a descriptor that holds the
    worker's lock. `grounds` says what it may write."""
    spec = request.spec
    variables = {**environment, **grounds.variables, OF_WORKER: worker_id}
    if spec.terminal and variables.get("TERM", "dumb") in ("", "dumb"):
        variables["TERM"] = _TERMINAL
    return Launch(
        worker_id=worker_id,
        folder=os.fsencode(path),
        lock=lock,
        bounds=_bounds(spec),
        command=tuple(map(os.fsencode, spec.command)),
        cwd=os.fsencode(spec.cwd),
        environment=tuple((os.fsencode(n), os.fsencode(v)) for n, v in variables.items()),
        stdin=None if spec.terminal else request.stdin,
        terminal=int(spec.terminal),
        secrets=_secret_values(request, environment),
        group=os.fsencode(group),
        capacity=spec.capacity or 0,
        confinement=grounds.confinement,
    )


def takeover_launch(seen: WorkerSnapshot, *, path: str, lock: int) -> Launch:
    """What a shim is given that takes over a worker whose own shim died.

    Processes of an earlier boot are gone.
    """
    spec, state = seen.spec, seen.state
    known = state if seen.facts.is_this_boot else None
    takeover = Takeover(
        stub=known.stub if known is not None else NO_PROCESS,
        worker=known.worker if known is not None else NO_PROCESS,
        ready_at=state.ready_at if state is not None else 0,
        started_at=state.started_at if state is not None else 0,
        cause=state.cause if state is not None else "",
        output_start=state.output_start if state is not None else 0,
        why_lost=why_lost(seen.facts),
        secret_names=tuple(map(os.fsencode, spec.secrets)),
        landlock=state.landlock if state is not None else 0,
        is_unwatched=int(
            state is not None and not state.landlock and spec.confine not in (None, UNCONFINED)
        ),
    )
    return Launch(
        worker_id=seen.view.worker_id,
        folder=os.fsencode(path),
        lock=lock,
        bounds=_bounds(spec),
        takeover=takeover,
    )


def _bounds(spec: WorkerSpec) -> Bounds:
    """The limits that the shim keeps: the fields of the record that have their names."""
    return Bounds._make(getattr(spec, name) for name in Bounds._fields)
