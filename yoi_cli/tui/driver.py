"""The terminal: left at once, and a key that Textual does not know by itself."""

from __future__ import annotations

import signal
import termios
from contextlib import suppress

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys


class QuickDriver(LinuxDriver):
    """Leaves the terminal at once: what reads keys is not waited for, which sleeps up to a tenth of
    a second and ends with the process."""

    def disable_input(self) -> None:
        with suppress(OSError, ValueError, termios.error):
            if not self.exit_event.is_set():
                signal.signal(signal.SIGWINCH, signal.SIG_DFL)
                self._disable_mouse_support()
                self.exit_event.set()
                termios.tcflush(self.fileno, termios.TCIFLUSH)


def know_alt_enter() -> None:
    """Have Alt+Enter begin a new line, as Ctrl+J does, where the terminal sends it as an escape and
    a return: Textual takes that for a return alone."""
    with suppress(TypeError):  # the table may be one that cannot be added to
        ANSI_SEQUENCES_KEYS["\x1b\r"] = (Keys.ControlJ,)  # type: ignore[index]
