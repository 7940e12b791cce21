"""An `ObjectReader` by git's own answers, for every repository that git itself reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.git.command import ask_git
from yoi_cli.git.object_reader import ObjectEntry
from yoi_cli.git.object_stream import object_missing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.object_stream import ObjectStream


class ObjectAnswers:
    """Asks a git of its own for every tree, and `stream` for all else."""

    def __init__(self, cwd: str, stream: ObjectStream) -> None:
        self._cwd = cwd
        self._stream = stream

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


def _entry(line: str) -> ObjectEntry:
    facts, _, path = line.partition("\t")
    mode, kind, name = facts.split(" ")
    return ObjectEntry(path.rpartition("/")[2], mode, kind, name)
