"""Waiting for whatever comes first: a signal, a note, the end of a process, or the time."""

from __future__ import annotations

import os
import select

from yoi_cli.workers.local.shim.files import wakeup_pipe
from yoi_cli.workers.local.shim.kernel import watch
from yoi_cli.workers.local.shim.light import signal
from yoi_cli.workers.local.shim.parts import parts

#: Tells a shim to read new commands.
POKE = signal.SIGUSR1
#: How soon to look again for ends of which nobody tells.
_LOOK_MS = 100
_IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE)


class Wakeup:
    """What wakes a shim. `was_told_to_stop` is set by SIGTERM."""

    def __init__(self) -> None:
        self.was_told_to_stop = False
        self._poller = select.poll()
        self._signals, write_end = wakeup_pipe()
        self._notes = -1
        self._poller.register(self._signals, select.POLLIN)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        for number in _IGNORED:
            signal.signal(number, signal.SIG_IGN)
        for number in (POKE, signal.SIGCHLD):
            signal.signal(number, lambda _number, _frame: None)
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, _number: int, _frame: object) -> None:
        self.was_told_to_stop = True

    def watch_notes(self, descriptor: int) -> None:
        """Wake for what the stub writes to `descriptor`, and for its end."""
        self._notes = descriptor
        self._poller.register(descriptor, select.POLLIN)

    def watch_end_of(self, pid: int) -> None:
        """Wake once when the process `pid` ends."""
        descriptor = watch(pid)
        if descriptor is not None:
            self._poller.register(descriptor, select.POLLIN)

    def wait(self, milliseconds: int) -> bool:
        """Wait at most so long; whether a process ended or the stub said something."""
        has_news = False
        if not parts().pidfd and self._notes < 0:
            milliseconds = min(milliseconds, _LOOK_MS)
        for descriptor, _ in self._poller.poll(max(0, milliseconds)):
            if descriptor == self._signals:
                _read(descriptor)
                continue
            has_news = True
            if descriptor == self._notes and _read(descriptor):
                continue
            self._poller.unregister(descriptor)
            os.close(descriptor)
            if descriptor == self._notes:
                self._notes = -1
        return has_news


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 512)
    except BlockingIOError:
        return b""
