"""Merged files that lie ready for the shell in front of the merge driver (docs/merging.md, Ahead).

Nothing trusts them: the shell takes one only where git names its bytes, and those of the three
files that it was asked about, as the note beside it does. What is not whole costs time.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from yoi_cli.store.files.atomic_folder import remove_tree
from yoi_cli.store.files.directory import Directory

if TYPE_CHECKING:
    from types import TracebackType

#: Its name in a checkout's git folder; setup.merge_checks tells the shell.
FOLDER = "yoi-merge"
#: How an entry's note is called behind its path.
NOTE = ".ids"
#: What lies ready at the most: files, and their bytes.
MOST_FILES = 10_000
MOST_BYTES = 64 << 20
_ODD = frozenset({"", ".", ".."})


class PreparedFiles:
    """The folder for what one process of git is going to ask about."""

    def __init__(self, folder: Directory) -> None:
        self._folder = folder
        self._files = 0
        self._bytes = 0

    @classmethod
    def begin(cls, path: str) -> Self | None:
        """Make the folder at `path`, called by git's process id; None where somebody did before,
        so that nobody works ahead twice for one merge. What earlier merges left goes.

        Raises `OSError` and store errors, for a path that is none of ours too.
        """
        above, process = os.path.split(path)
        git_dir, name = os.path.split(above)
        if name != FOLDER or not process.isdigit():
            return None
        with Directory.open(git_dir, git_dir) as git:
            with suppress(FileExistsError):
                os.mkdir(name, 0o700, dir_fd=git.descriptor)
            with git.child(name) as folders:
                for other in folders.names():
                    if other != process and not _is_alive(other):
                        remove_tree(folders, other)
                try:
                    os.mkdir(process, 0o700, dir_fd=folders.descriptor)
                except FileExistsError:
                    return None
                return cls(folders.child(process))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.close()

    @property
    def is_full(self) -> bool:
        return self._files >= MOST_FILES or self._bytes >= MOST_BYTES

    def add(self, path: str, base: str | None, ours: str, theirs: str, merged: bytes) -> None:
        """Put `merged` there for the file at `path`, of which git names the three versions.

        A path that leads elsewhere is passed over. Raises `OSError` and store errors.
        """
        *above, name = path.split("/")
        if _ODD & {*above, name}:
            return
        base = _name_of(b"", like=ours) if base is None else base
        note = f"{base} {ours} {theirs} {_name_of(merged, like=ours)}\n"
        with self._made(above) as folder:
            folder.create(name, merged, mode=0o600, is_synced=False)
            folder.create(name + NOTE, note.encode(), mode=0o600, is_synced=False)
        self._files += 1
        self._bytes += len(merged)

    def _made(self, names: list[str]) -> Directory:
        folder = self._folder.descend("")
        for name in names:
            with folder:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=folder.descriptor)
                folder = folder.child(name)
        return folder


def _name_of(data: bytes, *, like: str) -> str:
    """Git's name of a file of these bytes, by the hash that `like` is of."""
    kind = "sha1" if len(like) == 40 else "sha256"
    return hashlib.new(kind, b"blob %d\0" % len(data) + data).hexdigest()


def _is_alive(process: str) -> bool:
    """Whether the process of that number is there, so that its merge may still go on."""
    try:
        os.kill(int(process), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True
