"""Notes of hooks that wait for the store, one file each, local to the clone.

A file is put in place at once, under the name of what it tells: a hook that runs twice leaves
one. Files are taken away only under the store's lock, after the event was written.
"""

from __future__ import annotations

import json
import os
import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.directory import TEMPORARY, Directory
from yoi_cli.store.ports import Spooled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yoi_cli.model.commits import Note

FOLDER = "spool"
_SUFFIX = ".json"
#: A temporary file older than this (seconds) is nobody's any more.
_ABANDONED = 3600
_NAME = re.compile(r"(?:commit|rewrite|merge)-[0-9a-f]{40,64}-[0-9A-Za-z]{4,13}")


class SpoolFacts(NamedTuple):
    """What waits in `folder`: the notes that can be read, the names of files that cannot."""

    folder: str
    notes: tuple[Note, ...] = ()
    unreadable: tuple[str, ...] = ()


class FileSpool:
    """The spool in the folder at `path`, which is made when the first note comes."""

    def __init__(self, path: str) -> None:
        self._path = path

    @property
    def is_there(self) -> bool:
        """Whether any note ever waited here; the one look that every write pays for."""
        return os.path.isdir(self._path)

    def put(self, note: Note) -> None:
        name = _name_of(note)
        if not _NAME.fullmatch(name):
            raise ValueError(f"no note can be called {name!r}")
        os.makedirs(self._path, exist_ok=True)
        with Directory.open(self._path, FOLDER) as folder:
            temporary = f"{name}-{os.getpid()}-{time.time_ns()}"
            folder.replace(name + _SUFFIX, _render(note), temporary=temporary)

    def pending(self) -> Sequence[Spooled]:
        read = (row for row in self._rows() if isinstance(row, Spooled))
        return sorted(read, key=lambda row: (row.note.at, row.name))

    def remove(self, names: Iterable[str]) -> None:
        with Directory.open(self._path, FOLDER) as folder:
            for name in names:
                folder.remove_if_there(name)

    def sweep(self) -> None:
        """Take away what a hook that was killed left half written; under the store's lock."""
        if not self.is_there:
            return
        limit = time.time() - _ABANDONED
        with Directory.open(self._path, FOLDER) as folder:
            for name in folder.names():
                with suppress(FileNotFoundError):
                    modified = os.lstat(name, dir_fd=folder.descriptor).st_mtime
                    if name.startswith(TEMPORARY) and modified < limit:
                        folder.remove_if_there(name)

    def facts(self) -> SpoolFacts:
        """What waits, for doctor."""
        rows = list(self._rows())
        return SpoolFacts(
            self._path,
            tuple(row.note for row in rows if isinstance(row, Spooled)),
            tuple(row for row in rows if isinstance(row, str)),
        )

    def _rows(self) -> Iterator[Spooled | str]:
        """Every note, and the name of every file that holds none."""
        if not self.is_there:
            return
        try:
            folder = Directory.open(self._path, FOLDER)
        except FileNotFoundError:
            return
        from yoi_cli.store.formats.note import parse_note

        with folder:
            for name in folder.names():
                if name.startswith(TEMPORARY):
                    continue
                try:
                    note = parse_note(folder.read(name))
                    if name != _name_of(note) + _SUFFIX:
                        raise ValueError("the note of another name")
                except FileNotFoundError:  # written to the store meanwhile
                    continue
                except (StoreInvalidError, ValueError, RecursionError):
                    yield name
                else:
                    yield Spooled(name, note)


def _name_of(note: Note) -> str:
    return f"{note.what}-{note.commit}-{note.ticket}"


def _render(note: Note) -> bytes:
    fields = note._asdict() | {"pairs": [list(pair) for pair in note.pairs]}
    return (json.dumps({"version": 1, **fields}, ensure_ascii=True) + "\n").encode()
