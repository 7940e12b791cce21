"""One branch of one remote: fetched from, and pushed to by compare-and-swap."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git
from yoi_cli.git.open import commit_at
from yoi_cli.git.remote import FETCH, PUSH, RemoteAccess, refusal
from yoi_cli.sync.git.history import move_ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.git.command import GitAnswer

#: What a remote says while somebody else's push of the branch is coming to its end, and how
#: often, with which first pause in seconds, a push is tried while it lasts.
_LOCKED = re.compile(r"cannot lock ref .*File exists", re.DOTALL)
_LOCK_ATTEMPTS = 6
_LOCK_PAUSE = 0.1


class GitRemote(RemoteAccess):
    """The branch `branch` of the configured remote `name`; `cwd` lies in the repository.

    `ref` keeps what was fetched. `silence` is how many seconds the remote may say nothing.
    `may_ask` lets git ask for a password on the terminal. `hear` is told of progress: what
    is done, and how much of it, in percent. `commit_at` says what a ref of this repository holds,
    `ssh_command` what git is configured to reach others by, where that is known already.
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
        commit_at: Callable[[str], str | None] | None = None,
        ssh_command: str | None = None,
    ) -> None:
        super().__init__(
            cwd, name, silence=silence, may_ask=may_ask, hear=hear, ssh_command=ssh_command
        )
        self._branch = f"refs/heads/{branch}"
        self._ref = ref
        self._runs_hooks = runs_hooks
        self._commit_at = commit_at

    def fetch(self) -> str | None:
        """The remote's head, with all that it contains here; None where it has no such branch.

        Raises `OperationError` (`remote_unreachable`, `remote_refused`, `remote_timeout`).
        """
        for _ in range(3):  # the branch may go on between being asked for and fetched
            head = self._head()
            if head is None:
                if (old := self._fetched()) is not None:
                    ask_git(["update-ref", "-d", self._ref, old], cwd=self._cwd)
                return None
            if self._fetched() == head:
                return head
            refspec = f"+{self._branch}:{self._ref}"
            self._ask([*FETCH, "--progress", "--", self._name, refspec])
            fetched = self._fetched()
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
        wanted = [*PUSH, force, "--progress", "--", self._name, refspec]
        for attempt in range(_LOCK_ATTEMPTS):
            answer = self._talk(wanted, runs_hooks=self._runs_hooks)
            if answer.code == 0:
                move_ref(self._cwd, self._ref, commit, self._fetched())
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

    def _fetched(self) -> str | None:
        if self._commit_at is not None:
            return self._commit_at(self._ref)
        return commit_at(self._cwd, self._ref)

    def _head(self) -> str | None:
        return self.list_refs(self._branch).get(self._branch)

    def _refused(self, answer: GitAnswer) -> OperationError:
        if "[rejected]" not in answer.text and "[remote rejected]" not in answer.text:
            return self._failed(answer)
        return OperationError(
            "push_refused",
            f"The remote {self._name} does not take the commit: {refusal(answer)}.",
            hint="The store here is up to date, and its tickets are safe. A protected branch "
            "takes no push: give the store a branch of its own with `[sync] branch`.",
            details={"remote": self._name},
        )
