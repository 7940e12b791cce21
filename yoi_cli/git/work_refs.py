"""Commits that go to and fro between a clone and the runtimes that work for it, by refs of a remote
that both reach (docs/runtime.md, "Branches")."""

from __future__ import annotations

from yoi_cli.errors import OperationError
from yoi_cli.git.command import ask_git, look_up, run_git
from yoi_cli.git.remote import FETCH, PUSH, RemoteAccess, refusal
from yoi_cli.model.naming import WORK_REFS

_SILENCE = 60.0


class WorkRefs(RemoteAccess):
    """The refs of one remote `name`, by the same names as here; `cwd` lies in the repository.

    All raise `OperationError` (`remote_unreachable`, `remote_refused`, `remote_timeout`).
    """

    def __init__(self, cwd: str, name: str, *, silence: float = _SILENCE) -> None:
        super().__init__(cwd, name, silence=silence)

    def push(self, ref: str, commit: str, *, seen: str | None = None) -> None:
        """Let `ref` be at `commit` there; with `seen` only where it is at that, or at `commit`.

        Raises `OperationError` (`push_refused`) where the remote does not want it.
        """
        lease = f"--force-with-lease={ref}:{seen}" if seen is not None else "--force"
        answer = self._talk([*PUSH, lease, "--", self._name, f"{commit}:{ref}"])
        if answer.code == 0 or self.list_refs(ref).get(ref) == commit:
            return
        if "[rejected]" not in answer.text and "[remote rejected]" not in answer.text:
            raise self._failed(answer)
        raise OperationError(
            "push_refused",
            f"The remote {self._name} does not take the commit: {refusal(answer)}.",
            hint=f"It has to take refs below {WORK_REFS}.",
            details={"remote": self._name},
        )

    def fetch(self, ref: str) -> str | None:
        """What `ref` is at there, which is here now, by the same name; None where there is no such
        ref."""
        if ref not in self.list_refs(ref):
            return None
        self._ask([*FETCH, "--quiet", "--", self._name, f"+{ref}:{ref}"])
        return look_up(["rev-parse", "--verify", "--quiet", ref], cwd=self._cwd) or None

    def drop(self, ref: str) -> None:
        """Take `ref` away, there and here."""
        if ref in self.list_refs(ref):
            self._ask([*PUSH, "--force", "--", self._name, f":{ref}"])
        ask_git(["update-ref", "-d", ref], cwd=self._cwd)


class LocalRefs:
    """The same where nothing travels: the refs of the repository around `cwd`."""

    def __init__(self, cwd: str) -> None:
        self._cwd = cwd

    def push(self, ref: str, commit: str, *, seen: str | None = None) -> None:
        del seen
        run_git(["update-ref", ref, commit], cwd=self._cwd)

    def fetch(self, ref: str) -> str | None:
        return look_up(["rev-parse", "--verify", "--quiet", ref], cwd=self._cwd) or None

    def drop(self, ref: str) -> None:
        ask_git(["update-ref", "-d", ref], cwd=self._cwd)
