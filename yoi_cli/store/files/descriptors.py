"""Files and folders by their descriptors: opened where no symlink is followed, read up to what such
a file may hold, written whole (docs/format.md)."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import sys
from contextlib import suppress

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.limits import (
    MOST_FILE,
    MOST_RECORD,
    MOST_SETTINGS,
    MOST_THREAD,
    shown_size,
)

READ = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
_DIRECTORY = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY
#: Most files are small, and a buffer for a large one costs more than reading a small one.
_FIRST_CHUNK = 1 << 16
_CHUNK = 1 << 20
#: How many bytes a file of a name may hold; others are artifacts.
_MOST = {
    "thread.md": MOST_THREAD,
    "item.md": MOST_RECORD,
    "resolution.md": MOST_RECORD,
    "relations.json": MOST_RECORD,
    "orchestration-plan.jsonl": MOST_RECORD,
    "ticket.config.toml": MOST_SETTINGS,
    "workspace.toml": MOST_SETTINGS,
    ".gitignore": MOST_SETTINGS,
    ".gitattributes": MOST_SETTINGS,
}
FILE_TOO_LARGE = "file_too_large"
_WRONG_PATH = frozenset(
    {errno.ELOOP, errno.ENOTDIR, errno.ENXIO, errno.EISDIR, errno.EACCES, errno.EPERM}
)


def read_all(descriptor: int, shown: str) -> bytes:
    """Everything from the descriptor's position to the end of the file that `shown` names.

    Raises `StoreInvalidError` (`file_too_large`) where that is more than such a file may hold.
    """
    first = os.read(descriptor, _FIRST_CHUNK)
    if len(first) < _FIRST_CHUNK:
        return first
    most, known = most_bytes(shown), os.fstat(descriptor).st_size
    check_size(known, shown, most)
    # As one piece, where it can be had: to join two takes twice the memory.
    begin = os.lseek(descriptor, -len(first), os.SEEK_CUR)
    chunks = [os.read(descriptor, max(known - begin, _FIRST_CHUNK))]
    size = len(chunks[0])
    while chunk := os.read(descriptor, _CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > most:  # it grows while it is read
            check_size(size, shown, most)
    return b"".join(chunks)


def most_bytes(shown: str) -> int:
    """How many bytes the file may hold whose path ends as `shown` does (docs/format.md)."""
    return _MOST.get(shown.rpartition("/")[2], MOST_FILE)


def check_size(size: int, shown: str, most: int) -> None:
    """Raise `StoreInvalidError` (`file_too_large`) for a file of more than `most` bytes."""
    if size > most:
        raise StoreInvalidError(
            FILE_TOO_LARGE,
            f"{shown} has {shown_size(size)}; no more than {shown_size(most)} is read.",
            hint="See what it holds; git has what it was (`git log -- PATH`).",
            details={"path": shown, "size": size, "limit": most},
        )


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; a disk that takes only a part is an `OSError`."""
    written = os.write(descriptor, data)
    while written < len(data):
        more = os.write(descriptor, data[written:])
        if more == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written += more


def sync_data(descriptor: int) -> None:
    """Bring what was written to the file to stable storage. Raises `OSError`."""
    if sys.platform == "darwin":
        with suppress(OSError):  # a file system that has no such call has the other
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)  # `fsync` stops at the disk's own cache
        os.fsync(descriptor)
    else:
        os.fdatasync(descriptor)


def mark_of(status: os.stat_result) -> str:
    """What tells a file from the same one after any change, and from another one."""
    return f"{status.st_ino}.{status.st_size}.{status.st_ctime_ns}"


def not_as_expected(shown: str, expected: str) -> StoreInvalidError:
    """The error for something else existing where a file or directory should be."""
    return StoreInvalidError(
        "path_unsafe",
        f"{shown} is not {expected}; it was neither read nor written.",
        hint="A store holds only folders and regular files. See where it leads, then put "
        "the real one in its place.",
        details={"path": shown},
    )


def cannot_open(error: OSError, shown: str, expected: str) -> StoreInvalidError:
    """The error for what the system did not open as the file or directory it should be."""
    if error.errno not in (errno.EACCES, errno.EPERM):
        return not_as_expected(shown, expected)
    return StoreInvalidError(
        "path_not_permitted",
        f"{shown} cannot be opened: {error.strerror}.",
        hint="Check to whom it belongs, and its permissions.",
        details={"path": shown},
    )


def open_directory(name: str, parent: int | None, shown: str) -> int:
    """A descriptor of the folder `name` below the directory `parent`, or of that path.

    Raises `FileNotFoundError`, store errors; `shown` names it there.
    """
    try:
        return os.open(name, _DIRECTORY, dir_fd=parent)
    except OSError as error:
        _refuse_wrong_path(error, shown, "a folder")
        raise


def open_file(name: str, parent: int, shown: str, flags: int = READ) -> int:
    """A descriptor of the regular file `name` below the directory `parent`.

    Raises `FileNotFoundError`, store errors; `shown` names it there.
    """
    return open_regular(name, parent, shown, flags)[0]


def open_regular(
    name: str, parent: int, shown: str, flags: int = READ
) -> tuple[int, os.stat_result]:
    """The same, with its status as it was opened."""
    try:
        descriptor = os.open(name, flags, dir_fd=parent)
    except OSError as error:
        _refuse_wrong_path(error, shown, "a regular file")
        raise
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise not_as_expected(shown, "a regular file")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status


def read_regular(name: str, parent: int, shown: str) -> bytes:
    """The whole of the regular file `name` below the directory `parent`. Raises as `open_file`."""
    descriptor = open_file(name, parent, shown)
    try:
        return read_all(descriptor, shown)
    finally:
        os.close(descriptor)


def _refuse_wrong_path(error: OSError, shown: str, expected: str) -> None:
    """Raise a store error for what is wrong with one path; what is wrong with the system is
    the caller's to raise again. As its own cause an error would keep all that it saw alive."""
    if error.errno in _WRONG_PATH:
        raise cannot_open(error, shown, expected) from error
