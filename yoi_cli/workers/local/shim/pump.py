"""Redacted output: from a file in memory, which the worker writes, to the file on disk.

The worker writes to memory that is a file without a name, as it would to the file on disk: it
never waits, and needs nobody to read. What is taken over, and where it went, is written down
behind it as one record, and the same bytes always become the same bytes: so whoever goes on
after a `kill -9` writes at most the same thing twice to the same place.
"""

from __future__ import annotations

import os

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import punch
from yoi_cli.workers.local.shim.light import TYPE_CHECKING
from yoi_cli.workers.local.shim.parts import parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.workers.local.shim.kernel import Identity
    from yoi_cli.workers.local.shim.redact import Redactor

_NAME = "yoi-output"
#: Two numbers: as many bytes were taken over, and written.
_NUMBER = 8
_CHUNK = 1 << 18
_CHUNKS = 64
#: Memory is given back in stretches of this size.
_STRETCH = 1 << 20


def make_memory(folder: int) -> tuple[int, int]:
    """A new file in memory, opened to be read, and to be appended to as the worker's output."""
    return files.memory_file(folder, _NAME, os.O_WRONLY | os.O_APPEND)


def find_memory(holders: Iterable[Identity]) -> int | None:
    """The file in memory that one of the processes `holders` still has open, to be read; None also
    where the system does not show what they have open."""
    for who in holders if parts().memory else ():
        folder = f"/proc/{who.pid}/fd"
        try:
            for name in sorted(os.listdir(folder), key=int):
                if os.readlink(f"{folder}/{name}").startswith(f"/memfd:{_NAME} "):
                    return os.open(f"{folder}/{name}", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue
    return None


class Pump:
    """Takes over what the worker wrote to `memory`. One at a time for each worker."""

    def __init__(self, folder: int, memory: int, redactor: Redactor) -> None:
        self._memory = memory
        self._redactor = redactor
        self._output = files.open_regular(folder, files.OUTPUT, os.O_WRONLY | os.O_CREAT)
        self._record = files.open_regular(folder, files.POSITION, os.O_RDWR | os.O_CREAT)
        self.load()

    def load(self) -> None:
        """Go on where the last one that pumped was."""
        note = os.pread(self._record, 2 * _NUMBER, 0)
        whole = note if len(note) == 2 * _NUMBER else b""
        self._taken = int.from_bytes(whole[:_NUMBER], "little")
        self._written = int.from_bytes(whole[_NUMBER:], "little")
        self._punched = self._taken - self._taken % _STRETCH

    @property
    def size(self) -> int:
        """How many bytes the worker has written, taken over or not."""
        return os.fstat(self._memory).st_size

    def move(self, *, at_end: bool = False) -> bool:
        """Take over one chunk; whether there was anything. `at_end` keeps nothing back."""
        data = os.pread(self._memory, _CHUNK, self._taken)
        if not data:
            return False
        is_last = at_end and self._taken + len(data) >= self.size
        clean, used = self._redactor.part(data, at_end=is_last)
        if not used:
            return False
        numbers = self._taken + used, self._written + len(clean)
        record = b"".join(number.to_bytes(_NUMBER, "little") for number in numbers)
        try:
            if os.pwrite(self._output, clean, self._written) < len(clean):
                return False
            os.pwrite(self._record, record, 0)
        except OSError:  # the disk is full; the same bytes come again
            return False
        self._taken += used
        self._written += len(clean)
        if self._taken - self._punched >= _STRETCH:
            self._punched = self._taken - self._taken % _STRETCH
            punch(self._memory, self._punched)
        return True

    def move_some(self) -> bool:
        """Take over what is there, but no more than leaves time for other things; whether
        there was anything."""
        moved = False
        for _ in range(_CHUNKS):
            if not self.move():
                break
            moved = True
        return moved

    def move_all(self, *, at_end: bool = False) -> bool:
        """Take over everything that is there; whether there was anything."""
        moved = False
        while self.move(at_end=at_end):
            moved = True
        return moved
