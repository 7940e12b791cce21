"""Tickets whose files stand in no folder: those of a commit, or of a merge in memory.

What `FileReader` is to files on disk this is to `TreeFiles`: it reads the same texts by the
same codecs, and refuses the same things, symlinks above all.
"""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.config import DEFAULT, Config
from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.store.config.store_config import parse_config
from yoi_cli.store.files import layout
from yoi_cli.store.files.directory import not_as_expected
from yoi_cli.store.files.reader import missing_part
from yoi_cli.store.formats.item import parse_fields, parse_item
from yoi_cli.store.formats.plan import parse_plan
from yoi_cli.store.formats.relations import parse_relations
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_headers import fold_thread, outline_thread
from yoi_cli.store.values import NO_FIELDS, FieldsRow, PlansRow, RelationsRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.events import Thread
    from yoi_cli.model.fold import Folded
    from yoi_cli.model.item import FieldValue, Item
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.thread_summary import ThreadSummary
    from yoi_cli.model.trees import TreeFiles
    from yoi_cli.store.values import Part

_RELATIONS = f"{layout.ARTIFACTS}/{layout.RELATIONS}"
_PLAN = f"{layout.ARTIFACTS}/{layout.PLAN}"


def read_tree_config(files: TreeFiles) -> Config:
    """The settings of the workspace that `files` are of. Raises `StoreInvalidError`."""
    data = _read(files, layout.CONFIG_FILE)
    return DEFAULT if data is None else parse_config(data, path=layout.CONFIG_FILE)


class TreeReader:
    """A `RoutingReader` of the tickets below `folder` in `files`."""

    def __init__(self, files: TreeFiles, folder: str) -> None:
        self._files = files
        self._folder = folder

    @cached_property
    def _paths(self) -> Mapping[str, tuple[str, ...]]:
        """For every ticket, the paths below its folder, sorted."""
        prefix = f"{self._folder}/"
        found: dict[str, list[str]] = {}
        for path in sorted(self._files.kinds):
            if path.startswith(prefix):
                name, _, rest = path.removeprefix(prefix).partition("/")
                if is_ticket_id(name):
                    found.setdefault(name, [])
                    if rest:
                        found[name].append(rest)
        return {name: tuple(paths) for name, paths in found.items()}

    def ids(self) -> list[TicketId]:
        return [TicketId(name) for name in sorted(self._paths)]

    def exists(self, ticket: str) -> bool:
        return self._files.kinds.get(self._path(ticket, "")) == "folder" and is_ticket_id(ticket)

    def item(self, ticket: TicketId) -> Item:
        return parse_item(self.raw(ticket, "item.md"), path=self._path(ticket, layout.ITEM))

    def description(self, ticket: TicketId) -> str:
        return self.item(ticket).body

    def thread(self, ticket: TicketId) -> Thread:
        return parse_thread(self.raw(ticket, "thread.md")).thread

    def folded(self, ticket: TicketId) -> Folded:
        return fold_thread(self.raw(ticket, "thread.md"))

    def outline(self, ticket: TicketId) -> ThreadSummary:
        return outline_thread(self.raw(ticket, "thread.md"))

    def relations(self, ticket: TicketId) -> tuple[Relation, ...]:
        data = self._read_if_there(ticket, _RELATIONS)
        return () if data is None else parse_relations(data, path=self._path(ticket, _RELATIONS))

    def plan(self, ticket: TicketId) -> tuple[PlanRecord, ...]:
        data = self._read_if_there(ticket, _PLAN)
        return () if data is None else parse_plan(data, path=self._path(ticket, _PLAN))

    def resolution(self, ticket: TicketId) -> str | None:
        data = self._read_if_there(ticket, layout.RESOLUTION)
        return None if data is None else data.decode("utf-8", "surrogateescape")

    def artifacts(self, ticket: TicketId) -> tuple[str, ...]:
        below = f"{layout.ARTIFACTS}/"
        paths = [path for path in self._files_of(ticket) if path.startswith(below)]
        names = (path.removeprefix(below) for path in paths)
        return tuple(name for name in names if name != layout.KEEP)

    def files(self, ticket: TicketId) -> Mapping[str, bytes]:
        return MappingProxyType(
            {path: self._files.read(self._path(ticket, path)) for path in self._files_of(ticket)}
        )

    def raw(self, ticket: TicketId, part: Part) -> bytes:
        data = self._read_if_there(ticket, part)
        if data is None:
            raise missing_part(self._path(ticket, part))
        return data

    def all_fields(self) -> Iterator[FieldsRow]:
        for ticket in self.ids():
            try:
                yield FieldsRow(ticket, self._fields(ticket))
            except YoiError as error:
                yield FieldsRow(ticket, NO_FIELDS, error)

    def all_relations(self, naming: str = "") -> Iterator[RelationsRow]:
        for ticket in self.ids():
            try:
                relations = self.relations(ticket)
            except YoiError as error:
                yield RelationsRow(ticket, (), error)
            else:
                if relations:
                    yield RelationsRow(ticket, relations)

    def all_plans(self) -> Iterator[PlansRow]:
        for ticket in self.ids():
            try:
                records = self.plan(ticket)
            except YoiError as error:
                yield PlansRow(ticket, (), error)
            else:
                if records:
                    yield PlansRow(ticket, records)

    def _fields(self, ticket: TicketId) -> Mapping[str, FieldValue]:
        data, path = self.raw(ticket, "item.md"), self._path(ticket, layout.ITEM)
        return parse_fields(data, path=path, complete=True) or NO_FIELDS

    def _files_of(self, ticket: TicketId) -> Iterator[str]:
        """The paths of a ticket's regular files, torn appends left out."""
        self._check(ticket)
        torn = f"{layout.ARTIFACTS}/{layout.TORN}/"
        for path in self._paths[ticket]:
            is_file = self._files.kinds[self._path(ticket, path)] == "file"
            if is_file and not path.startswith(torn):
                yield path

    def _read_if_there(self, ticket: TicketId, path: str) -> bytes | None:
        self._check(ticket)
        return _read(self._files, self._path(ticket, path))

    def _check(self, ticket: TicketId) -> None:
        if ticket not in self._paths:
            raise layout.no_such_ticket(ticket)
        if not self.exists(ticket):
            raise not_as_expected(self._path(ticket, ""), "a folder")

    def _path(self, ticket: str, path: str) -> str:
        return f"{self._folder}/{ticket}/{path}".rstrip("/")


def _read(files: TreeFiles, path: str) -> bytes | None:
    """The file at `path`, None where nothing stands there.

    Raises `StoreInvalidError` where it, or a folder above it, is something else.
    """
    parts = path.split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        if files.kinds.get(folder, "folder") != "folder":
            raise not_as_expected(folder, "a folder")
    kind = files.kinds.get(path)
    if kind is None:
        return None
    if kind != "file":
        raise not_as_expected(path, "a regular file")
    return files.read(path)
