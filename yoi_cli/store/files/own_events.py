"""Which events this clone's own commands wrote: one file a ticket in the clone, never committed
and never synced (docs/format.md, "Own events")."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.store.files.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Iterable


class FileOwnEvents:
    """Marks of events (`model/own_events.py`) in the folder at `path`, by ticket.

    Written under the store's lock, before the events; read without it.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def of(self, ticket: str) -> frozenset[str]:
        """The marks of the events of `ticket` that were written here. Raises
        `StoreInvalidError` where something else than a file stands in its place."""
        try:
            with self._open() as folder:
                data = folder.read_if_there(ticket)
        except FileNotFoundError:
            return frozenset()
        return frozenset((data or b"").decode("utf-8", "replace").splitlines())

    def add(self, ticket: str, marks: Iterable[str]) -> None:
        """Bring more of them to stable storage."""
        parent, name = os.path.split(self._path)
        os.makedirs(parent, exist_ok=True)
        with Directory.open(parent, name) as local, local.make_child(name) as folder:
            known = folder.read_if_there(ticket) or b""
            lines = "".join(f"{mark}\n" for mark in marks).encode()
            folder.replace(ticket, known + lines)

    def _open(self) -> Directory:
        return Directory.open(self._path, os.path.basename(self._path))
