"""Notes of hooks that wait for the store, one file each, local to the clone.

A file is put in place at once, under the name of what it tells: a hook that runs twice leaves
one. Files are taken away only under the store's lock, after the event was written.
"""

from __future__ import annotations

import json
import os
import re
import time
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.commits import NOTES, Note, RewrittenCommit
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.ports import Spooled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FOLDER = "spool"
_SUFFIX = ".json"
_TEMPORARY = ".tmp-"
#: A temporary file older than this (seconds) is nobody's any more.
_ABANDONED = 3600
_VERSION = 1
_NAME = re.compile(r"(?:commit|rewrite|merge)-[0-9a-f]{40,64}-[0-9A-Za-z]{4,13}")
_SHA = re.compile(r"[0-9a-f]{40,64}")
_WORD = re.compile(r"[0-9A-Za-z]{4,13}")


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
        name = f"{note.what}-{note.commit}-{note.ticket}"
        if not _NAME.fullmatch(name):
            raise ValueError(f"no note can be called {name!r}")
        os.makedirs(self._path, exist_ok=True)
        temporary = f"{_TEMPORARY}{name}-{os.getpid()}-{time.time_ns()}"
        with Directory.open(self._path, FOLDER) as folder:
            try:
                folder.create(temporary, _render(note))
                os.rename(
                    temporary,
                    name + _SUFFIX,
                    src_dir_fd=folder.descriptor,
                    dst_dir_fd=folder.descriptor,
                )
            except BaseException:
                folder.remove_if_there(temporary)
                raise
            folder.sync()

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
                if not name.startswith(_TEMPORARY):
                    continue
                try:
                    modified = os.lstat(name, dir_fd=folder.descriptor).st_mtime
                except FileNotFoundError:
                    continue
                if modified < limit:
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
        with folder:
            for name in folder.names():
                if name.startswith(_TEMPORARY):
                    continue
                try:
                    note = _parse(name, folder.read(name))
                except FileNotFoundError:  # written to the store meanwhile
                    continue
                except (StoreInvalidError, ValueError, RecursionError):
                    yield name
                else:
                    yield Spooled(name, note)


def _render(note: Note) -> bytes:
    fields = note._asdict() | {"pairs": [list(pair) for pair in note.pairs]}
    return (json.dumps({"version": _VERSION, **fields}, ensure_ascii=True) + "\n").encode()


def _parse(name: str, data: bytes) -> Note:
    """The note in a file. Raises ValueError for what is none, or is called otherwise."""
    entry: object = json.loads(data)
    if not isinstance(entry, dict) or entry.get("version") != _VERSION:
        raise ValueError("no note of this version")
    reader = _NoteReader(entry)
    note = Note(
        what=reader.text("what"),
        ticket=reader.text("ticket"),
        commit=reader.text("commit"),
        author=reader.text("author"),
        at=reader.number("at"),
        branch=reader.text("branch"),
        subject=reader.text("subject"),
        files=reader.texts("files"),
        more_files=reader.number("more_files"),
        how=reader.text("how"),
        pairs=tuple(reader.pairs()),
        dropped=reader.texts("dropped"),
        merged=reader.text("merged"),
        into=reader.text("into"),
    )
    shas = [note.commit, *note.dropped, *(sha for pair in note.pairs for sha in pair[:2])]
    if note.merged:
        shas.append(note.merged)
    if note.what not in NOTES or not all(map(_SHA.fullmatch, shas)):
        raise ValueError("not the form of a note")
    if not _WORD.fullmatch(note.ticket) or not note.author:
        raise ValueError("not the form of a note")
    if name != f"{note.what}-{note.commit}-{note.ticket}{_SUFFIX}":
        raise ValueError("the note of another name")
    return note


class _NoteReader(NamedTuple):
    """Typed values of a JSON object."""

    entry: dict[str, object]

    def text(self, key: str) -> str:
        value = self.entry.get(key, "")
        if not isinstance(value, str):
            raise ValueError(f"{key} is not a text")
        return value

    def number(self, key: str) -> int:
        value = self.entry.get(key, 0)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(f"{key} is not a number")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.entry.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise ValueError(f"{key} is not a list of texts")
        return tuple(value)

    def pairs(self) -> Iterator[RewrittenCommit]:
        value = self.entry.get("pairs", [])
        for row in value if isinstance(value, list) else [None]:
            if not isinstance(row, list) or len(row) != 3:
                raise ValueError("pairs are not rows of three")
            old, new, subject = row
            if not all(isinstance(one, str) for one in row):
                raise ValueError("pairs are not texts")
            yield RewrittenCommit(old, new, subject)
