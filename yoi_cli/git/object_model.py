"""An `ObjectReader` by GitPython, for repositories whose objects have names of 20 bytes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.git.object_answers import ObjectAnswers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.git.gitpython import ParsedObjects
    from yoi_cli.git.object_reader import ObjectEntry

#: What GitPython raises at objects that it will not read, such as a tree with a file `git~1`.
_UNREADABLE = (AssertionError, LookupError, TypeError, ValueError)


class ObjectModel(ObjectAnswers):
    """Lets GitPython read commits and trees; what it will not read, git itself answers.

    GitPython is imported for the first of them, and never for blobs, which need no parser.
    """

    def tree_of(self, commit: str) -> str:
        try:
            return self._parsed.tree_of(commit)
        except _UNREADABLE:
            return super().tree_of(commit)

    def entries(self, tree: str) -> Sequence[ObjectEntry]:
        try:
            return self._parsed.entries(tree)
        except _UNREADABLE:
            return super().entries(tree)

    def entry(self, tree: str, path: str) -> ObjectEntry | None:
        found: ObjectEntry | None = None
        for name in path.split("/"):
            if found is not None and found.kind != "tree":
                return None
            below = self.entries(tree if found is None else found.object)
            found = next((entry for entry in below if entry.name == name), None)
            if found is None:
                return None
        return found

    @cached_property
    def _parsed(self) -> ParsedObjects:
        from yoi_cli.git.gitpython import ParsedObjects

        return ParsedObjects(self._stream)
