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


class NoFiles:
    """The files of an ancestor that is absent; a `TreeFiles`."""

    @property
    def kinds(self) -> Mapping[str, FileKind]:
        return {}

    def mark(self, path: str) -> str | None:
        return None

    def read(self, path: str) -> bytes:
        raise KeyError(path)


def read_file(files: TreeFiles, path: str) -> bytes | None:
    """The bytes of the file at `path`, None where no file is there."""
    return files.read(path) if files.kinds.get(path) == "file" else None
