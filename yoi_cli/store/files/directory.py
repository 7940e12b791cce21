"""Files below a directory descriptor, so that no symlink leads out (docs/format.md).

Every step from the store's directory down is opened with `O_NOFOLLOW`; only regular files
are read or written, and a FIFO never makes anybody wait.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Self

from yoi_cli.store.files.descriptors import (
    READ,
    not_as_expected,
    open_directory,
    open_file,
    read_regular,
    write_all,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
#: How the name of a file begins that is to take another's place. Writers of tickets hold the
#: store's lock, so that one name for each will do.
TEMPORARY = ".tmp-"


class Directory:
    """An open directory; `path` is how messages name it, relative to the workspace.

    It owns its descriptor, and lets it go when nobody holds the object any more.
    """

    def __init__(self, descriptor: int, path: str) -> None:
        self.descriptor = descriptor
        self.path = path

    @classmethod
    def open(cls, path: str, shown: str) -> Self:
        """Open the directory at `path`, which must not itself be a symlink."""
        return cls(open_directory(path, None, shown), shown)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        descriptor, self.descriptor = self.descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def child(self, name: str) -> Directory:
        """The directory `name` below this one. Raises `FileNotFoundError` or store errors."""
        shown = self.shown(name)
        return Directory(open_directory(name, self.descriptor, shown), shown)

    def descend(self, path: str, *, make: bool = False) -> Directory:
        """The directory at `path` below this one (this one where it is empty), step by step.

        `make` makes those that are missing; without it, raises as `child`.
        """
        walked = Directory(os.dup(self.descriptor), self.path)
        for name in path.split("/") if path else ():
            with walked:
                walked = walked.make_child(name) if make else walked.child(name)
        return walked

    def shown(self, name: str) -> str:
        """How messages name the file or folder `name` below this one."""
        return f"{self.path}/{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether anything, even a dangling symlink, stands at `name`."""
        return self.kind_of(name) is not None

    def kind_of(self, name: str) -> int | None:
        """The `stat` file type of `name` (a symlink is not followed), None where absent."""
        mode = self._mode_of(name)
        return None if mode is None else stat.S_IFMT(mode)

    def _mode_of(self, name: str) -> int | None:
        try:
            return os.lstat(name, dir_fd=self.descriptor).st_mode
        except FileNotFoundError:
            return None

    @contextmanager
    def opened(self, name: str, flags: int = READ) -> Iterator[int]:
        """A descriptor of the regular file `name`. Raises `FileNotFoundError`, store errors."""
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = open_file(name, self.descriptor, self.shown(name), flags)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def read(self, name: str) -> bytes:
        """The whole of the regular file `name`. Raises `FileNotFoundError`, store errors."""
        return read_regular(name, self.descriptor, self.shown(name))

    def read_in(self, folder: str, name: str) -> bytes:
        """The whole of the regular file `name` in `folder`, which stands in this directory.

        As safe as walking there, and with as few steps as that can cost: whoever reads a
        whole store does it thousands of times. Raises `FileNotFoundError`, store errors.
        """
        parent = open_directory(folder, self.descriptor, self.shown(folder))
        try:
            return read_regular(name, parent, self.shown(f"{folder}/{name}"))
        finally:
            os.close(parent)

    def read_below(self, path: str) -> bytes:
        """The whole of the regular file at `path`, of which only the last name is checked.

        Only for a path whose folders were just seen to be no symlinks. Raises
        `FileNotFoundError`, store errors.
        """
        return read_regular(path, self.descriptor, self.shown(path))

    def read_path(self, path: str) -> bytes | None:
        """The whole of the regular file at `path`, walked to as `descend` does.

        None where it, or a folder above it, is missing. Raises store errors.
        """
        above, name = os.path.split(path)
        with suppress(FileNotFoundError), self.descend(above) as folder:
            return folder.read(name)
        return None

    def replace_path(self, path: str, data: bytes) -> None:
        """As `replace`, of the file at `path`; folders that are missing are made."""
        above, name = os.path.split(path)
        with self.descend(above, make=True) as folder:
            folder.replace(name, data)

    def read_if_there(self, name: str) -> bytes | None:
        """The whole of the regular file `name`, or None where there is none."""
        with suppress(FileNotFoundError):
            return self.read(name)
        return None

    def create(
        self,
        name: str,
        data: bytes,
        *,
        mode: int = 0o666,
        exactly: int | None = None,
        is_synced: bool = True,
    ) -> None:
        """Write the new file `name` and, where `is_synced`, bring it to stable storage.

        Its permissions are `exactly` those, or where that is None `mode` without the umask.
        """
        descriptor = os.open(name, _CREATE, mode, dir_fd=self.descriptor)
        try:
            if exactly not in (None, stat.S_IMODE(os.fstat(descriptor).st_mode)):
                os.fchmod(descriptor, exactly)
            write_all(descriptor, data)
            if is_synced:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(
        self,
        name: str,
        data: bytes,
        *,
        is_executable: bool | None = None,
        is_synced: bool = True,
        temporary: str = "",
    ) -> None:
        """Put `data` at `name` at once: temporary file, fsync, rename, directory fsync.

        `temporary` names that file, for writers that hold no lock which keeps others from it.
        A file that stands there keeps its permissions, but for what `is_executable` says.
        Without `is_synced` nothing waits for the disk: for a file that another program takes
        up at once, and throws away.
        """
        existing = self._mode_of(name)
        if existing is not None and not stat.S_ISREG(existing):
            raise not_as_expected(self.shown(name), "a regular file")
        temporary = TEMPORARY + (temporary or name)
        self.remove_if_there(temporary)
        try:
            self.create(
                temporary,
                data,
                mode=0o777 if is_executable else 0o666,
                exactly=_permissions(existing, is_executable),
                is_synced=is_synced,
            )
            os.rename(temporary, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor)
        except BaseException:
            self.remove_if_there(temporary)
            raise
        if is_synced:
            self.sync()

    def put_back(self, name: str, data: bytes | None) -> None:
        """Let `name` hold `data` again, or be absent where that is None."""
        if self.read_if_there(name) == data:
            return
        if data is None:
            self.remove_if_there(name)
            self.sync()
        else:
            self.replace(name, data)

    def sweep(self) -> None:
        """Remove the temporary files of replacements that were never finished."""
        for name in self.names():
            if name.startswith(TEMPORARY) and self.kind_of(name) == stat.S_IFREG:
                self.remove_if_there(name)

    def make_child(self, name: str) -> Directory:
        """Make the directory `name` where there is none, and open it."""
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=self.descriptor)
            self.sync()
        return self.child(name)

    def remove_if_there(self, name: str) -> None:
        """Unlink the file `name`, if it is there."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.descriptor)

    def names(self) -> list[str]:
        """The names in this directory, sorted."""
        return sorted(os.listdir(self.descriptor))

    def sync(self) -> None:
        """Bring the names in this directory to stable storage."""
        os.fsync(self.descriptor)


def _permissions(existing: int | None, is_executable: bool | None) -> int | None:
    """Those of the file that stands there, where one does, as executable as it is to be."""
    if existing is None:
        return None
    kept = stat.S_IMODE(existing)
    if is_executable is None:
        return kept
    return kept | (kept & 0o444) >> 2 if is_executable else kept & ~0o111
