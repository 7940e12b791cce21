"""Which variables a worker gets, and which of their values are secrets."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ALLOWED = frozenset(
    {"PATH", "HOME", "LANG", "TERM", "TZ", "USER", "LOGNAME", "SHELL", "TMPDIR", "LANGUAGE"}
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
_SECRET_WORDS = frozenset(
    {"TOKEN", "KEY", "SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "CREDENTIAL", "CREDENTIALS"}
)
_SECRET_ENDINGS = ("TOKEN", "APIKEY", "SECRET", "PASSWORD")
#: A guessed secret that is shorter would take harmless words out of the output.
_SHORTEST_GUESS = 6


def allowed(environment: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """What a worker's environment is made of: the allow-listed part of `environment`, and
    what was `given`. Raises `UsageError` (`worker_invalid`) for a name that is none."""
    kept = {
        name: value
        for name, value in environment.items()
        if name in _ALLOWED or name.startswith("LC_")
    }
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


def looks_secret(name: str) -> bool:
    """Whether a variable's name says that its value is a secret."""
    words = name.upper().split("_")
    return not _SECRET_WORDS.isdisjoint(words) or words[-1].endswith(_SECRET_ENDINGS)


def secret_names(environment: Mapping[str, str], listed: Iterable[str]) -> tuple[str, ...]:
    """The variables whose values are redacted: those that are `listed`, and those whose names
    look secret and whose values are long enough to be one."""
    chosen = set(listed)
    return tuple(
        name
        for name, value in environment.items()
        if value and (name in chosen or (looks_secret(name) and len(value) >= _SHORTEST_GUESS))
    )


def to_bytes(text: str) -> bytes:
    """`text` as the system has it."""
    return os.fsencode(text)
