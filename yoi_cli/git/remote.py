"""Talking to one remote: without a question to anybody, and with errors that say what is wrong."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git, watch_git

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from yoi_cli.git.command import GitAnswer

_SECRET = re.compile(r"(?<=://)\S*@")
_PROGRESS = re.compile(rb"([A-Z][A-Za-z ]+): +(\d+)%")
_NOT_ALLOWED = re.compile(
    r"Authentication failed|could not read (Username|Password)|Permission denied|"
    r"terminal prompts disabled|Host key verification failed|HTTP 40[13]|error: 40[13]",
    re.IGNORECASE,
)
#: What git says before the sentence that names the cause.
_NOISE = ("hint:", "To ", "error: failed to push", "Please make sure", "and the repository")
_QUIET = ("-c", "maintenance.auto=false", "-c", "gc.auto=0")
FETCH = (
    *("fetch", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
    *("--no-auto-maintenance", "--no-prune"),
)
PUSH = ("push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no")


def _hear_nothing(_what: str, _percent: int) -> None:
    return


class RemoteAccess:
    """The configured remote `name`, as somebody in the folder `cwd` reaches it.

    `silence` is how many seconds it may say nothing. `may_ask` lets git ask for a password on the
    terminal. `hear` is told of progress: what is done, and how much of it, in percent.
    `ssh_command` is git's core.sshCommand, where that is known already.
    """

    def __init__(
        self,
        cwd: str,
        name: str,
        *,
        silence: float,
        may_ask: bool = False,
        hear: Callable[[str, int], None] = _hear_nothing,
        ssh_command: str | None = None,
    ) -> None:
        self._cwd = cwd
        self._name = name
        self._silence = silence
        self._may_ask = may_ask
        self._hear = hear
        self._ssh_command = ssh_command

    def list_refs(self, *patterns: str) -> Mapping[str, str]:
        """The refs of the remote that match `patterns`, each with its object, by one `ls-remote`.

        Raises `OperationError` (`remote_unreachable`, `remote_refused`, `remote_timeout`).
        """
        answer = self._ask(["ls-remote", "--", self._name, *patterns])
        lines = (line.partition("\t") for line in answer.text.split("\n"))
        return {ref: commit for commit, tab, ref in lines if tab}

    def _ask(self, arguments: Sequence[str]) -> GitAnswer:
        answer = self._talk(arguments)
        if answer.code:
            raise self._failed(answer)
        return answer

    def _talk(self, arguments: Sequence[str], *, runs_hooks: bool = False) -> GitAnswer:
        try:
            return watch_git(
                [*_QUIET, *arguments],
                cwd=self._cwd,
                silence=self._silence,
                hear=self._heard,
                variables=self._variables(),
                runs_hooks=runs_hooks,
                is_alone=not self._may_ask,
            )
        except TimeoutError as error:
            raise OperationError(
                "remote_timeout",
                f"The remote {self._name} said nothing for {self._silence:g} s.",
                hint="Try again, or let it take longer with timeout in [sync] (seconds).",
                details={"remote": self._name, "timeout": self._silence},
            ) from error

    def _variables(self) -> Mapping[str, str]:
        variables = {"LC_ALL": "C"}
        if not self._may_ask:
            variables["GIT_TERMINAL_PROMPT"] = "0"
            known = self._ssh_command
            if known is None:
                known = ask_git(["config", "--get", "core.sshCommand"], cwd=self._cwd).text
            if not known:
                variables |= _ssh_that_asks_nothing()
        return variables

    def _heard(self, data: bytes) -> None:
        for what, percent in _PROGRESS.findall(data):
            self._hear(what.decode(), int(percent))

    def _failed(self, answer: GitAnswer) -> OperationError:
        said = told(answer.said)
        if _NOT_ALLOWED.search(answer.said):
            return OperationError(
                "remote_refused",
                f"The remote {self._name} did not let you in: {said}.",
                hint="Check your key or password with `git ls-remote` on the same remote.",
                details={"remote": self._name},
            )
        return OperationError(
            "remote_unreachable",
            f"The remote {self._name} cannot be reached: {said}.",
            hint="Nothing was sent. Check the network and `git remote --verbose`, then sync again.",
            details={"remote": self._name},
        )


def _ssh_that_asks_nothing() -> Mapping[str, str]:
    if os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH"):
        return {}
    return {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}


def told(said: str) -> str:
    """The sentences of git's that say what is wrong."""
    lines = [line.strip() for line in said.replace("\r", "\n").splitlines()]
    telling = [line for line in lines if line and not line.startswith(_NOISE)]
    telling = [line for line in telling if not _PROGRESS.search(line.encode())]
    return short(" ".join(line.removeprefix("fatal:").strip() for line in telling))


def refusal(answer: GitAnswer) -> str:
    """Why a push with `--porcelain` was refused, in the words of the remote and of git."""
    reasons = [line.rpartition("\t")[2] for line in answer.text.splitlines() if line[:1] == "!"]
    said = [line for line in answer.said.splitlines() if line.startswith("remote:")]
    words = (*dict.fromkeys(reasons), *(line.removeprefix("remote:").strip() for line in said))
    return short(" ".join(words)) if words else told(answer.said)


def without_password(text: str) -> str:
    """`text` without who logs in, and with what, in the addresses in it."""
    return _SECRET.sub("", text)


def short(text: str) -> str:
    cleaned = without_password(" ".join(text.split())).rstrip(".")
    return cleaned[:300] or "it gave no reason"
