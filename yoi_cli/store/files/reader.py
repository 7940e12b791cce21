"""Tickets as files, read without a lock (docs/format.md)."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError, YoiError
from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.store.files import layout
from yoi_cli.store.files.directory import Directory, cannot_open, not_as_expected, read_all
from yoi_cli.store.formats.thread import ParsedThread, latest_at, parse_thread
from yoi_cli.store.values import NO_FIELDS, FieldsRow, PlansRow, RelationsRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.events import Thread
    from yoi_cli.model.fold import Folded
    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.thread_summary import ThreadSummary
    from yoi_cli.store.values import Part

_READ_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_FIRST_READ = 4096
#: Where a ticket's records stand, behind its name.
_RELATIONS = f"/{layout.ARTIFACTS}/{layout.RELATIONS}"
_PLAN = f"/{layout.ARTIFACTS}/{layout.PLAN}"


class FileReader:
    """Reads the tickets below one folder. Opened where needed, so that it sees what is now."""

    def __init__(self, location: layout.StoreLocation) -> None:
        self.location = location
        self._seen_folders: frozenset[str] = frozenset()
        self._without_records: set[str] = set()

    @cached_property
    def folder(self) -> Directory | None:
        """The store's folder, or None where there is none yet."""
        return layout.open_folder(self.location)

    def forget_folder(self) -> None:
        """Walk to the folder anew the next time: git may have put another in its place."""
        self._seen_folders = frozenset()
        self._without_records.clear()
        folder = self.__dict__.pop("folder", None)
        if isinstance(folder, Directory):
            folder.close()

    @contextmanager
    def opened(self, ticket: TicketId) -> Iterator[Directory]:
        """A ticket's folder. Raises `NotFoundError`, and `StoreInvalidError` for symlinks."""
        if not is_ticket_id(ticket) or self.folder is None:
            raise layout.no_such_ticket(ticket)
        try:
            directory = self.folder.child(ticket)
        except FileNotFoundError as error:
            raise layout.no_such_ticket(ticket) from error
        with directory:
            yield directory

    def exists(self, ticket: str) -> bool:
        if not is_ticket_id(ticket) or self.folder is None:
            return False
        return self.folder.kind_of(ticket) == stat.S_IFDIR

    def ids(self) -> list[TicketId]:
        return [TicketId(name) for name, _ in self._entries()]

    def item(self, ticket: TicketId) -> Item:
        from yoi_cli.store.formats.item import parse_item

        with self.opened(ticket) as directory:
            return parse_item(read_part(directory, layout.ITEM), path=directory.shown(layout.ITEM))

    def description(self, ticket: TicketId) -> str:
        from yoi_cli.store.formats.item import parse_description

        data = self._part_bytes(ticket, layout.ITEM)
        path = self._present_folder().shown(f"{ticket}/{layout.ITEM}")
        return parse_description(data, path=path)

    def parsed_thread(self, ticket: TicketId) -> ParsedThread:
        """A ticket's thread with the places of its events."""
        with self.opened(ticket) as directory:
            return parse_thread(read_part(directory, layout.THREAD))

    def thread(self, ticket: TicketId) -> Thread:
        return self.parsed_thread(ticket).thread

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]:
        with self.opened(ticket) as directory:
            return read_relations(directory)

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]:
        from yoi_cli.store.formats.plan import parse_plan

        with self.opened(ticket) as directory:
            data = read_artifact(directory, layout.PLAN)
            path = directory.shown(f"{layout.ARTIFACTS}/{layout.PLAN}")
            return () if data is None else parse_plan(data, path=path)

    def resolution(self, ticket: TicketId) -> str | None:
        with self.opened(ticket) as directory:
            data = directory.read_if_there(layout.RESOLUTION)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def artifacts(self, ticket: TicketId) -> tuple[str, ...]:
        with self.opened(ticket) as directory:
            try:
                folder = directory.child(layout.ARTIFACTS)
            except FileNotFoundError:
                return ()
            with folder:
                return tuple(path for path in _walk(folder) if path != layout.KEEP)

    def files(self, ticket: TicketId) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        with self.opened(ticket) as directory:
            for path in _walk(directory):
                above, name = os.path.split(path)
                with directory.descend(above) as folder:
                    found[path] = folder.read(name)
        return MappingProxyType(found)

    def raw(self, ticket: TicketId, part: Part) -> bytes:
        with self.opened(ticket) as directory:
            return read_part(directory, part)

    def latest_at(self, ticket: TicketId) -> str:
        return latest_at(self.raw(ticket, "thread.md"))

    def thread_marks(self) -> Mapping[TicketId, tuple[int, ...]]:
        marks: dict[TicketId, tuple[int, ...]] = {}
        for name, kind_error in self._entries():
            path, folder = f"{name}/{layout.THREAD}", self._present_folder().descriptor
            try:
                known = None if kind_error else os.lstat(path, dir_fd=folder)
            except OSError:
                continue  # no thread to watch; whoever reads the ticket is told why
            if known is not None:
                marks[TicketId(name)] = (known.st_ino, known.st_size, known.st_mtime_ns)
        return marks

    def all_fields(self) -> Iterator[FieldsRow]:
        for name, kind_error in self._entries():
            ticket = TicketId(name)
            try:
                if kind_error is not None:
                    raise kind_error
                yield FieldsRow(ticket, self._fields(name))
            except YoiError as error:
                yield FieldsRow(ticket, NO_FIELDS, error)

    def folded(self, ticket: TicketId) -> Folded:
        from yoi_cli.store.formats.thread_headers import fold_thread

        return fold_thread(self._part_bytes(ticket, layout.THREAD))

    def outline(self, ticket: TicketId) -> ThreadSummary:
        from yoi_cli.store.formats.thread_headers import outline_thread

        return outline_thread(self._part_bytes(ticket, layout.THREAD))

    def _part_bytes(self, ticket: TicketId, part: str) -> bytes:
        """As `raw`, in fewer steps: in one, where a pass over the store saw the folder."""
        is_seen = ticket in self._seen_folders
        if self.folder is None or not (is_seen or is_ticket_id(ticket)):
            raise layout.no_such_ticket(ticket)
        try:
            if is_seen:
                return self.folder.read_below(f"{ticket}/{part}")
            return self.folder.read_in(ticket, part)
        except FileNotFoundError as error:
            if not self.exists(ticket):
                raise layout.no_such_ticket(ticket) from error
            raise missing_part(self.folder.shown(f"{ticket}/{part}")) from error

    def all_plans(self) -> Iterator[PlansRow]:
        for name, kind_error in self._entries():
            if kind_error is not None or not self._may_have(name, _PLAN):
                continue
            try:
                yield PlansRow(TicketId(name), self.plan(TicketId(name)))
            except YoiError as error:
                yield PlansRow(TicketId(name), (), error)

    def _may_have(self, name: str, record: str) -> bool:
        """Whether `record` may stand below the folder `name`; what it is, who reads it sees."""
        try:
            os.lstat(name + record, dir_fd=self._present_folder().descriptor)
        except FileNotFoundError:
            return not self._is_without_records(name)
        except OSError:
            return True
        return True

    def _is_without_records(self, name: str) -> bool:
        """Whether a record that was not found is really not there: behind a symlink in place
        of `artifacts/`, nobody can tell. Looked at once for all passes."""
        if name in self._without_records:
            return True
        artifacts = f"{name}/{layout.ARTIFACTS}"
        try:
            kind = os.lstat(artifacts, dir_fd=self._present_folder().descriptor).st_mode
        except FileNotFoundError:
            kind = stat.S_IFDIR
        if stat.S_ISDIR(kind):
            self._without_records.add(name)
            return True
        return False

    def all_relations(self, naming: str = "") -> Iterator[RelationsRow]:
        for name, kind_error in self._entries():
            if kind_error is not None:
                yield RelationsRow(TicketId(name), (), kind_error)
                continue
            try:
                relations = self._relations_in_pass(name, naming)
            except YoiError as error:
                yield RelationsRow(TicketId(name), (), error)
            else:
                if relations:
                    yield RelationsRow(TicketId(name), relations)

    def _entries(self) -> list[tuple[str, StoreInvalidError | None]]:
        """Names that are ticket ids, sorted, each with the reason why it is no folder."""
        if self.folder is None:
            return []
        found: list[tuple[str, StoreInvalidError | None]] = []
        with os.scandir(self.folder.descriptor) as entries:
            for entry in entries:
                if is_ticket_id(entry.name):
                    error = None
                    if not entry.is_dir(follow_symlinks=False):
                        error = not_as_expected(self.folder.shown(entry.name), "a folder")
                    found.append((entry.name, error))
        found.sort()
        self._seen_folders = frozenset([name for name, error in found if error is None])
        return found

    def _fields(self, name: str) -> Mapping[str, FieldValue]:
        """A ticket's frontmatter, with as few system calls as reading it can cost."""
        from yoi_cli.store.formats.item import parse_fields, parse_item

        folder, path = self._present_folder(), f"{name}/{layout.ITEM}"
        try:
            descriptor = os.open(path, _READ_FLAGS, dir_fd=folder.descriptor)
        except FileNotFoundError as error:
            raise missing_part(folder.shown(path)) from error
        except OSError as error:
            raise cannot_open(error, folder.shown(path), "a regular file") from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise not_as_expected(folder.shown(path), "a regular file")
            data = os.read(descriptor, _FIRST_READ)
            shown = folder.shown(path)
            fields = parse_fields(data, path=shown)
            if fields is None:
                data += read_all(descriptor)
                fields = parse_item(data, path=shown).fields
        except OSError as error:
            raise cannot_open(error, folder.shown(path), "a regular file") from error
        finally:
            os.close(descriptor)
        return fields

    def _relations_in_pass(self, name: str, naming: str) -> tuple[Relation, ...]:
        """Relations of one ticket of many: most have none, which one failed look tells.

        That `name` is a folder and no symlink was seen when the names were read. A sound file
        without the id `naming` in it cannot name that ticket, and is not parsed for it.
        """
        if not self._may_have(name, _RELATIONS):
            return ()
        from yoi_cli.store.formats.relations import may_name, parse_relations

        folder = self._present_folder()
        try:
            data = folder.read_in(f"{name}/{layout.ARTIFACTS}", layout.RELATIONS)
        except FileNotFoundError:
            return ()
        if naming and not may_name(data, naming):
            return ()
        return parse_relations(data, path=folder.shown(name + _RELATIONS))

    def _present_folder(self) -> Directory:
        if self.folder is None:
            raise layout.no_such_ticket(self.location.folder)
        return self.folder


def read_part(directory: Directory, name: str) -> bytes:
    """A file that every ticket must have. Raises `StoreInvalidError` where it is missing."""
    try:
        return directory.read(name)
    except FileNotFoundError as error:
        raise missing_part(directory.shown(name)) from error


def read_artifact(directory: Directory, name: str) -> bytes | None:
    """The file `name` below a ticket's `artifacts/`, or None where there is none."""
    try:
        artifacts = directory.child(layout.ARTIFACTS)
    except FileNotFoundError:
        return None
    with artifacts:
        return artifacts.read_if_there(name)


def read_relations(directory: Directory) -> tuple[Relation, ...]:
    """The forward relations of the ticket in `directory`."""
    from yoi_cli.store.formats.relations import parse_relations

    data = read_artifact(directory, layout.RELATIONS)
    if data is None:
        return ()
    return parse_relations(data, path=directory.shown(f"{layout.ARTIFACTS}/{layout.RELATIONS}"))


def missing_part(shown: str) -> StoreInvalidError:
    """The error for a ticket without its item or its thread."""
    return StoreInvalidError(
        "file_missing",
        f"{shown} is missing.",
        hint="Bring the file back from git; `yoi ticket doctor` shows what else is missing.",
        details={"path": shown},
    )


def _walk(directory: Directory) -> Iterator[str]:
    """The paths of all regular files below `directory`, sorted, torn appends left out."""
    for name in directory.names():
        kind = directory.kind_of(name)
        if kind == stat.S_IFREG:
            yield name
        elif kind == stat.S_IFDIR and name != layout.TORN:
            with directory.child(name) as below:
                yield from (f"{name}/{path}" for path in _walk(below))
