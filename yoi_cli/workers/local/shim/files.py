"""Files of one worker's folder: opened below its descriptor, replaced at once, synced."""

from __future__ import annotations

import os
import stat
import sys

from yoi_cli.workers.local.shim.light import TYPE_CHECKING, suppress
from yoi_cli.workers.local.shim.parts import parts

if TYPE_CHECKING:
    from typing import TypeAlias

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

STATE = "state.json"
SPEC = "spec.json"
OUTPUT = "output.raw"
EVENTS = "events.jsonl"
COMMANDS = "commands"
EXIT = "exit"
STDIN = "stdin.fifo"
LOCK = "shim.lock"
#: What of the clone changed while it ran, where anything did: absolute paths, NUL between them.
CHANGES = "changes"
#: What is there for this worker alone and goes with it: absolute paths, NUL between them.
PASSING = "passing"
#: Rows and columns of the terminal, of a worker that has one: as whoever looks at it has them.
TERMINAL_SIZE = "terminal-size"
#: How far the output was taken over and written, where it is redacted on its way.
POSITION = "output.position"

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1 << 20


class closing:  # noqa: N801 (as `contextlib.closing`)
    """Gives `descriptor`, and closes it at the end."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> int:
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def open_folder(path: str | bytes, below: int | None = None) -> int:
    """A descriptor of the folder at `path`, which must not be a symlink."""
    return os.open(path, _FOLDER, dir_fd=below)


def open_regular(folder: int, name: str, flags: int = _READ) -> int:
    """A descriptor of the regular file `name`. Raises `OSError`, also for another kind."""
    return _opened(folder, name, flags)[0]


def _opened(folder: int, name: str, flags: int) -> tuple[int, os.stat_result]:
    descriptor = os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600, dir_fd=folder)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise OSError(f"{name} is not a regular file")
    return descriptor, status


def read(folder: int, name: str) -> bytes:
    """The whole of the regular file `name`. Raises `OSError`."""
    return read_with_status(folder, name)[0]


def read_with_status(folder: int, name: str) -> tuple[bytes, os.stat_result]:
    """The same, and what the file was when its reading began."""
    descriptor, status = _opened(folder, name, _READ)
    try:
        data = os.read(descriptor, status.st_size + 1)
        # One byte more was asked for than there was: whoever gets none of it is at the end.
        if len(data) > status.st_size:
            data += read_all(descriptor)
        return data, status
    finally:
        os.close(descriptor)


def read_all(descriptor: int) -> bytes:
    """Everything up to the end."""
    parts = []
    while part := os.read(descriptor, _CHUNK):
        parts.append(part)
    return b"".join(parts)


def memory_file(folder: int, name: str, flags: int) -> tuple[int, int]:
    """A file that is in no folder, to be read and written, and another opening of it with `flags`.

    It is in memory. Where that cannot be, it is one of `folder` whose name is gone before anything
    is in it. Raises `OSError`.
    """
    if sys.platform == "linux" and parts().memory:
        memory = os.memfd_create(name, os.MFD_CLOEXEC)
        return memory, os.open(f"/proc/self/fd/{memory}", flags | os.O_CLOEXEC)
    temporary = f".tmp-{name}-{os.getpid()}"
    remove(folder, temporary)
    try:
        memory = open_regular(folder, temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        return memory, open_regular(folder, temporary, flags)
    finally:
        remove(folder, temporary)


def wakeup_pipe() -> tuple[int, int]:
    """Both ends of a pipe that nobody waits at."""
    ends = os.pipe()
    for end in ends:
        os.set_blocking(end, False)
    return ends


def exists(folder: int, name: str) -> bool:
    """Whether anything stands at `name`."""
    try:
        os.lstat(name, dir_fd=folder)
    except FileNotFoundError:
        return False
    return True


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte of `data`."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def create(folder: int, name: str, data: bytes) -> None:
    """Bring the new file `name` to stable storage. Raises `FileExistsError`, `OSError`."""
    with closing(os.open(name, _CREATE, 0o600, dir_fd=folder)) as descriptor:
        write_all(descriptor, data)
        os.fsync(descriptor)


def replace(folder: int, name: str, data: bytes) -> None:
    """Put `data` at `name` at once: temporary file, fsync, rename, folder fsync."""
    # Shim and stub may both be about to write the exit: each has a temporary name of its own.
    temporary = f".tmp-{name}-{os.getpid()}"
    try:
        create(folder, temporary, data)
    except FileExistsError:  # of somebody who was killed, and had the same number
        remove(folder, temporary)
        create(folder, temporary, data)
    os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def remove(folder: int, name: str) -> None:
    """Take the file `name` away, where it is there."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def remove_passing(folder: int) -> None:
    """Take away what was there for the worker alone, as far as it can be."""
    try:
        paths = read(folder, PASSING).split(b"\0")
    except OSError:
        return
    for path in paths:
        with suppress(OSError):
            parent, name = os.path.split(path)
            with closing(open_folder(parent)) as descriptor:
                _remove_below(descriptor, name)


def _remove_below(folder: int, name: bytes) -> None:
    """Take away what stands at `name`, with all below it; no symlink is followed."""
    if not stat.S_ISDIR(os.lstat(name, dir_fd=folder).st_mode):
        os.unlink(name, dir_fd=folder)
        return
    with closing(open_folder(name, folder)) as inner:
        for entry in os.listdir(inner):
            with suppress(OSError):
                _remove_below(inner, os.fsencode(entry))
    os.rmdir(name, dir_fd=folder)


def append(folder: int, name: str, data: bytes) -> None:
    """Add `data` to the file `name` in one write, and sync it."""
    with closing(open_regular(folder, name, _APPEND)) as descriptor:
        write_all(descriptor, data)
        os.fsync(descriptor)


def to_json(value: Json) -> str:
    """`value` as JSON on one line. The library for it takes 10 ms to load, for each shim."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(map(_escaped, value)) + '"'
    if isinstance(value, list):
        return "[" + ", ".join(map(to_json, value)) + "]"
    return "{" + ", ".join(f"{to_json(k)}: {to_json(v)}" for k, v in value.items()) + "}"


def json_line(record: dict[str, Json]) -> bytes:
    """`record` as a line of a file."""
    return to_json(record).encode() + b"\n"


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if " " <= char <= "~":
        return char
    number = ord(char)
    if number < 0x10000:
        return f"\\u{number:04x}"
    number -= 0x10000
    return f"\\u{0xD800 + (number >> 10):04x}\\u{0xDC00 + (number & 0x3FF):04x}"
