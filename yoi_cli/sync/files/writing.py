"""Bringing a merge to the files of a store, under its lock (docs/format.md, "Writing")."""

from __future__ import annotations

import os
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.merge.files.local_edits import has_lost_words
from yoi_cli.model.ids import TicketId
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files import layout
from yoi_cli.store.files.atomic_folder import place_tree
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.git_activity import wait_for_git
from yoi_cli.store.files.kept import keep_left_out
from yoi_cli.store.files.shared_paths import ticket_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from yoi_cli.store.files.writer import FileWriter


_NOTHING: Mapping[str, str] = MappingProxyType({})


class FileChange(NamedTuple):
    """What is to be at a path, and what is there; None is no file.

    `is_own` says that what is there was changed here since the last sync.
    """

    path: str
    was: bytes | None
    data: bytes | None
    is_executable: bool = False
    is_own: bool = True


class StoreFiles:
    """The files of a workspace while `writer` holds the lock of its store.

    `moved` has the new ids of tickets whose files are elsewhere from now on.
    """

    def __init__(self, writer: FileWriter, moved: Mapping[str, str] = _NOTHING) -> None:
        self._writer = writer
        self._moved = moved
        self._location = writer.location

    def bring(self, changes: Iterable[FileChange]) -> bool:
        """Make the changes, new tickets at once and threads before what follows from them.

        False where a file was not as expected, or was replaced meanwhile: git or an editor
        is at work. What was written until then stays, and loses nothing.
        """
        groups: dict[str, list[FileChange]] = {}
        for change in changes:
            groups.setdefault(ticket_of(change.path, self._location.folder), []).append(change)
        for ticket in sorted(groups, key=lambda name: (not name, name)):
            if not self._bring_group(ticket, _in_order(groups[ticket])):
                return False
        index_lock = self._location.index_lock
        if index_lock is not None and not wait_for_git(index_lock):
            return False
        return all(self._is_there(change) for group in groups.values() for change in group)

    def _bring_group(self, ticket: str, changes: list[FileChange]) -> bool:
        if not ticket:
            return all(self._bring_file(change) for change in changes)
        with self._writer.announced(TicketId(ticket)):
            if self._is_new(ticket, changes):
                return True
            return all(self._bring_file(change) for change in changes)

    def _is_new(self, ticket: str, changes: list[FileChange]) -> bool:
        """Whether the ticket was not there, and is now, as a whole."""
        folder = layout.open_folder(self._location, make=True)
        if folder is None:
            return False
        prefix = f"{self._location.folder}/{ticket}/"
        with folder:
            if folder.has(ticket):
                return False
            files: Mapping[str, bytes] = {
                one.path.removeprefix(prefix): one.data for one in changes if one.data is not None
            }
            if files:
                place_tree(folder, ticket, files)
        executable = [one for one in changes if one.is_executable]
        return all(self._bring_file(one._replace(was=one.data)) for one in executable)

    def _bring_file(self, change: FileChange) -> bool:
        found = self._read(change.path)
        if not _is_same(found, change.was):
            return False
        self._keep_left_out(change, found or b"")
        above, name = os.path.split(change.path)
        if change.data is None:
            self._remove(above, name)
            return True
        with self._walk(above, make=True) as folder:
            folder.replace(name, change.data, is_executable=change.is_executable)
        return True

    def _keep_left_out(self, change: FileChange, found: bytes) -> None:
        """Keep what the file of a ticket has, and will not have any more."""
        ticket = ticket_of(change.path, self._location.folder)
        if not (ticket and found) or change.data is None or ticket in self._moved:
            return
        name = os.path.basename(change.path)
        if name == layout.THREAD:
            from yoi_cli.merge.files.originals import left_out

            data = left_out(found, change.data)
        else:
            said = found
            for old, new in self._moved.items():
                said = said.replace(old.encode(), new.encode())
            data = found if change.is_own and has_lost_words(said, change.data) else b""
        if data:
            with self._walk(f"{self._location.folder}/{ticket}") as folder:
                keep_left_out(folder, name, data)

    def _is_there(self, change: FileChange) -> bool:
        """Whether what was brought is there. What made way for a folder, or went with
        one, cannot be asked for."""
        return change.data is None or self._read(change.path) == change.data

    def _remove(self, above: str, name: str) -> None:
        """Take a file away, and the folders that are empty then."""
        with self._walk(above) as folder:
            folder.remove_if_there(name)
            folder.sync()
        parent, folder_name = os.path.split(above)
        while parent and above != self._location.folder:
            with self._walk(parent) as folder:
                try:
                    os.rmdir(folder_name, dir_fd=folder.descriptor)
                except OSError:
                    return
                folder.sync()
            above = parent
            parent, folder_name = os.path.split(parent)

    def _read(self, path: str) -> bytes | None:
        with Directory.open(self._location.workspace, "") as workspace:
            return workspace.read_path(path)

    def _walk(self, path: str, *, make: bool = False) -> Directory:
        """The folder at `path` below the workspace, walked to without following a symlink."""
        with Directory.open(self._location.workspace, "") as workspace:
            return workspace.descend(path, make=make)


def _in_order(changes: Iterable[FileChange]) -> list[FileChange]:
    """What others follow from comes first; what goes, goes before the log does. A file where
    a folder is to be, or in a folder where a file is to be, goes before what takes its place.
    """
    listed = list(changes)
    put = {change.path for change in listed if change.data is not None}
    folders = {above for path in put for above in _folders_of(path)}

    def rank(change: FileChange) -> tuple[int, str]:
        is_log = change.path.endswith(f"/{layout.THREAD}")
        if change.data is not None:
            return (0 if is_log else 2, change.path)
        if change.path in folders or not put.isdisjoint(_folders_of(change.path)):
            return (1, change.path)
        return (4 if is_log else 3, change.path)

    return sorted(listed, key=rank)


def _folders_of(path: str) -> Iterator[str]:
    """The paths of the folders that `path` lies in."""
    above = os.path.dirname(path)
    while above:
        yield above
        above = os.path.dirname(above)


def _is_same(found: bytes | None, known: bytes | None) -> bool:
    """Whether a file is as it was taken: git's attributes may have changed its line ends."""
    if found is None or known is None:
        return found is known
    return found == known or found.replace(b"\r\n", b"\n") == known.replace(b"\r\n", b"\n")


def busy() -> ConflictError:
    """The error for a checkout that never came to rest while a store was to be written."""
    return ConflictError(
        "git_busy",
        "Git kept working on the checkout while the tickets were brought to it.",
        hint="Nothing is lost. Sync again when the git command is done.",
    )
