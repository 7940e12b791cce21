"""A store's raw files, inspected for doctor: what is there, and what can be read of it.

Nothing is changed, no lock is taken, and whatever is wrong with one file, the next is read.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, TypeVar

from yoi_cli.doctor.diagnostics import Diagnostic, diagnose, line_of, quote
from yoi_cli.doctor.files.inspect_records import placed_records, placed_relations
from yoi_cli.doctor.ports import InspectedTicket
from yoi_cli.errors import NotFoundError, StoreInvalidError
from yoi_cli.merge.files.fused_events import begins_twice, fused_lines
from yoi_cli.merge.files.line_merge import MARKER, doubled_keys, has_markers, item_is_marked
from yoi_cli.store.files import layout
from yoi_cli.store.files.descriptors import FILE_TOO_LARGE
from yoi_cli.store.files.reader import FileReader
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.thread import BYTE_ORDER_MARK, parse_thread
from yoi_cli.store.formats.thread_headers import outline_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.model.events import Thread
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.item import Item
    from yoi_cli.store.files.directory import Directory

_PARTS = frozenset({layout.ITEM, layout.THREAD, layout.RESOLUTION, layout.ARTIFACTS})
_GIT_FILES = frozenset({layout.KEEP, ".gitignore", ".gitattributes"})
#: Names in the store's own folder that are neither tickets nor strays.
_STORE_NAMES = _GIT_FILES | {".ticket-backend.lock"}

_Parsed = TypeVar("_Parsed")


class FileInspector(FileReader):
    """Inspects the files of one store."""

    def folder_of(self, ticket: str) -> str:
        return f"{self.location.folder}/{ticket}"

    def inspect_store(self) -> list[Diagnostic]:
        from yoi_cli.doctor.files.inspect_workspace import (
            inspect_journal,
            inspect_lock,
            inspect_settings,
        )

        found = [
            *inspect_settings(self.location),
            *inspect_lock(self.location),
            *inspect_journal(self.location),
            *self._missing(),
        ]
        if self.folder is None:
            what = f"{self.location.folder} is not there."
            return [*found, diagnose("store_missing", what, ticket=None, path=self.location.folder)]
        tickets = set(self.ids())
        for name, kind in _kinds(self.folder).items():
            if name not in tickets and name not in _STORE_NAMES:
                found.append(self._stray(name, kind))
        return found

    def inspect(self, ticket: TicketId) -> InspectedTicket:
        inspection = _Inspection(ticket, self.folder_of(ticket))
        try:
            with self.opened(ticket) as directory:
                return inspection.run(directory)
        except NotFoundError:  # taken away since it was listed
            return InspectedTicket(ticket, inspection.folder, ())
        except StoreInvalidError:
            inspection.report("path_unsafe", "It is not a folder; it was not looked into.", "")
        except OSError as error:
            inspection.report("path_unreadable", _refused(error), "")
        return InspectedTicket(ticket, inspection.folder, tuple(inspection.found))

    def _missing(self) -> Iterator[Diagnostic]:
        """What was acknowledged and is in no file, with where it may be."""
        for one in self.missing_writes().values():
            what = f"Not in its files: {one.what} ({one.where})."
            path = self.folder_of(one.ticket)
            yield diagnose("events_missing", what, ticket=one.ticket, path=path)

    def _stray(self, name: str, kind: int) -> Diagnostic:
        path = f"{self.location.folder}/{name}"
        if layout.is_unfinished_ticket(name) and kind == stat.S_IFDIR:
            what = f"{quote(name)} was left by a command that made a ticket."
            return diagnose("ticket_unfinished", what, ticket=None, path=path)
        if kind not in (stat.S_IFREG, stat.S_IFDIR):
            what = f"{quote(name)} is {_kind_word(kind)}; nothing follows it."
            return diagnose("path_unsafe", what, ticket=None, path=path)
        if name.startswith("."):
            what = f"{quote(name)} has no meaning in a store."
            return diagnose("stray_file", what, ticket=None, path=path)
        return diagnose("stray_name", f"{quote(name)} is not a ticket id.", ticket=None, path=path)


class _Inspection:
    """The inspection of one ticket: collects what is wrong, and what could be read."""

    def __init__(self, ticket: TicketId, folder: str) -> None:
        self.ticket = ticket
        self.folder = folder
        self.found: list[Diagnostic] = []

    def run(self, directory: Directory) -> InspectedTicket:
        kinds = _kinds(directory)
        item = self._part(directory, layout.ITEM, kinds, self._parse_item)
        thread, whole_thread = self._part(directory, layout.THREAD, kinds, self._parse_thread) or (
            None,
            None,
        )
        resolution = self._part(directory, layout.RESOLUTION, kinds, self._check_resolution)
        for name in kinds.keys() - _PARTS:
            self._check_stray(name, kinds[name], "")
        relations, plan = self._read_artifacts(directory, kinds)
        return InspectedTicket(
            id=self.ticket,
            folder=self.folder,
            item=item,
            thread=thread,
            whole_thread=whole_thread,
            relations=placed_relations(relations, self._path(layout.RELATIONS), self.found),
            plan=placed_records(plan, self._path(layout.PLAN), self.found),
            resolution=resolution,
            found=tuple(self.found),  # last: all of the above may add to it
        )

    def report(
        self, code: str, what: str, name: str, line: int | None = None, *, advice: str | None = None
    ) -> None:
        """Note a finding on the file `name` of the ticket, or on its folder where it is ""."""
        path = f"{self.folder}/{name}" if name else self.folder
        found = diagnose(code, what, ticket=self.ticket, path=path, line=line, advice=advice)
        self.found.append(found)

    def _path(self, artifact: str) -> str:
        return f"{self.folder}/{layout.ARTIFACTS}/{artifact}"

    def _part(
        self,
        directory: Directory,
        name: str,
        kinds: dict[str, int],
        parse: Callable[[bytes], _Parsed | None],
    ) -> _Parsed | None:
        """The file `name`, read and parsed; None where it is missing or cannot be."""
        if name not in kinds:
            if name != layout.RESOLUTION:
                self.report(f"{name.removesuffix('.md')}_missing", f"{name} is missing.", name)
            return None
        data = self._read(directory, name, name)
        return None if data is None else parse(data)

    def _read(self, directory: Directory, name: str, shown: str) -> bytes | None:
        try:
            return directory.read_if_there(name)
        except StoreInvalidError as error:
            if error.code == FILE_TOO_LARGE:
                self.report(FILE_TOO_LARGE, error.message, shown)
            else:
                self.report("path_unsafe", "It is not a regular file; it was not read.", shown)
        except OSError as error:
            self.report("path_unreadable", _refused(error), shown)
        return None

    def _parse_item(self, data: bytes) -> Item | None:
        path = f"{self.folder}/{layout.ITEM}"
        self._check_merged(data, layout.ITEM)
        self._check_mark(data, layout.ITEM)
        try:
            return parse_item(data, path=path)
        except StoreInvalidError as error:
            line = line_of(error)
            problem = error.message.removeprefix(f"{path}, line {line}: ")
            what = f"item.md cannot be read: {problem}"
            self.report(error.code, what, layout.ITEM, line, advice=error.hint)
            return None

    def _parse_thread(self, data: bytes) -> tuple[Thread, Callable[[], Thread] | None]:
        """The thread; of one without a fault its headers alone, and how to read the whole."""
        outline = outline_thread(data)
        if outline is not None:
            self._check_merged(data, layout.THREAD)
            return outline, lambda: parse_thread(data).thread
        parsed = parse_thread(data)
        self._check_merged(data, layout.THREAD, is_torn=bool(parsed.torn))
        return parsed.thread, None

    def _check_merged(self, data: bytes, name: str, *, is_torn: bool = False) -> None:
        """What a merge by lines leaves behind, which `yoi resolve` repairs."""
        is_marked = item_is_marked(data) if name == layout.ITEM else has_markers(data)
        if is_marked and (first := MARKER.search(data)) is not None:
            line = data.count(b"\n", 0, first.start()) + 1
            self.report("conflict_markers", "Git's conflict markers stand here.", name, line)
        if name == layout.ITEM and not is_marked and (doubled := doubled_keys(data)):
            what = f"The frontmatter says {quote(doubled[0])} twice."
            self.report("item_key_doubled", what, name)
        if name == layout.THREAD:
            for line in fused_lines(data) if is_torn else ():
                what = "An event runs into the next one, and is not read."
                self.report("thread_fused", what, name, line)
            if begins_twice(data):
                self.report("ticket_made_twice", "Two tickets begin in this thread.", name)

    def _check_mark(self, data: bytes, name: str) -> None:
        if data.startswith(BYTE_ORDER_MARK):
            self.report("byte_order_mark", "The file begins with a byte order mark.", name, 1)

    def _check_resolution(self, data: bytes) -> str:
        line = _line_not_utf8(data)
        if line is not None:
            what = "The resolution is not UTF-8 here."
            self.report("resolution_not_utf8", what, layout.RESOLUTION, line)
        return data.decode("utf-8", "replace")

    def _check_stray(self, name: str, kind: int, below: str) -> None:
        shown = f"{below}{name}"
        if kind not in (stat.S_IFREG, stat.S_IFDIR):
            self.report("path_unsafe", f"It is {_kind_word(kind)}; nothing follows it.", shown)
        elif layout.is_temporary_file(name) and kind == stat.S_IFREG:
            what = f"{quote(name)} was left by a command that was interrupted."
            self.report("temporary_file", what, shown)
        elif not below and name not in _GIT_FILES:
            self.report("stray_file", f"{quote(name)} is no part of a ticket.", shown)

    def _read_artifacts(
        self, directory: Directory, kinds: dict[str, int]
    ) -> tuple[bytes | None, bytes | None]:
        """The relations and the plan records, as bytes; looks over the rest of the folder."""
        if layout.ARTIFACTS not in kinds:
            self.report("artifacts_missing", "The folder artifacts/ is missing.", layout.ARTIFACTS)
            return None, None
        try:
            folder = directory.child(layout.ARTIFACTS)
        except (StoreInvalidError, FileNotFoundError):
            what = "artifacts is not a folder; it was not looked into."
            self.report("path_unsafe", what, layout.ARTIFACTS)
            return None, None
        found: list[bytes | None] = []
        with folder:
            kinds = _kinds(folder)
            self._check_artifacts(folder, kinds)
            for name in (layout.RELATIONS, layout.PLAN):
                shown = f"{layout.ARTIFACTS}/{name}"
                data = self._read(folder, name, shown) if name in kinds else None
                if data is not None:
                    self._check_merged(data, shown)
                    self._check_mark(data, shown)
                found.append(data)
        return found[0], found[1]

    def _check_artifacts(self, folder: Directory, kinds: dict[str, int]) -> None:
        if not kinds:
            self.report("keep_missing", "artifacts/ is empty.", layout.ARTIFACTS)
        if layout.TORN in kinds:
            self._count_torn(folder)
        for path, kind in _tree(folder, kinds):
            below, _, name = path.rpartition("/")
            if path not in (layout.RELATIONS, layout.PLAN) or kind == stat.S_IFDIR:
                self._check_stray(name, kind, f"{layout.ARTIFACTS}/{below}{'/' if below else ''}")

    def _count_torn(self, folder: Directory) -> None:
        try:
            with folder.child(layout.TORN) as torn:
                number = len(torn.names())
        except StoreInvalidError:
            return  # the tree's own check names it
        if number:
            what = f"{number} torn append{'s' if number > 1 else ''} stood aside here."
            self.report("torn_kept", what, f"{layout.ARTIFACTS}/{layout.TORN}")


def _kinds(directory: Directory) -> dict[str, int]:
    """The names in `directory`, sorted, with their `stat` file types; no symlink is followed."""
    with os.scandir(directory.descriptor) as entries:
        return dict(sorted([(entry.name, _kind(entry)) for entry in entries]))


def _kind(entry: os.DirEntry[str]) -> int:
    if entry.is_file(follow_symlinks=False):
        return stat.S_IFREG
    if entry.is_dir(follow_symlinks=False):
        return stat.S_IFDIR
    return stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)


def _tree(directory: Directory, kinds: dict[str, int]) -> Iterator[tuple[str, int]]:
    """Every path below `directory`, with its type; what was set aside is left out."""
    for name, kind in kinds.items():
        yield name, kind
        if kind == stat.S_IFDIR and name != layout.TORN:
            with directory.child(name) as below:
                yield from ((f"{name}/{path}", k) for path, k in _tree(below, _kinds(below)))


def _line_not_utf8(data: bytes) -> int | None:
    """The 1-based line of the first byte that is not UTF-8, None where all is."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return data.count(b"\n", 0, error.start) + 1
    return None


def _kind_word(kind: int) -> str:
    words = {stat.S_IFLNK: "a symlink", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}
    return words.get(kind, "a special file")


def _refused(error: OSError) -> str:
    return f"It cannot be read: {error.strerror or error}."
