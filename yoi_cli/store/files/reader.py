"""Tickets as files, read without a lock (docs/format.md)."""

from __future__ import annotations

import os
import stat
import time
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.store.files import layout
from yoi_cli.store.files.base_reader import BaseReader, missing_part
from yoi_cli.store.files.descriptors import cannot_open, not_as_expected, open_regular, read_all
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.formats.thread import is_utf8, latest_at
from yoi_cli.store.values import FieldsRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.events import Event
    from yoi_cli.model.missing import MissingWrites
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.thread_figures import ThreadFigures
    from yoi_cli.store.files.journal import Journal
    from yoi_cli.store.files.known_tickets import KnownTickets
    from yoi_cli.store.files.missing import Elsewhere
    from yoi_cli.store.formats.thread_pieces import ThreadInPieces
    from yoi_cli.store.values import Part

_FIRST_READ = 4096
#: No file system tells times more coarsely than by two seconds.
COARSEST_TIME_NS = 3_000_000_000
#: So soon after the thread, at most, its item is written by yoi and by git. What takes a slow disk
#: longer costs a look into the thread.
_TOGETHER_NS = 20_000_000
#: An item so much older than its thread was not written with it.
_LATE_NS = COARSEST_TIME_NS


class FileReader(BaseReader):
    """Reads the tickets below one folder. Opened where needed, so that it sees what is now."""

    def __init__(self, location: layout.StoreLocation, elsewhere: Elsewhere | None = None) -> None:
        self.location = location
        self.elsewhere = elsewhere
        self._begun = 0 if location.git is None else location.git.stirred
        self._seen: Mapping[TicketId, StoreInvalidError | None] = {}
        self._in_pieces: tuple[TicketId, ThreadInPieces] | None = None
        self._without_records: set[str] = set()
        self._listed_ns: int | None = None
        self._looked: list[tuple[Journal, KnownTickets]] = []

    @cached_property
    def folder(self) -> Directory | None:
        """The store's folder, or None where there is none yet."""
        return layout.open_folder(self.location)

    def forget_folder(self) -> None:
        """Walk to the folder anew the next time: git may have put another in its place."""
        self._seen = {}
        self._listed_ns = None
        self._without_records.clear()
        folder = self.__dict__.pop("folder", None)
        if isinstance(folder, Directory):
            folder.close()

    def opened(self, ticket: TicketId) -> Directory:
        """A ticket's folder. Raises `NotFoundError`, and `StoreInvalidError` for symlinks."""
        if not is_ticket_id(ticket) or self.folder is None:
            raise layout.no_such_ticket(ticket)
        try:
            return self.folder.child(ticket)
        except FileNotFoundError as error:
            raise layout.no_such_ticket(ticket) from error

    def exists(self, ticket: str) -> bool:
        if not is_ticket_id(ticket) or self.folder is None:
            return False
        return self.folder.kind_of(ticket) == stat.S_IFDIR

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

    @property
    def is_disturbed(self) -> bool:
        git = self.location.git
        return git is not None and (git.stirred != self._begun or git.is_at_work)

    def missing_writes(self) -> Mapping[str, MissingWrites]:
        git = self.location.git
        if git is None or not os.path.lexists(os.path.dirname(git.journal)):
            return {}
        from yoi_cli.store.files.missing import find_missing

        kept, known = self._journal()
        late = kept.read_late().entries
        entries = (*kept.read().entries, *late)
        return find_missing(self.folder, entries, late, self.elsewhere, known) if entries else {}

    def _journal(self) -> tuple[Journal, KnownTickets]:
        """The journal, and what is known by it."""
        from yoi_cli.store.files.journal import Journal
        from yoi_cli.store.files.known_tickets import KnownTickets

        git = self.location.git
        if not self._looked:
            self._looked.append((Journal("" if git is None else git.journal), KnownTickets()))
        return self._looked[0]

    def know_what(self, other: FileReader) -> None:
        """Go on from what `other`, a reader of the same store, has found of the journal."""
        self._looked = other._looked

    def latest_at(self, ticket: TicketId) -> str:
        from yoi_cli.store.formats.thread_pieces import PIECE, in_pieces

        self._in_pieces = None  # one at a time: they are large
        data = self.raw(ticket, "thread.md")
        if len(data) > PIECE and (known := in_pieces(data)) is not None:
            self._in_pieces = (ticket, known)
            return known.latest_at
        return latest_at(data)

    def newest(
        self, ticket: TicketId, reaches: Callable[[tuple[str, str]], bool]
    ) -> Iterator[Event]:
        from yoi_cli.store.formats.thread_view import newest_in, newest_of

        known, self._in_pieces = self._in_pieces, None
        if known is not None and known[0] == ticket:
            return newest_of(known[1], reaches)
        return newest_in(self.raw(ticket, "thread.md"), reaches)

    def thread_figures(self, ticket: TicketId) -> ThreadFigures:
        from yoi_cli.store.formats.thread_headers import thread_figures

        return thread_figures(self._read_in_pass(ticket, "thread.md"))

    def thread_marks(self) -> Mapping[TicketId, tuple[int, ...]]:
        marks: dict[TicketId, tuple[int, ...]] = {}
        for ticket, kind_error in self._entries().items():
            path, folder = f"{ticket}/{layout.THREAD}", self._present_folder().descriptor
            try:
                known = None if kind_error else os.lstat(path, dir_fd=folder)
            except OSError:
                continue  # no thread to watch; whoever reads the ticket is told why
            if known is not None:
                marks[ticket] = (known.st_ino, known.st_size, known.st_mtime_ns)
        return marks

    def _find(self, ticket: TicketId, path: str) -> bytes | None:
        with self.opened(ticket) as directory:
            return directory.read_path(path)

    def _shown(self, ticket: TicketId, path: str) -> str:
        return self._present_folder().shown(f"{ticket}/{path}")

    def _read_in_pass(self, ticket: TicketId, part: Part) -> bytes:
        """As `raw`, in fewer steps: in one, where a pass over the store saw the folder."""
        is_seen = ticket in self._seen and self._seen[ticket] is None
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

    def has_resolution(self, ticket: TicketId) -> bool:
        try:
            os.lstat(f"{ticket}/{layout.RESOLUTION}", dir_fd=self._present_folder().descriptor)
        except OSError:
            return False
        return True

    def is_out_of_step(self, row: FieldsRow) -> bool:
        try:
            path = f"{row.id}/{layout.THREAD}"
            thread = os.lstat(path, dir_fd=self._present_folder().descriptor).st_mtime_ns
        except OSError:
            return True
        return is_apart(row.changed_ns, thread)

    def _may_have_plan(self, ticket: TicketId) -> bool:
        return self._may_have(ticket, layout.PLAN_PATH)

    def _may_have(self, name: str, record: str) -> bool:
        """Whether `record` may stand below the folder `name`; what it is, who reads it sees."""
        try:
            os.lstat(f"{name}/{record}", dir_fd=self._present_folder().descriptor)
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

    def _entries(self) -> Mapping[TicketId, StoreInvalidError | None]:
        """As the base says; not listed again while the folder has the same names.

        The time that tells so is coarse, and a change right after it was taken does not show.
        """
        if self.folder is None:
            return {}
        changed = os.fstat(self.folder.descriptor).st_mtime_ns
        if self._listed_ns == changed:
            return self._seen
        wrong: dict[TicketId, StoreInvalidError] = {}
        found: list[TicketId] = []
        with os.scandir(self.folder.descriptor) as entries:
            for entry in entries:
                if is_ticket_id(entry.name):
                    ticket = TicketId(entry.name)
                    found.append(ticket)
                    if not entry.is_dir(follow_symlinks=False):
                        shown = self.folder.shown(entry.name)
                        wrong[ticket] = not_as_expected(shown, "a folder")
        found.sort()
        self._seen = dict.fromkeys(found) | wrong
        is_settled = time.time_ns() - changed > COARSEST_TIME_NS
        self._listed_ns = changed if is_settled else None
        return self._seen

    def _fields_row(self, ticket: TicketId) -> FieldsRow:
        """A ticket's frontmatter, with as few system calls as reading it can cost."""
        from yoi_cli.store.formats.item import parse_fields, parse_item

        folder, path = self._present_folder(), f"{ticket}/{layout.ITEM}"
        shown = folder.shown(path)
        try:
            descriptor, status = open_regular(path, folder.descriptor, shown)
            try:
                data = os.read(descriptor, _FIRST_READ)
                fields = parse_fields(data, path=shown)
                is_text = None if len(data) == _FIRST_READ else data.isascii() or is_utf8(data)
                if fields is None:
                    data += read_all(descriptor, shown)
                    fields, is_text = parse_item(data, path=shown).fields, True
            finally:
                os.close(descriptor)
        except FileNotFoundError as error:
            raise missing_part(shown) from error
        except OSError as error:
            raise cannot_open(error, shown, "a regular file") from error
        return FieldsRow(ticket, fields, None, is_text, status.st_mtime_ns)

    def _relations_in_pass(self, ticket: TicketId, naming: str) -> tuple[Relation, ...]:
        """Relations of one ticket of many: most have none, which one failed look tells.

        That it has a folder and no symlink was seen when the names were read. A sound file
        without the id `naming` in it cannot name that ticket, and is not parsed for it.
        """
        if not self._may_have(ticket, layout.RELATIONS_PATH):
            return ()
        from yoi_cli.store.formats.relations import may_name, parse_relations

        folder = self._present_folder()
        try:
            data = folder.read_in(f"{ticket}/{layout.ARTIFACTS}", layout.RELATIONS)
        except FileNotFoundError:
            return ()
        if naming and not may_name(data, naming):
            return ()
        return parse_relations(data, path=self._shown(ticket, layout.RELATIONS_PATH))

    def _present_folder(self) -> Directory:
        if self.folder is None:
            raise layout.no_such_ticket(self.location.folder)
        return self.folder


def is_apart(item: int, thread: int) -> bool:
    """Whether an item was changed at another time (ns) than its thread."""
    return not -_LATE_NS < item - thread < _TOGETHER_NS


def read_part(directory: Directory, name: str) -> bytes:
    """A file that every ticket must have. Raises `StoreInvalidError` where it is missing."""
    try:
        return directory.read(name)
    except FileNotFoundError as error:
        raise missing_part(directory.shown(name)) from error


def _walk(directory: Directory) -> Iterator[str]:
    """The paths of all regular files below `directory`, sorted, torn appends left out."""
    for name in directory.names():
        kind = directory.kind_of(name)
        if kind == stat.S_IFREG:
            yield name
        elif kind == stat.S_IFDIR and name != layout.TORN:
            with directory.child(name) as below:
                yield from (f"{name}/{path}" for path in _walk(below))
