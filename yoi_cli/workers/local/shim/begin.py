"""Starting a worker: its descriptors, its stub, and the moment when it may begin."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.kernel import Identity, identity, send
from yoi_cli.workers.local.shim.pump import Pump, make_memory, writer_of
from yoi_cli.workers.local.shim.redact import Redactor
from yoi_cli.workers.local.shim.stub import CLOSE_INPUT, StubDescriptors, run_stub

if TYPE_CHECKING:
    from yoi_cli.workers.local.shim.launch import Launch

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND
_PIPE = os.O_CLOEXEC


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
        memory = make_memory()
        pump = Pump(folder, memory, Redactor(launch.secrets))
        output = writer_of(memory)
    else:
        output = files.open_regular(folder, files.OUTPUT, _APPEND)
    stdin, input_writer = _standard_input(folder, launch.stdin)
    go, go_end = os.pipe2(_PIPE)
    begun, begun_end = os.pipe2(_PIPE)
    notes, notes_end = os.pipe2(_PIPE)
    failure = os.memfd_create("yoi-failure", os.MFD_CLOEXEC)
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


def _standard_input(folder: int, given: bytes | None) -> tuple[int, int]:
    """(what the worker reads, what keeps it open): the FIFO, nothing, or what was given."""
    if given is None:
        if not files.exists(folder, files.STDIN):  # as it does after a stub that was killed
            os.mkfifo(files.STDIN, 0o600, dir_fd=folder)
        flags = os.O_CLOEXEC | os.O_NOFOLLOW
        reader = os.open(files.STDIN, os.O_RDONLY | os.O_NONBLOCK | flags, dir_fd=folder)
        input_writer = os.open(files.STDIN, os.O_WRONLY | flags, dir_fd=folder)
        os.set_blocking(reader, True)
        return reader, input_writer
    if not given:
        return os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), -1
    memory = os.memfd_create("yoi-input", os.MFD_CLOEXEC)
    files.write_all(memory, given)
    reader = os.open(f"/proc/self/fd/{memory}", os.O_RDONLY | os.O_CLOEXEC)
    os.close(memory)
    return reader, -1


def close_input(input_writer: int, stub: Identity) -> int:
    """Let the worker read to the end of its input; -1, in place of `input_writer`."""
    if input_writer >= 0:
        os.close(input_writer)
    send(stub, CLOSE_INPUT)
    return -1
