"""Commands and input for a worker, by files that outlive their writer."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import stat
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError
from yoi_cli.workers.local.input_pipe import CLOSE_INPUT
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import boot_id, send
from yoi_cli.workers.local.shim.wakeup import POKE
from yoi_cli.workers.model import takes_no_input

if TYPE_CHECKING:
    from yoi_cli.workers.local.folder import WorkerFolder
    from yoi_cli.workers.local.shim.state import WorkerState

_WRITE = os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
#: How long a worker may leave its input unread before the writer gives up.
_INPUT_SECONDS = 10.0


def give_command(folder: WorkerFolder, word: str, grace: int | None = None) -> None:
    """Write the command `word` down; `grace` is in milliseconds, None for the worker's own.

    Its name says what is asked and sorts by time, so that a shim needs no parser.
    """
    name = f"{time.time_ns() // 1_000_000:013d}-{os.urandom(4).hex()}.{word}"
    with files.closing(files.open_folder(files.COMMANDS, folder.descriptor)) as commands:
        files.replace(commands, name, b"" if grace is None else b"%d\n" % grace)


def has_command(folder: WorkerFolder, word: str) -> bool:
    """Whether `word` was ever asked of the worker."""
    with files.closing(files.open_folder(files.COMMANDS, folder.descriptor)) as commands:
        return any(name.endswith(f".{word}") for name in os.listdir(commands))


def poke(state: WorkerState | None) -> bool:
    """Have the shim look for commands now; whether it is there."""
    return state is not None and state.boot_id == boot_id() and send(state.shim, POKE)


def resize_terminal(folder: WorkerFolder, state: WorkerState | None, size: tuple[int, int]) -> None:
    """Give the worker's terminal `size`, rows and columns; whoever looks at it last has a say."""
    rows, columns = size
    files.replace(folder.descriptor, files.TERMINAL_SIZE, b"%d %d\n" % (rows, columns))
    if state is not None and state.boot_id == boot_id():
        send(state.worker, signal.SIGWINCH)


def write_input(folder: WorkerFolder, runtime_id: str, data: bytes, *, close: bool) -> None:
    """Write `data` to the worker's input, whole and apart from what others write."""
    view = folder.snapshot(runtime_id).view
    if view.has_ended:
        raise refused_input(folder, "worker_stopped", f"has ended ({view.state})")
    if folder.is_input_closed():
        raise takes_no_input(folder.worker_id)
    try:
        descriptor = os.open(files.STDIN, _WRITE, dir_fd=folder.descriptor)
    except FileNotFoundError:
        raise takes_no_input(folder.worker_id) from None
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise refused_input(folder, "worker_stopped", "has closed its input") from None
    with files.closing(descriptor):
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            raise refused_input(folder, "worker_conflict", "has an input that is no pipe")
        take_turn(folder, descriptor)
        _write_all(folder, descriptor, data)
        if close:
            give_command(folder, CLOSE_INPUT)


def _write_all(folder: WorkerFolder, descriptor: int, data: bytes) -> None:
    end = time.monotonic() + _INPUT_SECONDS
    view = memoryview(data)
    room = select.poll()  # `select` knows no descriptor above 1023
    room.register(descriptor, select.POLLOUT)
    while view:
        left = end - time.monotonic()
        if left <= 0 or not room.poll(left * 1000):
            raise _unread(folder, len(data) - len(view))
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            time.sleep(0.01)
        except BrokenPipeError:
            raise refused_input(folder, "worker_stopped", "has closed its input") from None


def take_turn(folder: WorkerFolder, descriptor: int) -> None:
    """Lock what input is written to, which others may hold for a while. Raises `ConflictError`
    (`worker_limit`)."""
    end = time.monotonic() + _INPUT_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise _unread(folder, 0) from None
            time.sleep(0.01)
        else:
            return


def _unread(folder: WorkerFolder, written: int) -> ConflictError:
    return ConflictError(
        "worker_limit",
        f"Worker {folder.worker_id} does not read its input: {written} bytes fitted in.",
        hint="Give the rest when it has read what is there.",
        details={"worker_id": folder.worker_id, "written": written},
    )


def refused_input(folder: WorkerFolder, code: str, why: str) -> ConflictError:
    """The refusal of input by a worker that `why` says cannot read it."""
    return ConflictError(
        code,
        f"Worker {folder.worker_id} {why}.",
        hint="Nothing was written.",
        details={"worker_id": folder.worker_id},
    )
