"""Input from another machine: a file that whoever gives input appends to, and that the worker's
shim copies into the worker's pipe (docs/machines.md, "Slurm").

A pipe is of one kernel, a file is seen by all. How much of the file counts is in a file beside it,
which is replaced once that much is on the disk: what a writer that died left behind it is never
read. How much was handed on is the offset of the file as the guardian has it open, which it shares
with the shim. The kernel moves both, bytes and offset, in one call, so that whoever goes on
after a shim that was killed begins where that was.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sys

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import uptime_ms
from yoi_cli.workers.local.shim.light import suppress
from yoi_cli.workers.local.shim.parts import parts

#: What came, and how much of it counts; its program reads no more.
SPOOL, SPOOLED, UNREAD = "input", "input.size", "input.unread"
_CLOSED = b"closed"
_APPEND = os.O_RDWR | os.O_CREAT
_WRITE = os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
#: Between two looks: at rest, for as long after input as more may come, and where the pipe is full.
_REST_MS, _SOON_MS, _FULL_MS = 1000, 50, 20
_LIVELY_MS = 10_000


class Spooled(NamedTuple):
    """How many bytes of the spool count, and whether no more will come."""

    size: int = 0
    is_closed: bool = False


def make_spool(folder: int) -> int:
    """The spool of a worker, made where it is not there, as it is read: at its beginning."""
    return files.open_regular(folder, SPOOL, _APPEND)


def spooled(folder: int) -> Spooled:
    """What counts of the spool. Raises `OSError`, `ValueError`."""
    try:
        words = files.read(folder, SPOOLED).split()
    except FileNotFoundError:
        return Spooled()
    if not words:
        raise ValueError(f"{SPOOLED} is empty")
    return Spooled(int(words[0]), words[1:] == [_CLOSED])


def write_spooled(folder: int, there: Spooled) -> None:
    """Let that much of the spool count. Raises `OSError`."""
    closed = b" " + _CLOSED if there.is_closed else b""
    files.replace(folder, SPOOLED, b"%d%b\n" % (there.size, closed))


class Feeder:
    """Hands on what comes to the spool, which is open as `spool`, to the worker of `folder`.

    `pause` says in how many milliseconds to look again.
    """

    def __init__(self, folder: int, spool: int) -> None:
        self.pause = _REST_MS
        self._folder = folder
        self._spool = spool
        self._pipe = -1
        self._lively_until = 0
        self._is_to_close = False
        self._is_over = False

    def close_after_all(self) -> None:
        """Let the input be closed once all that came was handed on."""
        self._is_to_close = True

    def feed(self) -> bool:
        """Hand on what came; whether the input is to be closed now."""
        if self._is_over:
            return False
        try:
            is_closed = self._hand_on()
        except OSError as error:
            is_closed = error.errno in (errno.ENXIO, errno.EPIPE)
            if is_closed:
                self._tell_unread()
            self._leave_pipe()
        except ValueError:
            is_closed = False
        self._is_over = is_closed
        return is_closed

    def _hand_on(self) -> bool:
        """Whether all was handed on that will ever come. Raises `OSError`: with ENXIO or EPIPE
        where nobody reads the pipe, others where the file system does not answer now."""
        there = spooled(self._folder)
        at = os.lseek(self._spool, 0, os.SEEK_CUR)
        self._take_pipe()
        if at < there.size and self._is_seen(there.size) and self._has_turn():
            at += self._move(there.size - at)
            self._lively_until = uptime_ms() + _LIVELY_MS
        has_all = at >= there.size
        if has_all:
            self._leave_pipe()
        lively = _SOON_MS if uptime_ms() < self._lively_until else _REST_MS
        self.pause = lively if has_all else _FULL_MS
        return has_all and (there.is_closed or self._is_to_close)

    def _is_seen(self, size: int) -> bool:
        """Whether so much of the file has come here: a network file system looks at its server
        again when a file is opened."""
        with files.closing(files.open_regular(self._folder, SPOOL)) as again:
            return os.fstat(again).st_size >= size

    def _move(self, size: int) -> int:
        """Move up to `size` bytes; how many the pipe took."""
        moved = 0
        with suppress(BlockingIOError):
            while moved < size and (count := _moved(self._spool, self._pipe, size - moved)):
                moved += count
        return moved

    def _take_pipe(self) -> None:
        if self._pipe < 0:
            self._pipe = os.open(files.STDIN, _WRITE, dir_fd=self._folder)

    def _has_turn(self) -> bool:
        """Whether nobody of this machine is about to write: what each gives stays together."""
        try:
            fcntl.flock(self._pipe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _leave_pipe(self) -> None:
        """Let the pipe go, which would not come to its end while it is held."""
        if self._pipe >= 0:
            os.close(self._pipe)
            self._pipe = -1

    def _tell_unread(self) -> None:
        with suppress(OSError):
            files.replace(self._folder, UNREAD, b"")


def _moved(spool: int, pipe: int, size: int) -> int:
    """Move up to `size` bytes from where `spool` stands, and that; how many. Raises
    `BlockingIOError` where the pipe is full."""
    if sys.platform == "linux" and parts().splices:
        try:
            return os.splice(spool, pipe, size)
        except OSError as error:
            if error.errno != errno.EINVAL:  # a file system that cannot do it
                raise
    # Whoever is killed between these two leaves bytes that are given again.
    data = os.pread(spool, min(size, 1 << 16), os.lseek(spool, 0, os.SEEK_CUR))
    count = os.write(pipe, data) if data else 0
    os.lseek(spool, count, os.SEEK_CUR)
    return count
