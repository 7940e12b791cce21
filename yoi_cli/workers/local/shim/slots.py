"""Which workers of a group may run now: a queue of files, each locked by its worker.

A slot is a file whose name is a number that rises. The first `capacity` slots that somebody
still holds may run; the kernel frees a slot when its last holder dies.
"""

from __future__ import annotations

import fcntl
import os

from yoi_cli.workers.local.shim import files

_LOCK = "lock"
_FLAGS = os.O_RDWR | os.O_CREAT


class Slot:
    """A slot of the group whose folder is at `path`, taken at once."""

    def __init__(self, path: bytes, capacity: int) -> None:
        os.makedirs(path, 0o700, exist_ok=True)
        self._folder = files.open_folder(path)
        self._capacity = capacity
        with files.closing(self._lock()):
            self._number = max(self._numbers(), default=0) + 1
            self.descriptor = files.open_regular(
                self._folder, self._name(self._number), _FLAGS | os.O_EXCL
            )
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)

    def may_run(self) -> bool:
        """Whether there is room by now. Slots that nobody holds are removed."""
        with files.closing(self._lock()):
            ahead = sorted(number for number in self._numbers() if number < self._number)
            return sum(map(self._is_held, ahead)) < self._capacity

    def leave(self) -> None:
        """Free the slot."""
        files.remove(self._folder, self._name(self._number))
        os.close(self.descriptor)
        os.close(self._folder)

    def _is_held(self, number: int) -> bool:
        try:
            descriptor = files.open_regular(self._folder, self._name(number))
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        files.remove(self._folder, self._name(number))
        return False

    def _lock(self) -> int:
        descriptor = files.open_regular(self._folder, _LOCK, _FLAGS)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return descriptor

    def _numbers(self) -> list[int]:
        return [int(name) for name in os.listdir(self._folder) if name.isdecimal()]

    @staticmethod
    def _name(number: int) -> str:
        return f"{number:012d}"
