"""A whole file system brought to stable storage by one call, where the kernel answers for it."""

from __future__ import annotations

import os
import re
import sys

#: The first Linux whose `syncfs` says that something could not be written (syncfs(2)).
_ANSWERS_FOR_ERRORS = (5, 8)


def sync_file_system(descriptor: int) -> bool:
    """Whether all that was written to the file system of `descriptor` is on stable storage now.

    False where the system has no such call, or one that hides errors: then every file is to be
    brought there by itself. Raises `OSError` where the disk refuses.
    """
    if sys.platform == "linux" and _kernel() >= _ANSWERS_FOR_ERRORS:
        import ctypes

        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "syncfs"):
            return False
        if libc.syncfs(descriptor) == 0:
            return True
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return False


def _kernel() -> tuple[int, ...]:
    """The first two numbers of the kernel's version, none where it names none."""
    numbers = re.match(r"(\d+)\.(\d+)", os.uname().release)
    return tuple(map(int, numbers.groups())) if numbers else ()
