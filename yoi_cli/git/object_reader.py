"""What was committed to a repository, object by object, behind one small port.

Two readers implement it: GitPython's object model, and git's own answers for the repositories
that GitPython does not read. Both get the bytes of objects from one process of git's, started
by `command.py`. Reading a whole store goes by `objects.RevisionFiles` instead, which is faster
(ARCHITECTURE.md, "Git").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class ObjectEntry(NamedTuple):
    """What stands in a tree: its name there, git's mode, kind and object.

    Bytes of a name that are no UTF-8 are lone surrogates. `kind` is `blob` (also for a
    symlink), `tree`, or `commit` (a submodule, which may not be in the repository).
    """

    name: str
    mode: str
    kind: str
    object: str


class ObjectReader(Protocol):
    """Reads a repository's objects by their full names, replaced as `git replace` says.

    `OperationError` (`git_object_missing`) is raised for what is not there or is of another
    kind. For one thread at a time.
    """

    def tree_of(self, commit: str) -> str:
        """The tree of a commit."""
        ...

    def entries(self, tree: str) -> Sequence[ObjectEntry]:
        """What stands directly in a tree or in the tree of a commit, in git's order."""
        ...

    def entry(self, tree: str, path: str) -> ObjectEntry | None:
        """What stands at `path` of a tree or commit, None where nothing does."""
        ...

    def tree_at(self, tree: str, path: str) -> str | None:
        """The tree that a tree or commit has at the folder `path`, None where there is none."""
        ...

    def commit_at(self, ref: str) -> str | None:
        """The commit that the full ref name `ref` holds now, None where there is none."""
        ...

    def blob(self, name: str) -> bytes:
        """The bytes of a file, as they were committed: no filter and no line end is applied."""
        ...
