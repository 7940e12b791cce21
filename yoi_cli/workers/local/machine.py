"""The machine that is to run profiles: which programs and variables it has."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from yoi_cli.git.identity import commit_problem
from yoi_cli.workers.local.spec import checked_environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.workspace.session import Session

#: What a program needs to start; no key is for one that is asked its version.
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
_LONGEST = 200
#: For how many seconds an answer counts, by whether all was well.
_GOOD_FOR, _BAD_FOR = 600.0, 5.0


class LocalMachine:
    """This machine, as the environment of the command shows it.

    What takes long to ask is asked again after some time.
    """

    def __init__(self, workspace: str, environment: Mapping[str, str]) -> None:
        self.workspace = workspace
        self.environment = environment
        self._commits: dict[str, tuple[float, tuple[str, str] | None]] = {}

    def program(self, name: str) -> str | None:
        """A name with a slash is a path, which a relative one is from the worktree: looked
        for in the workspace, which has the same files."""
        if "/" in name:
            name = os.path.join(self.workspace, name)
        return shutil.which(name, path=self.environment.get("PATH", os.defpath))

    def version(self, path: str) -> str | None:
        return ask_version(path, self.environment)

    def is_set(self, variable: str) -> bool:
        return bool(self.environment.get(variable))

    def commit_problem(self, request: WorkerRequest) -> tuple[str, str] | None:
        name = request.spec.profile or ""
        asked_at, known = self._commits.get(name, (-_GOOD_FOR, None))
        now = time.monotonic()
        if now - asked_at < (_GOOD_FOR if known is None else _BAD_FOR):
            return known
        environment = checked_environment(request, self.environment)
        found = commit_problem(self.workspace, environment)
        self._commits[name] = (now, found)
        return found


def machine_of(session: Session) -> LocalMachine:
    return LocalMachine(session.workspace, session.environment)


def ask_version(path: str, environment: Mapping[str, str], *, seconds: float = 10.0) -> str | None:
    """The first line that `path --version` prints, None where it fails or does not end.

    It gets nothing to read, few variables and a session of its own, of which nothing is left
    running.
    """
    passed = {name: environment[name] for name in _PASSED_ON if name in environment}
    try:
        process = subprocess.Popen(
            [path, "--version"],
            env=passed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return None
    try:
        printed, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        _end(process)
    lines = printed.decode("utf-8", "replace").strip().splitlines()
    return lines[0].strip()[:_LONGEST] if lines and process.returncode == 0 else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of the program's group goes on: a helper of it may outlive it."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:  # macOS says this of a group of which nothing lives
        pass
    process.wait()
    if process.stdout is not None:
        process.stdout.close()
