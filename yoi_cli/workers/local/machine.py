"""The machine that is to run profiles: which programs and variables it has."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Generic, TypeVar

from yoi_cli.git.identity import commit_problem, identity_of
from yoi_cli.workers.agents.commands import Login, login_of, login_question
from yoi_cli.workers.local.confinement import landlock_limit, named_grants
from yoi_cli.workers.local.shim.landlock import kernel_abi
from yoi_cli.workers.local.spec import checked_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.workers.local.grants import Grant
    from yoi_cli.workers.local.place import Clone

#: What a program needs to start; no key is for one that is asked its version.
_PASSED_ON = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME")
_LONGEST = 200
#: For how many seconds an answer counts, by whether all was well.
_GOOD_FOR, _BAD_FOR = 600.0, 5.0
_LOGIN_SECONDS = 20.0
T = TypeVar("T")


class LocalMachine:
    """This machine, as the environment of the command shows it.

    What takes long to ask is asked again after some time.
    """

    def __init__(
        self, workspace: str, environment: Mapping[str, str], clone: Clone | None = None
    ) -> None:
        self.workspace = workspace
        self.environment = environment
        self._clone = clone
        self._commits = _Answers[tuple[str, str] | None]()
        self._logins = _Answers[Login]()

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

    @property
    def landlock(self) -> int:
        return min(kernel_abi(), landlock_limit(self.environment))

    def grants(self, request: WorkerRequest) -> tuple[Grant, ...]:
        if self._clone is None:
            return ()
        return named_grants(request.spec, self._of_worker(request), self._clone)

    def commit_problem(self, request: WorkerRequest) -> tuple[str, str] | None:
        return self._commits.ask(
            request.spec.profile or "",
            lambda: commit_problem(self.workspace, self._of_worker(request)),
            lambda found: found is None,
        )

    def identity(self, request: WorkerRequest) -> dict[str, str]:
        return identity_of(self.workspace, self._of_worker(request))

    def login(self, request: WorkerRequest) -> Login | None:
        asked = login_question(request.spec.agent, request.spec.command)
        path = self.program(asked[0]) if asked is not None else None
        if asked is None or path is None:
            return None
        return self._logins.ask(
            request.spec.profile or "",
            lambda: self._ask_login(request, (path, *asked[1:])),
            lambda found: found.is_in is not False,
        )

    def _ask_login(self, request: WorkerRequest, command: tuple[str, ...]) -> Login:
        environment = self._of_worker(request)
        answer = ask_program(command, environment, seconds=_LOGIN_SECONDS, with_errors=True)
        if answer is None:
            return Login(None, "It did not answer.")
        login = login_of(request.spec.agent, *answer)
        if request.spec.agent == "codex" and login.is_in is False and _has_provider(environment):
            return Login(None, f"{login.text} Its configuration names another provider.")
        return login

    def _of_worker(self, request: WorkerRequest) -> dict[str, str]:
        return checked_environment(request, self.environment)


def _has_provider(environment: Mapping[str, str]) -> bool:
    """Whether Codex is configured to ask somebody whose keys its login knows nothing of."""
    import tomllib

    home = environment.get("CODEX_HOME") or os.path.join(environment.get("HOME", ""), ".codex")
    try:
        with open(os.path.join(home, "config.toml"), "rb") as file:
            settings = tomllib.load(file)
    except (OSError, ValueError):
        return False
    return "oss_provider" in settings or settings.get("model_provider", "openai") != "openai"


class _Answers(Generic[T]):
    """Answers that took long, by a name: a good one counts for long, a bad one not."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, T]] = {}

    def ask(self, name: str, question: Callable[[], T], is_good: Callable[[T], bool]) -> T:
        now = time.monotonic()
        known = self._known.get(name)
        if known is not None and now < known[0]:
            return known[1]
        found = question()
        self._known[name] = (now + (_GOOD_FOR if is_good(found) else _BAD_FOR), found)
        return found


def ask_version(path: str, environment: Mapping[str, str], *, seconds: float = 10.0) -> str | None:
    """The first line that `path --version` prints, None where it fails or does not end.

    It gets nothing to read, few variables and a session of its own, of which nothing is left
    running.
    """
    passed = {name: environment[name] for name in _PASSED_ON if name in environment}
    answer = ask_program([path, "--version"], passed, seconds=seconds)
    lines = answer[1].strip().splitlines() if answer is not None and answer[0] == 0 else []
    return lines[0].strip()[:_LONGEST] if lines else None


def ask_program(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    seconds: float,
    with_errors: bool = False,
) -> tuple[int, str] | None:
    """The exit code of `command` and what it prints, None where it does not end."""
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if with_errors else subprocess.DEVNULL,
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
    return process.returncode, printed.decode("utf-8", "replace")


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
