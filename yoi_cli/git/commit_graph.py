"""Which commit holds which, by a short walk over the commits themselves (ARCHITECTURE.md, "Git").

What is near is told without a process for the question. Whatever takes a longer walk, or is not
there, as behind the edge of a shallow clone, is for git to say.
"""

from __future__ import annotations

import heapq
import os
from threading import Lock

from yoi_cli.errors import OperationError
from yoi_cli.git.object_stream import ObjectStream
from yoi_cli.named_tuple import NamedTuple

#: How many commits a walk looks at.
_MOST = 64
#: And how many are remembered at once.
_KEPT = 10_000
_WHITE = b" \t\r\n"


class CommitNode(NamedTuple):
    """What a commit says: its parents, when it was committed (Unix seconds), and its subject as
    git shows it; None where that is kept in another encoding than UTF-8."""

    parents: tuple[str, ...]
    time: int
    subject: str | None


class CommitGraph:
    """The commits of the repository with the git folder `git_dir`, asked for by full ids.

    Each is read once, as it never changes. Any thread may ask.
    """

    def __init__(self, git_dir: str) -> None:
        self._git_dir = git_dir
        self._objects = ObjectStream(git_dir, git_dir=git_dir)
        self._lock = Lock()
        self._known: dict[str, CommitNode] = {}

    def close(self) -> None:
        """End the process, where there is one."""
        with self._lock:
            self._objects.close()

    def node(self, commit: str) -> CommitNode | None:
        """What a commit says; None where git has to be asked."""
        if commit not in self._known:
            if len(self._known) >= _KEPT:
                self._known.clear()
            try:
                with self._lock:
                    kind, data = self._objects.read(commit)
            except OperationError:
                return None
            if kind != "commit":
                return None
            self._known[commit] = _parsed(data)
        return self._known[commit]

    def holds(self, commit: str, of: str) -> bool | None:
        """Whether `of` is `commit`, or comes from it; None where git has to be asked.

        `of` does not, if every way back from it ends, or comes to a commit that `commit` itself
        comes from. Both are walked, the newest first, which finds that soon and decides nothing.
        """
        behind: set[str] = set()  # what `commit` comes from
        ahead = {of}  # what `of` is, or comes from
        if self._is_shallow():
            return None
        waiting: list[tuple[int, str]] = []
        nodes: dict[str, CommitNode] = {}
        new = {commit, of}
        for _ in range(_MOST):
            for one in new:
                node = self.node(one)
                if node is None:
                    return None
                nodes[one] = node
                heapq.heappush(waiting, (-node.time, one))
            if commit in ahead:
                return True
            if all(one in behind or one not in ahead for _, one in waiting):
                return False
            _, one = heapq.heappop(waiting)
            parents = nodes[one].parents
            new = set()
            if one in ahead:
                new.update(parent for parent in parents if parent not in ahead)
                ahead.update(parents)
            if one == commit or one in behind:
                new.update(parent for parent in parents if parent not in behind)
                behind.update(parents)
        return None

    def line(self, base: str, head: str) -> list[tuple[str, str]] | None:
        """The commits from `head` down to `base`, which is not among them, with their subjects;
        None where one has not one parent, or git has to be asked."""
        found: list[tuple[str, str]] = []
        if self._is_shallow():
            return None
        while head != base:
            node = self.node(head) if len(found) < _MOST else None
            if node is None or len(node.parents) != 1 or node.subject is None:
                return None
            found.append((head, node.subject))
            head = node.parents[0]
        return found

    def _is_shallow(self) -> bool:
        """Whether git takes some commits for the first ones, whatever they say."""
        return os.path.exists(os.path.join(self._git_dir, "shallow"))


def _parsed(data: bytes) -> CommitNode:
    head, _, message = data.partition(b"\n\n")
    parents: list[str] = []
    time, is_utf8 = 0, True
    for line in head.split(b"\n"):
        name, _, value = line.partition(b" ")
        if name == b"parent":
            parents.append(value.decode())
        elif name == b"committer":
            number = value.split(b" ")[-2:][0]
            time = int(number) if number.isdigit() else 0
        elif name == b"encoding":
            is_utf8 = False
    return CommitNode(tuple(parents), time, _subject(message) if is_utf8 else None)


def _subject(message: bytes) -> str:
    """The lines of the first paragraph, as one."""
    lines: list[bytes] = []
    for line in message.partition(b"\0")[0].split(b"\n"):
        bare = line.rstrip(_WHITE)
        if bare:
            lines.append(bare)
        elif lines:
            break
    return b" ".join(lines).decode("utf-8", "surrogateescape")
