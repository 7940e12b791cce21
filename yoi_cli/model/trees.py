"""The files of a workspace that stand in no folder, as a port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


#: What stands at a path of a tree; `other` is what a store never reads, symlinks above all.
FileKind: TypeAlias = Literal["file", "folder", "other"]


class TreeFiles(Protocol):
    """The files of a workspace that stand in no folder: in a commit, or in memory."""

    @property
    def kinds(self) -> Mapping[str, FileKind]:
        """What stands at every path, relative to the workspace, folders included."""
        ...

    def mark(self, path: str) -> str | None:
        """A word for what stands at `path`, the same in two trees of one repository only
        where they have the same there; None where nothing stands."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of the file at `path`, which `kinds` says is one."""
        ...
