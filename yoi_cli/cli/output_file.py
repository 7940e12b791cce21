"""What a command was asked to write: whole, or as it was before."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO


@contextmanager
def output_file(path: str) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once everything is written and synced.

    What is no regular file (a FIFO, a device) is written to as it is; a symlink is followed.
    """
    target = os.path.realpath(path)
    if os.path.exists(target) and not stat.S_ISREG(os.stat(target).st_mode):
        with open(target, "wb") as stream:
            yield stream
        return
    temporary = f"{target}.tmp-{os.getpid()}"
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


@contextmanager
def output_folder(path: str) -> Iterator[Callable[[str, bytes], None]]:
    """A folder that is there once all its files are written and synced: gives what puts a file
    into it. Raises `ConflictError` (`folder_not_empty`) where something stands in it already."""
    target = os.path.realpath(path)
    if os.path.lexists(target) and (not os.path.isdir(target) or os.listdir(target)):
        raise ConflictError(
            "folder_not_empty",
            f"{path[:200]!r} is there, and is no empty folder.",
            hint="Name another folder; nothing was written.",
        )
    temporary = f"{target}.tmp-{os.getpid()}"

    def put(name: str, data: bytes) -> None:
        with open(os.path.join(temporary, name), "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    os.mkdir(temporary)
    try:
        yield put
        os.rename(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
