"""Objectives as files: `.yoi/objectives/<id>/item.md` (docs/format.md)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, NotFoundError
from yoi_cli.model.ids import is_ticket_id
from yoi_cli.objectives.model import Objective
from yoi_cli.store.files import layout
from yoi_cli.store.files.atomic_folder import place_tree
from yoi_cli.store.files.reader import read_part
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import edit_item, render_item

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.item import FieldValue
    from yoi_cli.store.files.directory import Directory


class FileObjectives:
    """The objectives of one workspace. Whoever writes holds the ticket store's lock."""

    def __init__(self, location: layout.StoreLocation) -> None:
        self._location = layout.StoreLocation(
            workspace=location.workspace, lock=location.lock, folder=layout.OBJECTIVES_FOLDER
        )

    def ids(self) -> list[str]:
        return [name for name in self._names() if is_ticket_id(name)]

    def strays(self) -> list[str]:
        kept = (layout.KEEP,)
        return [name for name in self._names() if not is_ticket_id(name) and name not in kept]

    def path(self, name: str) -> str:
        path = f"{self._location.folder}/{name}"
        return f"{path}/{layout.ITEM}" if is_ticket_id(name) else path

    def objective(self, id_: str) -> Objective:
        with self._opened(id_) as directory:
            data = read_part(directory, layout.ITEM)
            return Objective(id_, parse_item(data, path=directory.shown(layout.ITEM)))

    def create(self, id_: str, fields: Mapping[str, FieldValue], body: str) -> None:
        files = {layout.ITEM: render_item(fields, body)}
        folder = layout.open_folder(self._location, make=True)
        if folder is None:
            raise _no_such(id_)
        with folder:
            if not is_ticket_id(id_) or folder.has(id_):
                raise ConflictError("objective_exists", f"There is an objective {id_} already.")
            place_tree(folder, id_, files)

    def edit(self, id_: str, fields: Mapping[str, FieldValue], body: str | None = None) -> None:
        with self._opened(id_) as directory:
            data = read_part(directory, layout.ITEM)
            edited = edit_item(data, fields, body=body, path=directory.shown(layout.ITEM))
            if edited != data:
                directory.replace(layout.ITEM, edited)

    def _names(self) -> list[str]:
        folder = layout.open_folder(self._location)
        if folder is None:
            return []
        with folder:
            return [name for name in folder.names() if not name.startswith(layout.UNFINISHED)]

    @contextmanager
    def _opened(self, id_: str) -> Iterator[Directory]:
        """An objective's folder. Raises `NotFoundError`, and `StoreInvalidError` for symlinks."""
        folder = layout.open_folder(self._location) if is_ticket_id(id_) else None
        if folder is None:
            raise _no_such(id_)
        with folder:
            try:
                directory = folder.child(id_)
            except FileNotFoundError as error:
                raise _no_such(id_) from error
            with directory:
                yield directory


def _no_such(id_: str) -> NotFoundError:
    return NotFoundError(
        "objective_not_found",
        f"There is no objective {id_[:40]}.",
        hint="`yoi objective list --all` shows every objective.",
    )
