"""A worker with a terminal: the process that holds it, between the worker's program and its
transcript (docs/workers.md, "A terminal").

To shim and stub it is the worker: it copies what the program shows to where a worker's output goes,
and what comes to a worker's input to the program's keyboard, and ends as the program does. So
nothing that dies above it takes the terminal away.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import struct
import termios
import time

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.light import TYPE_CHECKING, signal, suppress

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NoReturn

#: What a terminal has before anybody looks at it: rows and columns.
_FIRST_SIZE = (24, 80)
_CHUNK = 1 << 16
_POLL_MS = 500
#: What was shown before the end, but is not read yet, is waited for so long.
_DRAIN_MS = 50
#: What the disk does not take is tried again so often, half a second apart.
_TRIES = 20
_END_OF_INPUT = b"\x04"
_IGNORED = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE)


def enter_terminal(folder: bytes, unneeded: Iterable[int]) -> None:
    """Come back in a new process that has a new terminal, as its own and as its standard streams.

    The calling process stays behind to hold it, and never comes back; it closes the descriptors
    `unneeded`. Raises `OSError`.
    """
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, _FIRST_SIZE)
    for number in _IGNORED:  # the program decides whether it ends; this follows it
        signal.signal(number, signal.SIG_IGN)
    child = os.fork()
    if child:
        os.close(slave)
        for descriptor in unneeded:
            if descriptor > 2:
                os.close(descriptor)
        _Holder(folder, master, child).hold()
    for number in _IGNORED:
        signal.signal(number, signal.SIG_DFL)
    os.close(master)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for standard in (0, 1, 2):
        os.dup2(slave, standard)
    os.close(slave)


class _Holder:
    """Copies between the terminal and the worker's streams until the program has ended."""

    def __init__(self, folder: bytes, master: int, child: int) -> None:
        self._folder = folder
        self._master = master
        self._child = child
        self._keys = b""
        self._reads_input = True
        self._shows = True

    def hold(self) -> NoReturn:
        wakeup, write_end = files.wakeup_pipe()
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGWINCH, lambda _number, _frame: self._resize())
        os.set_blocking(self._master, False)
        status = None
        try:
            while status is None:
                self._copy(wakeup, _POLL_MS)
                ended, found = os.waitpid(self._child, os.WNOHANG)
                status = found if ended else None
            while self._shows and self._copy_shown(_DRAIN_MS):
                pass
        finally:
            _end_as(status)

    def _copy(self, wakeup: int, timeout: int) -> None:
        poller = select.poll()
        poller.register(wakeup, select.POLLIN)
        if self._shows:
            events = select.POLLIN | (select.POLLOUT if self._keys else 0)
            poller.register(self._master, events)
        if self._reads_input and not self._keys:
            poller.register(0, select.POLLIN)
        ready = dict(poller.poll(timeout))
        if wakeup in ready:
            with suppress(BlockingIOError):
                os.read(wakeup, 256)
        if 0 in ready:
            self._take_keys()
        if ready.get(self._master, 0) & select.POLLOUT:
            self._give_keys()
        if ready.get(self._master, 0) & ~select.POLLOUT:
            self._copy_shown(0)

    def _take_keys(self) -> None:
        self._keys = os.read(0, _CHUNK)
        if self._keys:
            return
        if self._is_closed_by_command():
            self._keys, self._reads_input = _END_OF_INPUT, False
        else:  # who kept it open died; others may write to it as before
            self._reopen_input()

    def _is_closed_by_command(self) -> bool:
        with suppress(OSError):
            names = os.listdir(os.path.join(self._folder, files.COMMANDS.encode()))
            return any(name.endswith(b".close-input") for name in names)
        return False

    def _reopen_input(self) -> None:
        try:
            path = os.path.join(self._folder, files.STDIN.encode())
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            os.dup2(descriptor, 0)
            os.close(descriptor)
        except OSError:
            self._reads_input = False

    def _give_keys(self) -> None:
        try:
            self._keys = self._keys[os.write(self._master, self._keys) :]
        except BlockingIOError:
            return
        except OSError:
            self._keys = b""

    def _copy_shown(self, timeout: int) -> bool:
        """Copy what the program showed, once; whether there was anything within `timeout`."""
        if timeout:
            poller = select.poll()
            poller.register(self._master, select.POLLIN)
            if not poller.poll(timeout):
                return False
        try:
            data = os.read(self._master, _CHUNK)
        except BlockingIOError:
            return False
        except OSError as error:  # Linux's way of saying that nobody has the terminal any more
            self._shows = error.errno != errno.EIO
            return False
        self._shows = bool(data)  # and that of others
        _write_out(data)
        return self._shows

    def _resize(self) -> None:
        """Take over the size that somebody wrote down; the program is told by the kernel."""
        with suppress(OSError, ValueError):
            descriptor = files.open_folder(self._folder)
            with files.closing(descriptor):
                rows, columns = map(int, files.read(descriptor, files.TERMINAL_SIZE).split())
            size = struct.pack("HHHH", rows, columns, 0, 0)
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, size)


def _write_out(data: bytes) -> None:
    """Write to the transcript; what a full disk does not take for long is lost, as it is to a
    program that writes by itself."""
    tries = _TRIES
    while data and tries:
        try:
            data = data[os.write(1, data) :]
        except OSError:
            tries -= 1
            time.sleep(_POLL_MS / 1000)


def _end_as(status: int | None) -> NoReturn:
    """End as the program did."""
    if status is not None and os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), number)
    os._exit(1 if status is None else os.waitstatus_to_exitcode(status) & 0xFF)
