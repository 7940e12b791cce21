"""`yoi worker attach`: this terminal in place of a worker's own (docs/workers.md)."""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import typer

from yoi_cli.api import workers
from yoi_cli.cli.context import session_of
from yoi_cli.cli.options import WorkerArgument
from yoi_cli.cli.text.console import is_terminal, write_stderr
from yoi_cli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.api.workers import Attachment

#: Ctrl-], which no shell and no editor wants for itself.
DETACH = b"\x1d"
_POLL_SECONDS = 0.03
_CHUNK = 4096
_BY_SIGNAL = 128
_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
#: What a program leaves switched on that is looked away from: colours, the other screen, a hidden
#: cursor, the mouse, bracketed paste, keys of the application's own.
_RESET = (
    b"\x1b[0m\x1b[?1049l\x1b[?25h\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l"
    b"\x1b[?1l\x1b>"
)


def attach(ctx: typer.Context, worker: WorkerArgument) -> None:
    """Attach this terminal to that of a worker that was started with --terminal.

    It shows what the worker shows, and keys go there as they are, Ctrl-C too; Ctrl-] detaches,
    and the worker goes on. Several may be attached at once. The worker's terminal has the size
    of the one that was attached or changed last.
    """
    if not (is_terminal(sys.stdin) and is_terminal(sys.stdout)):
        raise UsageError(
            "terminal_needed",
            "Only a terminal can be attached to a worker's.",
            hint="`yoi worker logs --follow` shows what it writes, and `yoi worker input` writes "
            "to it.",
        )
    attachment = workers.attach(session_of(ctx), worker)
    write_stderr(f"Attached to {attachment.worker_id}; Ctrl-] detaches.\n")
    with _raw_terminal() as caught:
        _look(attachment, caught)
    if caught.ending:
        raise typer.Exit(_BY_SIGNAL + caught.ending)
    if attachment.has_ended:
        write_stderr(f"{attachment.worker_id} {attachment.view().ending}.\n")
    else:
        write_stderr(f"Detached from {attachment.worker_id}, which goes on.\n")


class _Caught:
    """What signals said: which one asks this process to end, and that the size is another one."""

    def __init__(self) -> None:
        self.ending = 0
        self.is_resized = True

    def end(self, number: int, _frame: object) -> None:
        self.ending = number

    def resize(self, _number: int, _frame: object) -> None:
        self.is_resized = True


@contextmanager
def _raw_terminal() -> Iterator[_Caught]:
    """Keys come as they are pressed, and signals are kept for the caller; at the end, whatever
    it is, the terminal is as it was."""
    caught, stdin = _Caught(), sys.stdin.fileno()
    before = termios.tcgetattr(stdin)
    wakeup, write_end = os.pipe()
    for end in (wakeup, write_end):
        os.set_blocking(end, False)
    old_wakeup = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    old = {number: signal.signal(number, caught.end) for number in _ENDING}
    old[signal.SIGWINCH] = signal.signal(signal.SIGWINCH, caught.resize)

    def come_back(_number: int, _frame: object) -> None:
        tty.setraw(stdin, termios.TCSANOW)
        caught.is_resized = True

    old[signal.SIGCONT] = signal.signal(signal.SIGCONT, come_back)
    try:
        tty.setraw(stdin)
        yield caught
    finally:
        with suppress(OSError):
            os.write(sys.stdout.fileno(), _RESET + b"\r\n")
        with suppress(termios.error, OSError):
            termios.tcsetattr(stdin, termios.TCSADRAIN, before)
        signal.set_wakeup_fd(old_wakeup)
        for number, handler in old.items():
            signal.signal(number, handler)
        os.close(wakeup)
        os.close(write_end)


def _look(attachment: Attachment, caught: _Caught) -> None:
    """Show what the worker shows and hand keys over, until Ctrl-], a signal, or its end."""
    stdin, stdout = sys.stdin.fileno(), sys.stdout.fileno()
    while not caught.ending:
        if caught.is_resized:
            caught.is_resized = False
            size = os.get_terminal_size(stdout)
            attachment.resize(size.lines, size.columns)
        shown = attachment.read()
        if shown and not _write(stdout, shown):
            return
        if attachment.has_ended:
            return
        ready, _, _ = select.select([stdin], [], [], 0 if shown else _POLL_SECONDS)
        if ready and not _hand_over(attachment, stdin, stdout):
            return


def _hand_over(attachment: Attachment, stdin: int, stdout: int) -> bool:
    """Type what was pressed; False where that was Ctrl-], or this terminal is gone."""
    try:
        keys = os.read(stdin, _CHUNK)
    except OSError:
        return False
    typed, detach, _ = keys.partition(DETACH)
    if typed and not attachment.type(typed):
        _write(stdout, b"\a")
    return bool(keys) and not detach


def _write(descriptor: int, data: bytes) -> bool:
    """Write all of `data`; False where the terminal is gone."""
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        return False
    return True
