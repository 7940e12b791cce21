"""One branch of one remote: fetched from, and pushed to by compare-and-swap."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git, watch_git
from yoi_cli.sync.git.history import move_ref, read_ref

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
#: What a remote says while somebody else's push of the branch is coming to its end, and how
#: often, with which first pause in seconds, a push is tried while it lasts.
_LOCKED = re.compile(r"cannot lock ref .*File exists", re.DOTALL)
_LOCK_ATTEMPTS = 6
_LOCK_PAUSE = 0.1
#: What git says before the sentence that names the cause.
_NOISE = ("hint:", "To ", "error: failed to push", "Please make sure", "and the repository")


class GitRemote:
    """The branch `branch` of the configured remote `name`; `cwd` lies in the repository.

    `ref` keeps what was fetched. `silence` is how many seconds the remote may say nothing.
    `may_ask` lets git ask for a password on the terminal. `hear` is told of progress: what
    is done, and how much of it, in percent.
    """

    def __init__(
        self,
        cwd: str,
        name: str,
        branch: str,
        *,
        ref: str,
        silence: float,
        may_ask: bool,
        runs_hooks: bool,
        hear: Callable[[str, int], None],
    ) -> None:
        self._cwd = cwd
        self._name = name
        self._branch = f"refs/heads/{branch}"
        self._ref = ref
        self._silence = silence
        self._may_ask = may_ask
        self._runs_hooks = runs_hooks
        self._hear = hear

    def fetch(self) -> str | None:
        """The remote's head, with all that it contains here; None where it has no such branch.

        Raises `OperationError` (`remote_unreachable`, `remote_refused`, `remote_timeout`).
        """
        for _ in range(3):  # the branch may go on between being asked for and fetched
            head = self._head()
            if head is None:
                if (old := read_ref(self._cwd, self._ref)) is not None:
                    ask_git(["update-ref", "-d", self._ref, old], cwd=self._cwd)
                return None
            if read_ref(self._cwd, self._ref) == head:
                return head
            refspec = f"+{self._branch}:{self._ref}"
            self._ask([*_FETCH, "--progress", "--", self._name, refspec])
            fetched = read_ref(self._cwd, self._ref)
            if fetched is not None:
                return fetched
        return head

    def push(self, commit: str, seen: str | None, *, replaces: bool = False) -> bool:
        """Let the remote's branch hold `commit`, which contains `seen`, what it held; where it
        `replaces` that, it need not.

        False where it holds something else by now. Raises `OperationError`, `push_refused`
        where the remote does not want it.
        """
        refspec = f"{commit}:{self._branch}"
        force = f"--force-with-lease={self._branch}:{seen or ''}" if replaces else "--no-force"
        wanted = [*_PUSH, force, "--progress", "--", self._name, refspec]
        for attempt in range(_LOCK_ATTEMPTS):
            answer = self._talk(wanted, runs_hooks=self._runs_hooks)
            if answer.code == 0:
                kept = read_ref(self._cwd, self._ref)
                move_ref(self._cwd, self._ref, commit, kept)
                return True
            now = self._head()
            if now == commit:  # it arrived, and the answer was lost
                return True
            if now != seen:
                return False
            if not _LOCKED.search(answer.said):
                break
            time.sleep(_LOCK_PAUSE * 2**attempt)
        raise self._refused(answer)

    def _head(self) -> str | None:
        answer = self._ask(["ls-remote", "--", self._name, self._branch])
        for line in answer.text.split("\n"):  # a name may hold other ends of lines
            commit, _, ref = line.partition("\t")
            if ref == self._branch:
                return commit
        return None

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
            if not ask_git(["config", "--get", "core.sshCommand"], cwd=self._cwd).out:
                variables |= _ssh_that_asks_nothing()
        return variables

    def _heard(self, data: bytes) -> None:
        for what, percent in _PROGRESS.findall(data):
            self._hear(what.decode(), int(percent))

    def _failed(self, answer: GitAnswer) -> OperationError:
        said = _told(answer.said)
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

    def _refused(self, answer: GitAnswer) -> OperationError:
        if "[rejected]" not in answer.text and "[remote rejected]" not in answer.text:
            return self._failed(answer)
        reasons = [line.rpartition("\t")[2] for line in answer.text.splitlines() if line[:1] == "!"]
        told = [line for line in answer.said.splitlines() if line.startswith("remote:")]
        said = " ".join((*reasons, *(line.removeprefix("remote:").strip() for line in told)))
        return OperationError(
            "push_refused",
            f"The remote {self._name} does not take the commit: {_short(said)}.",
            hint="The store here is up to date, and its tickets are safe. A protected branch "
            "takes no push: give the store a branch of its own with `[sync] branch`.",
            details={"remote": self._name},
        )


_QUIET = ("-c", "maintenance.auto=false", "-c", "gc.auto=0")
_FETCH = (
    *("fetch", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
    *("--no-auto-maintenance", "--no-prune"),
)
_PUSH = ("push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no")


def _ssh_that_asks_nothing() -> Mapping[str, str]:
    import os

    if os.environ.get("GIT_SSH_COMMAND") or os.environ.get("GIT_SSH"):
        return {}
    return {"GIT_SSH_COMMAND": "ssh -o BatchMode=yes"}


def _told(said: str) -> str:
    """The sentences of git's that say what is wrong."""
    lines = [line.strip() for line in said.replace("\r", "\n").splitlines()]
    telling = [line for line in lines if line and not line.startswith(_NOISE)]
    telling = [line for line in telling if not _PROGRESS.search(line.encode())]
    return _short(" ".join(line.removeprefix("fatal:").strip() for line in telling))


def without_password(text: str) -> str:
    """`text` without who logs in, and with what, in the addresses in it."""
    return _SECRET.sub("", text)


def _short(text: str) -> str:
    cleaned = without_password(" ".join(text.split())).rstrip(".")
    return cleaned[:300] or "it gave no reason"
