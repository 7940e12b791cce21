"""Which variables a worker gets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def allowed_environment(environment: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
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
