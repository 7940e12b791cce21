"""What a run that goes on for long asks of git again and again (ARCHITECTURE.md, "Git")."""

from __future__ import annotations

import os
import select
import weakref
from threading import Lock
from typing import TYPE_CHECKING

from yoi_cli.git.command import start_git
from yoi_cli.git.commit_graph import CommitGraph
from yoi_cli.git.plain_refs import are_full_ids

if TYPE_CHECKING:
    from yoi_cli.git.command import GitProcess

#: Git answers at once, or never: where a ref is a FIFO, or its disk hangs.
_PATIENCE_MS = 20_000
_MOST_BYTES = 1 << 16
_BRANCHES = "refs/heads/"


class CommitFacts:
    """What the names of one repository mean at the moment of each question, by one process of
    git's for all of them; and which commits hold which, as far as that was asked before.

    The process is started with the first question, and ends with `close` or with this.
    """

    def __init__(self, common_dir: str) -> None:
        self._common_dir = common_dir
        self._lock = Lock()
        self._process: GitProcess | None = None
        self._end: weakref.finalize[[GitProcess], CommitFacts] | None = None
        self._held: set[tuple[str, str]] = set()
        #: What commits say of themselves.
        self.graph = CommitGraph(common_dir)

    def commit_of(self, revision: str) -> str | None:
        """The full id of the commit that `revision` names, empty where it names none. None where
        that takes a closer look: git is to be asked by itself."""
        if not revision.isprintable() or " " in revision:
            return None
        with self._lock:
            words = self._answer(f"{revision}^{{commit}}".encode()).split()
        if len(words) == 3 and words[1] == b"commit":
            return words[0].decode()
        is_missing = len(words) == 2 and words[1] == b"missing"
        return "" if is_missing and self._is_no_branch(revision) else None

    def object_of(self, name: str) -> tuple[str, str] | None:
        """The full id and the kind of what a commit has at a path (`COMMIT:PATH`), empty where it
        has nothing there. None where git is to be asked by itself."""
        if not name.isprintable():
            return None
        with self._lock:
            line = self._answer(name.encode())
        if line.endswith(b" missing\n"):
            return "", ""
        words = line.decode().split()
        return (words[0], words[1]) if len(words) == 3 else None

    def holds(self, commit: str, of: str) -> bool | None:
        """Whether `of` holds `commit`, where that is known or near; else None."""
        if (commit, of) in self._held:
            return True
        return self.graph.holds(commit, of) if are_full_ids(commit, of) else None

    def note(self, commit: str, of: str) -> None:
        """Remember that `of` holds `commit`: of full ids that is so for ever."""
        if are_full_ids(commit, of):
            self._held.add((commit, of))

    def close(self) -> None:
        """End the process, where there is one."""
        if self._end is not None:
            self._end()
        self._process = self._end = None
        self.graph.close()

    def _is_no_branch(self, revision: str) -> bool:
        """Whether it is the full name of a branch that is not there, and not one that is broken."""
        path = os.path.join(self._common_dir, revision)
        is_file = os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))
        return revision.startswith(_BRANCHES) and not is_file

    def _answer(self, asked: bytes) -> bytes:
        """Git's line; empty where it has ended, or does not answer."""
        if self._process is None:
            started = ["--git-dir", self._common_dir, "cat-file", "--batch-check"]
            self._process = start_git(started, cwd=self._common_dir)
            self._end = weakref.finalize(self, _end, self._process)
        stdin, stdout = self._process.stdin, self._process.stdout
        line = b""
        if stdin is not None and stdout is not None:
            try:
                stdin.write(asked + b"\n")
                stdin.flush()
                poller = select.poll()
                poller.register(stdout, select.POLLIN)
                while not line.endswith(b"\n") and poller.poll(_PATIENCE_MS):
                    data = os.read(stdout.fileno(), _MOST_BYTES)
                    line += data
                    if not data:
                        break
            except BrokenPipeError:
                pass
        if not line.endswith(b"\n"):
            self._process.kill()
            self.close()
            return b""
        return line


def _end(process: GitProcess) -> None:
    process.communicate()
