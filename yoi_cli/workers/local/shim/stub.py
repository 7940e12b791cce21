"""The stub: parent of the worker, which waits for its end and writes it down.

It is a fork of the shim and outlives it. Where both are alive, the shim needs it for nothing
but the exit; where it dies, its children become the shim's.
"""

from __future__ import annotations

import os
import select

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.children import ended_child, forget, has_children
from yoi_cli.workers.local.shim.kernel import adopt_orphans, now_ms
from yoi_cli.workers.local.shim.light import TYPE_CHECKING, signal

if TYPE_CHECKING:
    from typing import NoReturn

    from yoi_cli.workers.local.shim.children import Ending
    from yoi_cli.workers.local.shim.launch import Launch
    from yoi_cli.workers.local.shim.pump import Pump

#: Tell the stub to close the worker's standard input; to leave, once the worker has ended.
CLOSE_INPUT = signal.SIGUSR1
LEAVE = signal.SIGTERM
#: The exit code of a worker that was never released; `failure` tells it from a program's own.
_NEVER_BEGUN = 125
_PUMPING_MS = 10
_RESTING_MS = 200
_RETRY_MS = 500


class StubDescriptors(NamedTuple):
    """Descriptors that shim, stub and worker share; -1 where there is none.

    `go` lets the worker begin, `begun` says why it could not (and ends where it could), as
    does `failure`, a file in memory, to the stub. `notes` go from the stub to the shim,
    `input_writer` keeps the worker's input open.
    """

    stdin: int
    output: int
    input_writer: int
    go: int
    go_end: int
    begun: int
    begun_end: int
    failure: int
    notes: int
    notes_end: int


def write_exit(folder: int, ending: Ending, by: str, error: str = "") -> None:
    """Write down how the worker ended, before the kernel forgets it. Raises `OSError`."""
    record: dict[str, files.Json] = {
        "code": None if error else ending.code,
        "signal": ending.signal,
        "at": now_ms(),
        "by": by,
    }
    if error:
        record["error"] = error
    files.replace(folder, files.EXIT, files.json_line(record))


def run_stub(folder: int, launch: Launch, ends: StubDescriptors, pump: Pump | None) -> NoReturn:
    """Start the worker, wait for its end, write it down, and leave."""
    try:
        os.setpgid(0, 0)
        leave_streams()
        adopt_orphans()
        wakeup = _listen(ends)
        for end in (ends.go_end, ends.begun, ends.notes):
            os.close(end)
        worker = os.fork()
        if worker == 0:
            _become_worker(launch, ends)
        for end in (ends.stdin, ends.output, ends.go, ends.begun_end):
            os.close(end)
        _send_note(ends.notes_end, b"pid %d\n" % worker)
        _Stub(folder, worker, ends, pump).watch(wakeup)
    finally:
        os._exit(1)


class _Signals:
    """What signals have asked of this stub."""

    leave = False


def _listen(ends: StubDescriptors) -> int:
    """Handle signals; the descriptor that can be read once one came."""
    wakeup, write_end = files.wakeup_pipe()
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)

    def leave(_number: int, _frame: object) -> None:
        _Signals.leave = True

    def close_input(_number: int, _frame: object) -> None:
        if ends.input_writer >= 0:
            null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
            os.dup2(null, ends.input_writer, inheritable=False)
            os.close(null)

    signal.signal(LEAVE, leave)
    signal.signal(CLOSE_INPUT, close_input)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    return wakeup


class _Stub:
    def __init__(self, folder: int, worker: int, ends: StubDescriptors, pump: Pump | None) -> None:
        self._folder = folder
        self._worker = worker
        self._ends = ends
        self._pump = pump
        self._has_ended = False
        self._has_children = True

    def watch(self, wakeup: int) -> None:
        """Return once the worker has ended and nothing that it left behind is there any more."""
        poller = select.poll()
        poller.register(wakeup, select.POLLIN)
        pause = _PUMPING_MS
        while True:
            is_stuck = not self._reap()
            moved = self._pump is not None and self._pump.move_some()
            if self._has_ended and (_Signals.leave or not self._has_children):
                if self._pump is not None:
                    self._pump.move_all(at_end=True)
                return
            # Memory that is a file cannot be waited for: look often while something comes.
            pause = _PUMPING_MS if moved else min(pause * 2, _RESTING_MS)
            poller.poll(_RETRY_MS if is_stuck else pause if self._pump is not None else None)
            _drain(wakeup)

    def _reap(self) -> bool:
        """Reap children that have ended; False where the disk refuses the worker's exit."""
        while (ending := ended_child()) is not None:
            if ending.pid == self._worker and not self._has_ended:
                try:
                    write_exit(self._folder, ending, "stub", self._why_not_begun(ending))
                except OSError:
                    if os.fstat(self._folder).st_nlink:
                        return False
                    # The folder is gone, and with it everybody who would ask.
                self._has_ended = True
                _send_note(self._ends.notes_end, b"exit\n")
            forget(ending.pid)
        if self._has_ended:
            self._has_children = has_children()
        return True

    def _why_not_begun(self, ending: Ending) -> str:
        """What the worker said of why it could not begin; the shim may not be there to hear."""
        if ending.code is None or ending.code < _NEVER_BEGUN:
            return ""
        return os.pread(self._ends.failure, 100, 0).decode()


def leave_streams() -> None:
    """Close the standard streams: whoever waits for their end must not wait for ours."""
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    os.close(null)


def _send_note(descriptor: int, note: bytes) -> None:
    try:
        os.write(descriptor, note)
    except OSError:  # the shim is gone, and will find what it needs in files
        return


def _drain(wakeup: int) -> None:
    try:
        while os.read(wakeup, 256):
            pass
    except BlockingIOError:
        return


def _become_worker(launch: Launch, ends: StubDescriptors) -> NoReturn:
    """Wait to be released, then turn into the worker's program."""
    where = "shim"
    try:
        os.setsid()
        if not os.read(ends.go, 1):
            raise OSError(0, "the shim died first")
        signal.set_wakeup_fd(-1)
        for number in signal.valid_signals():
            _reset_signal(number)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for target, source in enumerate((ends.stdin, ends.output, ends.output)):
            os.dup2(source, target)
        if launch.terminal:
            where = "terminal"
            from yoi_cli.workers.local.shim.terminal import enter_terminal  # loaded by the shim

            streams = (ends.stdin, ends.output, ends.input_writer)
            enter_terminal(launch.folder, (*streams, ends.go, ends.begun_end, ends.notes_end))
        where = "folder"
        os.chdir(launch.cwd)
        if launch.confinement is not None:
            where = "confinement"
            from yoi_cli.workers.local.shim.landlock import confine  # loaded by the shim

            confine(launch.confinement)
        where = "program"
        os.execvpe(launch.command[0], list(launch.command), dict(launch.environment))
    except OSError as error:
        said = f"{error.errno or 0} {where}".encode()
        os.pwrite(ends.failure, said, 0)
        os.write(ends.begun_end, said)
    finally:
        os._exit(_NEVER_BEGUN if where == "shim" else _NEVER_BEGUN + 2)


def _reset_signal(number: int) -> None:
    if number in (signal.SIGKILL, signal.SIGSTOP):
        return
    try:
        signal.signal(number, signal.SIG_DFL)
    except OSError:  # the C library keeps some for itself
        return
