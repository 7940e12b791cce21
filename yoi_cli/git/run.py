"""The one place that starts git (DESIGN section 10)."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SAFE_SETTINGS = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
#: Variables of git's that say how to reach others or which configuration to read. The rest,
#: which say what repository, index or work tree to use, would lead git elsewhere.
_KEPT = frozenset(
    {
        "GIT_ALLOW_PROTOCOL",
        "GIT_ASKPASS",
        "GIT_CONFIG_COUNT",
        "GIT_CONFIG_GLOBAL",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_CONFIG_SYSTEM",
        "GIT_EXEC_PATH",
        "GIT_SSH",
        "GIT_SSH_COMMAND",
        "GIT_SSL_CAINFO",
        "GIT_SSL_NO_VERIFY",
    }
)
_KEPT_PREFIXES = ("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_")


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without what would make git work on another repository."""
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("GIT_") or name in _KEPT or name.startswith(_KEPT_PREFIXES)
    }


def run_git(arguments: Sequence[str], *, cwd: str, check: bool = True) -> str:
    """What `git ARGUMENTS` prints in the folder `cwd`.

    With `check` off, the empty string where git exits with another code than 0. Raises
    `OperationError` (`git_missing`, `git_failed`).
    """
    try:
        done = subprocess.run(
            ["git", *_SAFE_SETTINGS, *arguments],
            cwd=cwd,
            env=clean_environment(os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise _no_git() from error
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape")
    if not check:
        return ""
    said = done.stderr.decode("utf-8", "replace").strip()
    raise OperationError(
        "git_failed",
        f"git {arguments[0]} did not succeed: {said or f'exit code {done.returncode}'}.",
        hint="Run the same git command by hand to see more.",
        details={"arguments": list(arguments), "exit_code": done.returncode},
    )


def start_git(arguments: Sequence[str], *, cwd: str) -> subprocess.Popen[bytes]:
    """Start `git ARGUMENTS` in the folder `cwd`, to be written to and read from.

    Raises `OperationError` (`git_missing`).
    """
    try:
        return subprocess.Popen(
            ["git", *_SAFE_SETTINGS, *arguments],
            cwd=cwd,
            env=clean_environment(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise _no_git() from error


def user_name(cwd: str) -> str:
    """The name that git would sign a commit with in `cwd`, or the empty string."""
    try:
        return run_git(["config", "--get", "user.name"], cwd=cwd, check=False).strip()
    except OperationError:
        return ""


def _no_git() -> OperationError:
    return OperationError(
        "git_missing", "git is not installed.", hint="Install git, then try again."
    )
