"""Commits and trees as GitPython reads them (ARCHITECTURE.md, "Git").

Only its object model is used, over our own `git cat-file --batch`. Its `Repo` reads the
configuration and GIT_* variables by rules of its own, and its `Git` starts processes in the
whole environment, without our settings, with a pipe for errors that nobody empties.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING

from yoi_cli.git.object_reader import ObjectEntry
from yoi_cli.git.object_stream import object_missing
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.git.object_stream import ObjectStream

#: Imported, GitPython looks for its git by starting it: here it finds none, and says nothing.
_NO_GIT = {"GIT_PYTHON_REFRESH": "quiet", "GIT_PYTHON_GIT_EXECUTABLE": os.devnull}


@contextmanager
def _without_git() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _NO_GIT}
    os.environ.update(_NO_GIT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


with _without_git():
    from git.db import GitCmdObjectDB
    from git.objects import Commit, Tree
    from git.repo import Repo


class ParsedObjects:
    """Parses what `stream` reads.

    Raises `OperationError` (`git_object_missing`), and what GitPython raises.
    """

    def __init__(self, stream: ObjectStream) -> None:
        self._database = _Database(stream)
        self._repository = _Repository(self._database)

    def entries(self, tree: str) -> list[ObjectEntry]:
        """What stands directly in a tree or in the tree of a commit."""
        name = bytes.fromhex(tree)
        kind = self._database.info(name).type
        if kind == b"commit":
            top = Commit(self._repository, name).tree
        elif kind == b"tree":
            top = Tree(self._repository, name, path="")
        else:
            raise object_missing(tree)
        # A submodule's `name` is looked for in .gitmodules; the path from this tree is the name.
        return [_entry(os.fspath(one.path), one.mode, one.hexsha) for one in top]


class _Read(NamedTuple):
    """An object as GitPython's model takes it from a database."""

    binsha: bytes
    type: bytes
    size: int
    stream: BytesIO

    def read(self) -> bytes:
        return self.stream.read()


class _Database(GitCmdObjectDB):
    """Reads through our process. The object read last is kept: the model asks for the kind of
    an object first, and then for its bytes."""

    def __init__(self, stream: ObjectStream) -> None:
        self._stream = stream
        self._last: tuple[bytes, str, bytes] | None = None

    def info(self, binsha: bytes) -> _Read:
        return self.stream(binsha)

    def stream(self, binsha: bytes) -> _Read:
        if self._last is None or self._last[0] != binsha:
            self._last = (binsha, *self._stream.read(binsha.hex()))
        _, kind, data = self._last
        return _Read(binsha, kind.encode(), len(data), BytesIO(data))


class _Repository(Repo):
    """A repository of which nothing is known but its objects; it opens and starts nothing."""

    def __init__(self, database: _Database) -> None:
        self.odb = database


def _entry(name: str, mode: int, sha: str) -> ObjectEntry:
    """As `git ls-tree` shows it, which knows six modes and no others."""
    if stat.S_ISREG(mode):
        return ObjectEntry(name, "100755" if mode & 0o100 else "100644", "blob", sha)
    if stat.S_ISLNK(mode):
        return ObjectEntry(name, "120000", "blob", sha)
    if stat.S_ISDIR(mode):
        return ObjectEntry(name, "040000", "tree", sha)
    return ObjectEntry(name, "160000", "commit", sha)
