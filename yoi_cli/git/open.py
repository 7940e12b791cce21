"""The readers of a repository's objects, and which one is used (ARCHITECTURE.md, "Git")."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.git.command import QUICK_SECONDS, ask_git, git_failed, look_up
from yoi_cli.git.object_reader import ObjectEntry
from yoi_cli.git.object_stream import ObjectStream, object_missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.git.gitpython import ParsedObjects

#: To read so many trees by a git of its own each costs as much as importing GitPython.
_FEW_TREES = 16
#: What GitPython raises at objects that it will not read, such as a tree with a file `git~1`.
_UNREADABLE = (AssertionError, LookupError, TypeError, ValueError)


class ObjectAnswers:
    """An `ObjectReader` by git's own answers, for every repository that git itself reads.

    A git of its own is asked for every tree, and `stream` for all else.
    """

    def __init__(self, cwd: str, stream: ObjectStream) -> None:
        self._cwd = cwd
        self._stream = stream
        self._trees: dict[tuple[str, str], str] = {}

    @property
    def stream(self) -> ObjectStream:
        """What reads the bytes of objects."""
        return self._stream

    def tree_of(self, commit: str) -> str:
        found = self._stream.read(commit)
        word, _, tree = found.data.partition(b"\n")[0].partition(b" ")
        if found.kind != "commit" or word != b"tree":
            raise object_missing(commit)
        return tree.decode()

    def entries(self, tree: str) -> Sequence[ObjectEntry]:
        return self._listed(tree, [])

    def entry(self, tree: str, path: str) -> ObjectEntry | None:
        found = self._listed(tree, ["--", f":(literal){path}"])
        return found[0] if found else None

    def tree_at(self, tree: str, path: str) -> str | None:
        known = self._trees.get((tree, path))
        if known is not None:
            return known
        named = self._stream.find(f"{tree}:{path}")
        if named is None:  # nothing is there, or what leads there cannot be read, which is told
            found = self.entry(tree, path)
            return found.object if found is not None and found.kind == "tree" else None
        if named.kind != "tree":
            return None
        self._trees[tree, path] = named.name
        return named.name

    def commit_at(self, ref: str) -> str | None:
        found = self._stream.find(f"{ref}^{{commit}}", patience=QUICK_SECONDS)
        if found is not None and found.kind == "commit":
            return found.name
        return commit_at(self._cwd, ref)

    def blob(self, name: str) -> bytes:
        found = self._stream.read(name)
        if found.kind != "blob":
            raise object_missing(name)
        return found.data

    def _listed(self, tree: str, wanted: Sequence[str]) -> list[ObjectEntry]:
        answer = ask_git(["ls-tree", "-z", "--full-tree", tree, *wanted], cwd=self._cwd)
        if answer.code:
            raise object_missing(tree)
        return [_entry(line) for line in answer.text.split("\0") if line]


class ObjectModel(ObjectAnswers):
    """An `ObjectReader` by GitPython, for objects whose names have 20 bytes.

    What GitPython will not read of trees, git itself answers, and the first few of them: to import
    GitPython takes as long as to start git that often. All else needs no parser.
    """

    def __init__(self, cwd: str, stream: ObjectStream) -> None:
        super().__init__(cwd, stream)
        self._left = _FEW_TREES

    def entries(self, tree: str) -> Sequence[ObjectEntry]:
        if self._is_soon():
            return super().entries(tree)
        try:
            return self._parsed.entries(tree)
        except _UNREADABLE:
            return super().entries(tree)

    def entry(self, tree: str, path: str) -> ObjectEntry | None:
        if self._is_soon():
            return super().entry(tree, path)
        found: ObjectEntry | None = None
        for name in path.split("/"):
            if found is not None and found.kind != "tree":
                return None
            below = self.entries(tree if found is None else found.object)
            found = next((entry for entry in below if entry.name == name), None)
            if found is None:
                return None
        return found

    def _is_soon(self) -> bool:
        """Whether git has to be started a few times only, until now."""
        self._left -= 1
        return self._left >= 0

    @cached_property
    def _parsed(self) -> ParsedObjects:
        from yoi_cli.git.gitpython import ParsedObjects

        return ParsedObjects(self._stream)


def commit_at(cwd: str, ref: str) -> str | None:
    """The commit that the full ref name `ref` holds, None where there is none."""
    return look_up(["rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}"], cwd=cwd) or None


@contextmanager
def open_objects(cwd: str) -> Iterator[ObjectAnswers]:
    """The reader for the repository around `cwd`; its process ends with the context.

    Raises `OperationError` (`git_failed`) where git refuses the repository, as one that
    belongs to somebody else.
    """
    asked = ["rev-parse", "--show-object-format"]
    answer = ask_git(asked, cwd=cwd)
    if answer.code:
        raise git_failed(asked, answer)
    stream = ObjectStream(cwd)
    try:
        # GitPython knows names of 20 bytes alone, and decodes those in trees as the file system's.
        if answer.text.strip() == "sha1" and sys.getfilesystemencoding() == "utf-8":
            yield ObjectModel(cwd, stream)
        else:
            yield ObjectAnswers(cwd, stream)
    finally:
        stream.close()


def _entry(line: str) -> ObjectEntry:
    facts, _, path = line.partition("\t")
    mode, kind, name = facts.split(" ")
    return ObjectEntry(path.rpartition("/")[2], mode, kind, name)
