"""A file that a command was asked to write: whole, or as it was before."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
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
