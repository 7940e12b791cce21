"""A repository and its worktrees as this package works on them.

Git is always told which git folder and which work tree are meant: a worktree whose `.git`
is gone lies in the main one, and git would find that instead.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.git.command import (
    GitAnswer,
    ask_git,
    ask_patiently,
    found_by,
    git_failed,
    is_yes,
    run_git,
)
from yoi_cli.git.dot_git import first_line
from yoi_cli.git.worktree_settings import clone_settings, common_dir_of
from yoi_cli.model.naming import WORKTREE_FOLDER
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.git.commit_facts import CommitFacts

_STATUS = ("status", "--porcelain=v1", "-z", "--untracked-files=normal")
#: The same in one answer with what HEAD is.
_STATE = ("status", "--porcelain=v2", "--branch", "--no-ahead-behind", "-z", _STATUS[-1])
_DETACHED = "(detached)"
#: How many words stand before the path, by the first letter of an entry.
_WORDS_BEFORE = {"1": 8, "2": 9, "?": 1}
#: Making a worktree waits for those before it; each takes as long as its checkout.
_LOCK_SECONDS = 600.0
_PAUSE = 0.01


class RepositoryPaths(NamedTuple):
    """A repository: `root` is the main worktree's top, or this checkout's where the repository
    is bare; `common_dir` is its git folder, `folder` the one for worktrees, below `root`.
    `workspace` is the path of the workspace that works on it, below `root`; empty for the top.
    With `facts` what is asked of commits takes no process of its own."""

    root: str
    common_dir: str
    folder: str = WORKTREE_FOLDER
    workspace: str = ""
    facts: CommitFacts | None = None

    @property
    def worktree_folder(self) -> str:
        """The absolute path of the folder for worktrees."""
        return os.path.join(self.root, self.folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock on the repository's worktrees: parallel `git worktree add` fails.

        Raises `ConflictError` (`lock_timeout`).
        """
        folder = os.path.join(self.common_dir, "yoi")
        os.makedirs(folder, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(os.path.join(folder, "worktrees.lock"), flags, 0o666)
        try:
            _wait_for(descriptor)
            yield
        finally:
            os.close(descriptor)

    def ask(self, arguments: Sequence[str], *, stdin: bytes = b"") -> GitAnswer:
        """The answer of git on the repository, not on any work tree."""
        return ask_git(["--git-dir", self.common_dir, *arguments], cwd=self.root, stdin=stdin)

    def ask_in(self, git_dir: str, arguments: Sequence[str]) -> GitAnswer:
        """The answer of git on another git folder, such as a submodule's."""
        return ask_git(["--git-dir", git_dir, *arguments], cwd=self.root)

    def run(self, arguments: Sequence[str], *, stdin: bytes = b"") -> str:
        """What git prints. Raises `OperationError` (`git_failed`)."""
        answer = self.ask(arguments, stdin=stdin)
        if answer.code:
            raise git_failed(arguments, answer)
        return answer.text

    def find(self, arguments: Sequence[str]) -> str:
        """What git finds, empty for nothing. Raises as `run`."""
        return found_by(arguments, self.ask(arguments))

    def commit_of(self, revision: str) -> str | None:
        """The full id of the commit that `revision` names, None where it names none. Raises as
        `run`."""
        if not revision or revision.startswith("-") or "\0" in revision:
            return None
        found = self.facts.commit_of(revision) if self.facts is not None else None
        if found is not None:
            return found or None
        asked = ["rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"]
        return self.find(asked) or None

    def branch_commit(self, branch: str) -> str | None:
        """The commit at the head of the branch with this short name."""
        return self.commit_of(f"refs/heads/{branch}")

    def target_commit(self, target: str) -> str | None:
        """The commit that work is counted against: a branch's head, or what it names else."""
        return self.branch_commit(target) or self.commit_of(target)

    def is_ancestor(self, commit: str, of: str) -> bool:
        """Whether `of` holds `commit`. Raises `OperationError` where one is not there."""
        known = self.facts.holds(commit, of) if self.facts is not None else None
        if known is not None:
            return known
        arguments = ["merge-base", "--is-ancestor", commit, of]
        found = is_yes(arguments, self.ask(arguments))
        if found and self.facts is not None:
            self.facts.note(commit, of)
        return found

    def parents_of(self, commit: str) -> tuple[str, ...]:
        """The parents of a commit, by its full id, as it says itself: no graft and no replacement
        speaks for it. Raises as `run`."""
        node = self.facts.graph.node(commit) if self.facts is not None else None
        if node is not None:
            return node.parents
        asked = ["--no-replace-objects", "cat-file", "commit", commit]
        headers = self.run(asked).partition("\n\n")[0].split("\n")
        return tuple(one.removeprefix("parent ") for one in headers if one.startswith("parent "))


class TreeState(NamedTuple):
    """What is checked out in a worktree: HEAD's commit, the branch that it is on (None where it is
    detached), the paths that are not committed."""

    head: str
    branch: str | None
    dirty: tuple[str, ...]


class WorktreePaths(NamedTuple):
    """One worktree: its folder and its own git folder."""

    path: str
    git_dir: str

    def ask(
        self,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        variables: Mapping[str, str] | None = None,
        runs_hooks: bool = False,
        patience: float | None = None,
    ) -> GitAnswer:
        """The answer of git in this worktree; where its folder is gone, on its git folder.

        `patience` is how many seconds a git that may ask somebody (`ask_patiently`, which gets
        no `stdin`) may be silent.
        """
        cwd = self.path if os.path.isdir(self.path) else self.git_dir
        # What a worker that works here can set is not gone by: which clone it is, and how git
        # reads its files.
        common_dir = common_dir_of(self.git_dir)
        own = clone_settings(self.git_dir, common_dir) if common_dir else ()
        arguments = [*own, "--git-dir", self.git_dir, "--work-tree", self.path, *arguments]
        variables = dict(variables or {})
        if common_dir:
            variables["GIT_COMMON_DIR"] = common_dir
        if patience is not None:
            return ask_patiently(
                arguments,
                cwd=cwd,
                seconds=patience,
                variables=variables,
                runs_hooks=runs_hooks,
            )
        return ask_git(
            arguments,
            cwd=cwd,
            stdin=stdin,
            variables=variables,
            runs_hooks=runs_hooks,
        )

    def run(
        self,
        arguments: Sequence[str],
        *,
        stdin: bytes = b"",
        variables: Mapping[str, str] | None = None,
    ) -> str:
        """What git prints. Raises `OperationError` (`git_failed`)."""
        answer = self.ask(arguments, stdin=stdin, variables=variables)
        if answer.code:
            raise git_failed(arguments, answer)
        return answer.text

    def find(self, arguments: Sequence[str]) -> str:
        """What git finds, empty for nothing. Raises as `run`."""
        return found_by(arguments, self.ask(arguments))

    def uncommitted(self) -> tuple[str, ...]:
        """The changed and untracked paths. Raises as `run`."""
        return _changed_paths(self.run(_STATUS))

    def state(self) -> TreeState | None:
        """HEAD and `uncommitted`, by one process; None where that has to be asked otherwise, as
        before the first commit and in the middle of a merge. Raises as `run`."""
        found = _state(self.run(_STATE))
        if found is None or found.branch != _DETACHED:
            return found
        # A branch may have that name: HEAD itself says which it is.
        is_detached = first_line(self.own("HEAD")) == found.head
        return found._replace(branch=None) if is_detached else None

    def own(self, name: str) -> str:
        """The path of a file in its git folder."""
        return os.path.join(self.git_dir, name)


def uncommitted_paths(root: str, but_for: str) -> tuple[str, ...]:
    """The changed and untracked paths below `root`, without those that begin with `but_for`.

    Raises `OperationError` where git refuses.
    """
    paths = _changed_paths(run_git(_STATUS, cwd=root))
    return tuple(path for path in paths if not path.startswith(but_for))


def _changed_paths(status: str) -> tuple[str, ...]:
    found: list[str] = []
    entries = iter(status.split("\0"))
    for entry in entries:
        if len(entry) < 4:
            continue
        if entry[0] in "RC":
            next(entries, None)  # the path that it was renamed or copied from
        found.append(entry[3:])
    return tuple(found)


def _state(printed: str) -> TreeState | None:
    head, branch = "", _DETACHED
    dirty: list[str] = []
    entries = iter(printed.split("\0"))
    for entry in entries:
        if entry.startswith("# branch.oid "):
            head = entry.removeprefix("# branch.oid ")
        elif entry.startswith("# branch.head "):
            branch = entry.removeprefix("# branch.head ")
        elif entry and entry[0] != "#":
            count = _WORDS_BEFORE.get(entry[0])
            if count is None:
                return None
            dirty.append(entry.split(" ", count)[count])
            if entry[0] == "2":
                next(entries, None)  # the path that it was renamed or copied from
    if not head or head.startswith("("):
        return None
    return TreeState(head, branch, tuple(dirty))


def _wait_for(descriptor: int) -> None:
    end = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise _timeout() from None
            time.sleep(_PAUSE * (0.5 + os.urandom(1)[0] / 255))
        else:
            return


def _timeout() -> ConflictError:
    return ConflictError(
        "lock_timeout",
        f"Another command works on the worktrees, and did for {_LOCK_SECONDS:g} s.",
        hint="Try again when it is done.",
    )
