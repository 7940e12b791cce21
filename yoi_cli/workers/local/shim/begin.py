"""Starting a worker: its descriptors, its stub, and the moment when it may begin."""

from __future__ import annotations

import os

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import Identity, identity, send
from yoi_cli.workers.local.shim.light import TYPE_CHECKING
from yoi_cli.workers.local.shim.pump import Pump, make_memory
from yoi_cli.workers.local.shim.redact import Redactor
from yoi_cli.workers.local.shim.stub import CLOSE_INPUT, StubDescriptors, run_stub

if TYPE_CHECKING:
    from yoi_cli.workers.local.shim.launch import Launch

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND


class PreparedStub(NamedTuple):
    """A worker that waits to be released, and the descriptors that its shim keeps; -1 for none.

    `go` releases it, and `begun` says what became of that; `notes` come from the stub.
    """

    stub: Identity
    worker: Identity
    go: int
    begun: int
    notes: int
    input_writer: int
    pump: Pump | None


class StubKilledError(OSError):
    """The stub was killed before it could say which process it started."""


def prepare(folder: int, launch: Launch) -> PreparedStub:
    """Fork the stub and, below it, the worker that does nothing yet.

    Raises `OSError`, `StubKilledError`.
    """
    pump = None
    if launch.secrets:
        memory, output = make_memory(folder)
        pump = Pump(folder, memory, Redactor(launch.secrets))
    else:
        output = files.open_regular(folder, files.OUTPUT, _APPEND)
    stdin, input_writer = _standard_input(folder, launch)
    (go, go_end), (begun, begun_end), (notes, notes_end) = os.pipe(), os.pipe(), os.pipe()
    failure = _nameless(folder, "yoi-failure", b"")
    ends = StubDescriptors(
        stdin, output, input_writer, go, go_end, begun, begun_end, failure, notes, notes_end
    )
    stub = os.fork()
    if stub == 0:
        os.close(launch.lock)  # it must die with the shim
        run_stub(folder, launch, ends, pump)
    for end in (stdin, output, go, begun_end, failure, notes_end):
        os.close(end)
    note = os.read(notes, 100).split()
    if len(note) != 2:
        for end in (go_end, begun, notes):
            os.close(end)
        os.waitpid(stub, 0)
        raise StubKilledError
    worker = identity(int(note[1]))
    return PreparedStub(identity(stub), worker, go_end, begun, notes, input_writer, pump)


def release(prepared: PreparedStub) -> bytes:
    """Let the worker begin; empty once it has, else the error's number and what was missing."""
    os.write(prepared.go, b"g")
    os.close(prepared.go)
    answer = os.read(prepared.begun, 100)
    os.close(prepared.begun)
    return answer


def _standard_input(folder: int, launch: Launch) -> tuple[int, int]:
    """(what the worker reads, what keeps it open): the FIFO, nothing, or what was given."""
    if launch.stdin is None:
        if not files.exists(folder, files.STDIN):  # as it does after a stub that was killed
            # By its path: macOS before 13 makes no FIFO below a descriptor.
            os.mkfifo(os.path.join(launch.folder, files.STDIN.encode()), 0o600)
        flags = os.O_CLOEXEC | os.O_NOFOLLOW
        reader = os.open(files.STDIN, os.O_RDONLY | os.O_NONBLOCK | flags, dir_fd=folder)
        input_writer = os.open(files.STDIN, os.O_WRONLY | flags, dir_fd=folder)
        os.set_blocking(reader, True)
        return reader, input_writer
    if not launch.stdin:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), -1
    return _nameless(folder, "yoi-input", launch.stdin, os.O_RDONLY), -1


def _nameless(folder: int, name: str, data: bytes, flags: int = os.O_RDWR) -> int:
    """A file in memory that holds `data`, opened with `flags`."""
    memory, opened = files.memory_file(folder, name, flags)
    with files.closing(memory):
        files.write_all(memory, data)
    return opened


def close_input(input_writer: int, stub: Identity) -> int:
    """Let the worker read to the end of its input; -1, in place of `input_writer`."""
    if input_writer >= 0:
        os.close(input_writer)
    send(stub, CLOSE_INPUT)
    return -1
