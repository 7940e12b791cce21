"""The files of an index, in the git folder that all worktrees of a clone share.

Nothing rests on them: what cannot be read, written or locked at once is done without, and one about
which anything is odd is as good as none.
"""

from __future__ import annotations

import fcntl
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING
from zlib import crc32

from yoi_cli import __version__
from yoi_cli.errors import YoiError
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.index.stat_data import instant_at
from yoi_cli.store.files.index.table import (
    SCHEMA,
    DamagedIndexError,
    Table,
    decode_table,
    encode_table,
)

if TYPE_CHECKING:
    from yoi_cli.store.files.index.stat_data import Instant
    from yoi_cli.store.files.layout import StoreLocation

#: No index is larger (bytes): it would hold some millions of tickets.
_MOST = 1 << 30
_LOCK = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_FOR_OTHERS = 0o077
#: Below the package: what rows are made by.
_MAKING = ("model", "store/formats", "store/files/index")


class IndexFolder:
    """Where the tables of one store's index are, each in a file; one user's alone.

    `name` is that of the checkout whose store it is, as the journal has it.
    """

    def __init__(self, path: str, name: str, store: str) -> None:
        self._path = path
        self._name = name
        self._store = store
        self._lock = -1

    def load(self, kind: str, files: int) -> Table | None:
        """The table of `kind`, of rows for so many files; None where there is none to be had."""
        try:
            with self._open() as folder, folder.opened(f"{self._name}.{kind}") as descriptor:
                status = os.fstat(descriptor)
                if status.st_uid != os.geteuid() or status.st_size > _MOST:
                    return None
                return decode_table(_read(descriptor, status.st_size), self._about(kind), files)
        except (OSError, YoiError, DamagedIndexError):
            return None

    def begin(self) -> Instant | None:
        """Take the lock, so that rows can be kept that are made from now on.

        None where somebody else has it, or nothing can be written.
        """
        if self._lock < 0:
            try:
                self._lock = self._taken()
            except (OSError, YoiError):
                return None
        try:
            return instant_at(self._lock, self._path)
        except OSError:
            return None

    def store(self, kind: str, table: Table) -> None:
        """Put `table` in the place of the one that stood there; only between `begin` and `end`."""
        if self._lock < 0:
            return
        with suppress(OSError, YoiError), self._open() as folder:
            data = encode_table(table, self._about(kind))
            if len(data) <= _MOST:
                folder.replace(f"{self._name}.{kind}", data, is_synced=False)

    def end(self) -> None:
        """Give the lock back."""
        descriptor, self._lock = self._lock, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _about(self, kind: str) -> dict[str, object]:
        """What a table must be of to be this one's."""
        return {
            "schema": SCHEMA,
            "version": __version__,
            "made_by": _made_by(),
            "kind": kind,
            "store": self._store,
        }

    def _open(self) -> Directory:
        folder = Directory.open(self._path, self._path)
        if not _is_own(os.fstat(folder.descriptor)):
            folder.close()
            raise FileNotFoundError(self._path)
        return folder

    def _taken(self) -> int:
        """A descriptor that holds the lock. Raises `OSError` and store errors."""
        try:
            folder = self._open()
        except FileNotFoundError:
            os.makedirs(self._path, mode=0o700, exist_ok=True)
            folder = self._open()
        with folder:
            name = f"{self._name}.lock"
            descriptor = os.open(name, _LOCK, 0o600, dir_fd=folder.descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held, there = os.fstat(descriptor), os.lstat(name, dir_fd=folder.descriptor)
                if not stat.S_ISREG(held.st_mode) or not os.path.samestat(held, there):
                    raise FileNotFoundError(name)
            except BaseException:
                os.close(descriptor)
                raise
        return descriptor


def index_of(location: StoreLocation) -> IndexFolder | None:
    """The index of the store at `location`; None outside of git, where nothing else is local."""
    if location.git is None:
        return None
    journals, name = os.path.split(location.git.journal)
    path = os.path.join(os.path.dirname(journals), f"index-{os.geteuid()}")
    return IndexFolder(path, name, location.path)


def _is_own(status: os.stat_result) -> bool:
    """Whether a folder is this user's, and no other can do anything in it."""
    return status.st_uid == os.geteuid() and not status.st_mode & _FOR_OTHERS


def _read(descriptor: int, size: int) -> bytes:
    """All that a file of `size` bytes holds, and one more where it has grown since."""
    chunks, left = [], size + 1
    while left > 0 and (chunk := os.read(descriptor, left)):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def _made_by() -> int:
    """What tells the modules that make rows: between two releases they may make others."""
    package = os.path.dirname(os.path.abspath(__file__)).removesuffix("/store/files/index")
    told = []
    for below in _MAKING:
        with os.scandir(os.path.join(package, below)) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    status = entry.stat()
                    told.append(f"{below}/{entry.name} {status.st_size} {status.st_mtime_ns}")
    return crc32(" ".join(sorted(told)).encode("utf-8", "surrogateescape"))
