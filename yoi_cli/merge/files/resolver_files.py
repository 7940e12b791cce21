"""The files that `yoi resolve` reads and writes: under the lock, or only looked at."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

from yoi_cli.errors import NotFoundError
from yoi_cli.merge.ports import ResolveStep, TicketOutcome
from yoi_cli.store.files import layout
from yoi_cli.store.files.atomic_folder import is_inside
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.kept import keep_left_out

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.trees import TreeFiles
    from yoi_cli.store.files.reader import FileReader
    from yoi_cli.store.files.writer import FileWriter


class TicketFiles:
    """A store's files by ticket and path; `writer` is None where nothing may be written.

    What would have been written is then remembered and read back, so that a dry run says
    what a run would do.
    """

    def __init__(self, reader: FileReader, writer: FileWriter | None) -> None:
        self._reader = reader
        self._writer = writer
        self._pretended: dict[str, bytes | None] = {}

    def ids(self) -> Sequence[TicketId]:
        return self._reader.ids()

    def path(self, ticket: str, part: str) -> str:
        """The path of a file of a ticket, relative to the workspace."""
        return f"{self._reader.location.folder}/{ticket}/{part}".rstrip("/")

    def announced(self, ticket: TicketId) -> AbstractContextManager[None]:
        """Whoever finds the ticket unfinished, because this run ended, re-projects it."""
        return nullcontext() if self._writer is None else self._writer.announced(ticket)

    def read(self, ticket: str, part: str) -> bytes | None:
        """The bytes of a file, None where it is not there. Raises `StoreInvalidError`."""
        return self.read_path(self.path(ticket, part))

    def read_path(self, path: str) -> bytes | None:
        if path in self._pretended:
            return self._pretended[path]
        with Directory.open(self._reader.location.workspace, "") as top:
            return top.read_path(path)

    def parts(self, ticket: TicketId) -> Sequence[str]:
        """The paths of a ticket's regular files in its folder, what was set aside left out."""
        try:
            return tuple(self._reader.files(ticket))
        except NotFoundError:
            return ()

    def write(self, ticket: str, part: str, data: bytes) -> None:
        """Put `data` at once where the file is, and bring it to stable storage."""
        self.write_path(self.path(ticket, part), data)

    def write_path(self, path: str, data: bytes) -> None:
        if self.read_path(path) == data:
            return
        if self._writer is None:
            self._pretended[path] = data
            return
        with Directory.open(self._reader.location.workspace, "") as top:
            top.replace_path(path, data)

    def remove(self, ticket: TicketId, part: str) -> None:
        """Remove a file whose bytes are elsewhere now."""
        path = self.path(ticket, part)
        if self._writer is None:
            self._pretended[path] = None
            return
        with Directory.open(self._reader.location.workspace, "") as top:
            above, name = os.path.split(path)
            with top.descend(above) as folder:
                folder.remove_if_there(name)
                folder.sync()

    def install(self, ticket: TicketId, files: Mapping[str, bytes]) -> None:
        """Make a ticket's folder at once, with `files`; one that is there gets what it lacks."""
        if self._writer is None or self._reader.exists(ticket):
            for part, data in files.items():
                self.write(ticket, part, data)
            return
        self._writer.install(ticket, files)

    def restore(
        self, ticket: str, tree: TreeFiles, reason: str, unless: Collection[str] = ()
    ) -> TicketOutcome:
        """Write what is missing here of the files that `tree` has of a ticket.

        Those in `unless` are left out. The step that it makes says `reason`.
        """
        paths: list[str] = []
        for part, data in files_in(tree, self.path(ticket, "")).items():
            if part not in unless and self.read(ticket, part) is None:
                self.write(ticket, part, data)
                paths.append(self.path(ticket, part))
        if not paths:
            return TicketOutcome()
        step = ResolveStep("restored", ticket, reason, tuple(paths))
        return TicketOutcome((step,), resolved=step.paths)

    def set_aside(self, ticket: TicketId, part: str, data: bytes) -> None:
        """Keep bytes that are about to be replaced in the ticket's artifacts/.torn."""
        if self._writer is None:
            return
        with self._writer.opened(ticket) as directory:
            keep_left_out(directory, part.rpartition("/")[2], data)

    def referring(self, ticket: str) -> Iterator[tuple[str, bytes]]:
        """Files of other tickets, and objectives, that may name `ticket`, with their bytes."""
        for other in self.ids():
            for part in (layout.RELATIONS_PATH, layout.PLAN_PATH):
                data = self.read(other, part) if other != ticket else None
                if data is not None and ticket.encode() in data:
                    yield self.path(other, part), data
        for objective in self._objectives():
            path = f"{layout.OBJECTIVES_FOLDER}/{objective}/{layout.ITEM}"
            data = self.read_path(path)
            if data is not None and ticket.encode() in data:
                yield path, data

    def _objectives(self) -> Sequence[str]:
        from yoi_cli.objectives.files import FileObjectives

        return FileObjectives(self._reader.location).ids()


def files_in(tree: TreeFiles, folder: str) -> dict[str, bytes]:
    """The files that `tree` has below `folder`, by their path there."""
    prefix = f"{folder.rstrip('/')}/"
    return {
        path.removeprefix(prefix): tree.read(path)
        for path, kind in tree.kinds.items()
        if kind == "file" and path.startswith(prefix) and is_inside(path)
    }
