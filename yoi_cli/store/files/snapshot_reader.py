"""Tickets whose files stand in no folder: those of a commit, or of a merge in memory.

What `FileReader` is to files on disk this is to `TreeFiles`: it reads the same texts by the
same codecs, and refuses the same things, symlinks above all.
"""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.config import DEFAULT, Config
from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.store.config.store_config import parse_config
from yoi_cli.store.files import layout
from yoi_cli.store.files.base_reader import BaseReader
from yoi_cli.store.files.descriptors import not_as_expected
from yoi_cli.store.formats.item import parse_fields
from yoi_cli.store.formats.thread import is_utf8
from yoi_cli.store.values import NO_FIELDS, FieldsRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.relations import Relation
    from yoi_cli.model.trees import TreeFiles


def read_tree_config(files: TreeFiles) -> Config:
    """The settings of the workspace that `files` are of. Raises `StoreInvalidError`."""
    data = _read(files, layout.CONFIG_FILE)
    return DEFAULT if data is None else parse_config(data, path=layout.CONFIG_FILE)


class TreeReader(BaseReader):
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

    def _entries(self) -> Mapping[TicketId, StoreInvalidError | None]:
        return {TicketId(name): None for name in sorted(self._paths)}

    def exists(self, ticket: str) -> bool:
        return self._files.kinds.get(self._shown(ticket, "")) == "folder" and is_ticket_id(ticket)

    def artifacts(self, ticket: TicketId) -> tuple[str, ...]:
        below = f"{layout.ARTIFACTS}/"
        paths = [path for path in self._files_of(ticket) if path.startswith(below)]
        names = (path.removeprefix(below) for path in paths)
        return tuple(name for name in names if name != layout.KEEP)

    def files(self, ticket: TicketId) -> Mapping[str, bytes]:
        return MappingProxyType(
            {path: self._files.read(self._shown(ticket, path)) for path in self._files_of(ticket)}
        )

    def _fields_row(self, ticket: TicketId) -> FieldsRow:
        data, path = self.raw(ticket, "item.md"), self._shown(ticket, layout.ITEM)
        fields = parse_fields(data, path=path, complete=True) or NO_FIELDS
        return FieldsRow(ticket, fields, is_text=is_utf8(data))

    def _relations_in_pass(self, ticket: TicketId, naming: str) -> tuple[Relation, ...]:
        return self.relations(ticket)

    def _files_of(self, ticket: TicketId) -> Iterator[str]:
        """The paths of a ticket's regular files, torn appends left out."""
        self._check(ticket)
        torn = f"{layout.ARTIFACTS}/{layout.TORN}/"
        for path in self._paths[ticket]:
            is_file = self._files.kinds[self._shown(ticket, path)] == "file"
            if is_file and not path.startswith(torn):
                yield path

    def _find(self, ticket: TicketId, path: str) -> bytes | None:
        self._check(ticket)
        return _read(self._files, self._shown(ticket, path))

    def _check(self, ticket: TicketId) -> None:
        if ticket not in self._paths:
            raise layout.no_such_ticket(ticket)
        if not self.exists(ticket):
            raise not_as_expected(self._shown(ticket, ""), "a folder")

    def _shown(self, ticket: str, path: str) -> str:
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
