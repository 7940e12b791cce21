"""The worktrees on another machine in which ordered workers work, and the commits that they need,
which git brings there over the same connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from yoi_cli.errors import NotFoundError
from yoi_cli.git.command import ask_git, ask_patiently
from yoi_cli.git.remote import PUSH, told
from yoi_cli.workers.remote.ssh.errors import ssh_error
from yoi_cli.workers.runtime import Delivery, LeftWorktree
from yoi_cli.worktrees.git.base import fetched_as

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from yoi_cli.workers.remote.ssh.channel import Channel

Value = TypeVar("Value")
_SECONDS = 300.0
_QUIET = ("-c", "maintenance.auto=false", "-c", "gc.auto=0")


class SshWorktrees:
    """`OrderWorktrees` of the clone at `repository`, asked through `channel`. A commit that is
    missing there is pushed from the repository around `root`, where that has it."""

    def __init__(self, channel: Channel, repository: Callable[[], str], root: str | None) -> None:
        self._channel = channel
        self._repository = repository
        self._root = root

    def make(self, name: str, *, ref: str, commit: str, folder: str) -> tuple[str, bool]:
        said = {"name": name, "ref": ref, "commit": commit, "folder": folder}
        return self._with_commit(
            ref, commit, lambda: self._ask(tuple[str, bool], "make_worktree", **said)
        )

    def make_on(
        self, branch: str, key: str, *, ref: str, commit: str, folder: str
    ) -> tuple[str, bool]:
        said = {"branch": branch, "key": key, "ref": ref, "commit": commit, "folder": folder}
        return self._with_commit(
            ref, commit, lambda: self._ask(tuple[str, bool], "make_worktree_on", **said)
        )

    def remove(self, name: str) -> None:
        self._ask(None, "remove_worktree", name=name)

    def take_back(self, folder: str, ref: str, branch: str, commit: str) -> Sequence[str]:
        said = {"folder": folder, "ref": ref, "branch": branch, "commit": commit}
        return self._ask(list[str], "take_back", **said)

    def require(self, ref: str, commit: str) -> None:
        self._with_commit(
            ref, commit, lambda: self._ask(None, "require_commit", ref=ref, commit=commit)
        )

    def ignore(self, pattern: str) -> None:
        self._ask(None, "ignore", pattern=pattern)

    def deliver(self, worker_id: str) -> Delivery:
        return self._ask(Delivery, "deliver", worker_id=worker_id)

    def left(self) -> Sequence[LeftWorktree]:
        return self._ask(list[LeftWorktree], "left_worktrees")

    def release(self, worker_id: str) -> Sequence[str]:
        return self._ask(list[str], "release", worker_id=worker_id)

    def _ask(self, kind: type[Value] | None, question: str, **said: str) -> Value:
        answer = self._channel.ask(question, said, seconds=_SECONDS)
        try:
            return msgspec.convert(answer.said["gives"], kind)
        except msgspec.ValidationError:
            raise ssh_error("runtime_malformed", self._channel.runtime_id) from None

    def _with_commit(self, ref: str, commit: str, work: Callable[[], Value]) -> Value:
        """What `work` gives; where it lacks the commit, once that is there."""
        try:
            return work()
        except NotFoundError as error:
            if error.code != "base_not_found" or not self._push(ref, commit):
                raise
        return work()

    def _push(self, ref: str, commit: str) -> bool:
        """Bring the commit there, as one that was fetched by its ref; False where it is not on
        that here either. Raises `OperationError` (`runtime_failed`)."""
        if self._root is None or not self._is_here(ref, commit):
            return False
        address = f"{self._channel.control.host}:{self._repository()}"
        variables = {
            "GIT_SSH_COMMAND": self._channel.control.git_command(),
            "GIT_SSH_VARIANT": "ssh",
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
        }
        answer = ask_patiently(
            [*_QUIET, *PUSH, "--force", "--", address, f"{commit}:{fetched_as(ref)}"],
            cwd=self._root,
            seconds=_SECONDS,
            variables=variables,
        )
        if answer.code:
            raise ssh_error("runtime_failed", self._channel.runtime_id, there=told(answer.said))
        return True

    def _is_here(self, ref: str, commit: str) -> bool:
        full = ref if ref.startswith("refs/") else f"refs/heads/{ref}"
        asked = ["merge-base", "--is-ancestor", commit, full]
        return ask_git(asked, cwd=self._root or "/").code == 0
