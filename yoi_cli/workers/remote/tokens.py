"""Tokens for servers on other machines, found by what the registry refers to."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.workers.runtimes import RuntimeEntry

_LONGEST = 1 << 12
_READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK


def token_for(runtime_id: str, entry: RuntimeEntry, environment: Mapping[str, str]) -> str:
    """The token that an entry refers to. A file that is JSON, as a server of this machine writes
    it, holds it under `token`.

    Raises `OperationError` (`runtime_token_missing`), which says neither where it was looked for
    nor what was found.
    """
    token = find_token(entry.token_env, entry.token_file, environment)
    if not token:
        raise OperationError(
            "runtime_token_missing",
            f"The token for the runtime {runtime_id} is not where the registry says.",
            hint="Set the variable, or write the file, that `yoi runtime show` names.",
            details={"runtime_id": runtime_id},
        )
    return token


def find_token(
    token_env: str | None, token_file: str | None, environment: Mapping[str, str]
) -> str:
    """The token in the variable or in the file; empty where there is none that can be one."""
    token = ""
    if token_env is not None:
        token = environment.get(token_env, "").strip()
    elif token_file is not None:
        token = _of_file(_expanded(token_file, environment))
    return token if token.isascii() and token.isprintable() and " " not in token else ""


def token_mark(entry: RuntimeEntry, environment: Mapping[str, str]) -> object:
    """What changes when the token does that an entry refers to: a server that is started anew may
    have another."""
    if entry.token_file is None:
        return environment.get(entry.token_env or "")
    try:
        found = os.stat(_expanded(entry.token_file, environment))
    except OSError:
        return None
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _expanded(path: str, environment: Mapping[str, str]) -> str:
    if not path.startswith("~/"):
        return path
    return os.path.join(environment.get("HOME", "/nonexistent"), path.removeprefix("~/"))


def _of_file(path: str) -> str:
    try:
        descriptor = os.open(path, _READ)
        with open(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return ""
            text = file.read(_LONGEST).decode("ascii").strip()
    except (OSError, UnicodeError, ValueError):
        return ""
    if not text.startswith("{"):
        return text
    import json

    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    token = found.get("token") if isinstance(found, dict) else None
    return token if isinstance(token, str) else ""
