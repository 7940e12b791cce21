"""What is asked of a worker: whether it can be met, and what is written down of it."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError
from yoi_cli.workers.local.environment import allowed, secret_names
from yoi_cli.workers.local.shim.launch import Bounds
from yoi_cli.workers.local.shim.redact import Redactor
from yoi_cli.workers.local.shim.state import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.workers.runtime import WorkerRequest

_LONGEST_ARGUMENTS = 1 << 20


def checked(request: WorkerRequest, environment: Mapping[str, str]) -> dict[str, str]:
    """The worker's environment, the request being one that can be met. Raises `UsageError`."""
    wrong = ""
    if not request.command or not request.command[0]:
        wrong = "There is no command to run."
    elif any("\0" in word for word in (*request.command, request.cwd)):
        wrong = "A command cannot hold NUL characters."
    elif sum(map(len, request.command)) > _LONGEST_ARGUMENTS:
        wrong = "The command is too long."
    elif not os.path.isabs(request.cwd):
        wrong = "A worker's folder is given as an absolute path."
    elif request.capacity is not None and request.capacity < 1:
        wrong = "A group has room for at least one worker."
    elif min(request.timeout or 0, request.grace, request.output_limit or 0) < 0:
        wrong = "Times and sizes are not negative."
    made = allowed(environment, request.environment)
    if not wrong and request.redact:
        exposed = [
            name
            for name in secret_names(made, request.secrets)
            if any(made[name] in word for word in request.command)
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


def secret_values(request: WorkerRequest, environment: Mapping[str, str]) -> tuple[bytes, ...]:
    """The values that are taken out of all that is written; none where that is not wanted."""
    if not request.redact:
        return ()
    names = secret_names(environment, request.secrets)
    return tuple(os.fsencode(environment[name]) for name in names)


def bounds_of(request: WorkerRequest) -> Bounds:
    """What the worker may use, in the units of its shim."""
    timeout = None if request.timeout is None else round(request.timeout * 1000)
    return Bounds(timeout, round(request.grace * 1000), request.output_limit)


def spec_of(request: WorkerRequest, environment: Mapping[str, str]) -> bytes:
    """What is written down of a request: names of variables, and no value of a secret."""
    redactor = Redactor(secret_values(request, environment))

    def clean(text: str | None) -> str | None:
        return None if text is None else os.fsdecode(redactor.whole(os.fsencode(text)))

    bounds = bounds_of(request)
    names = secret_names(environment, request.secrets) if request.redact else ()
    record = {
        "schema_version": SCHEMA_VERSION,
        "created_at": time.time_ns() // 1_000_000,
        "command": [clean(word) for word in request.command],
        "cwd": clean(request.cwd),
        "ticket": clean(request.ticket),
        "role": clean(request.role),
        "profile": clean(request.profile),
        "key": clean(request.key),
        "variables": sorted(environment),
        "secrets": list(names),
        "timeout_ms": bounds.timeout,
        "grace_ms": bounds.grace,
        "output_limit": bounds.output,
        "group": clean(request.group),
        "capacity": request.capacity,
    }
    return (json.dumps(record, indent=1) + "\n").encode()
