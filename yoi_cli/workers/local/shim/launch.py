"""What the launcher tells a shim, over a pipe: nothing of it is on a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.workers.local.shim.kernel import Identity

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Says in a shim's environment which worker it stands over; `OF_WORKER` in the worker's own.
OF_SHIM = "YOI_SHIM_OF"
OF_WORKER = "YOI_WORKER_ID"

#: What a shim answers, as the first word of a line.
READY = b"ready"
QUEUED = b"queued"
FAILED = b"failed"
ENDED = b"ended"


class Bounds(NamedTuple):
    """What a worker may use: milliseconds and bytes, None for no limit."""

    timeout: int | None
    grace: int
    output: int | None


class Takeover(NamedTuple):
    """What is known of a worker that a new shim takes over.

    `ready_at` is on the clock since boot, `started` Unix milliseconds; `secret_names` are the
    variables that hold what is redacted. `why_lost` is what to say if nobody saw it end.
    """

    stub: Identity
    worker: Identity
    ready_at: int
    started: int
    cause: str
    output_start: int
    why_lost: str
    secret_names: tuple[bytes, ...]


class Launch(NamedTuple):
    """All that a shim needs.

    `lock` is a descriptor that it inherits and that holds the worker's lock. `standing` is
    None for a worker that is to be started.
    """

    worker_id: str
    folder: bytes
    lock: int
    bounds: Bounds
    command: tuple[bytes, ...] = ()
    cwd: bytes = b"/"
    environment: tuple[tuple[bytes, bytes], ...] = ()
    stdin: bytes | None = b""
    secrets: tuple[bytes, ...] = ()
    group: bytes = b""
    capacity: int = 0
    standing: Takeover | None = None


def pack(launch: Launch) -> bytes:
    """`launch` as bytes: fields with their lengths, lists as fields within a field."""
    return _join(
        (
            launch.worker_id.encode(),
            launch.folder,
            _number(launch.lock),
            _join(map(_number, launch.bounds)),
            _join(launch.command),
            launch.cwd,
            _join(_join(pair) for pair in launch.environment),
            _join(() if launch.stdin is None else (launch.stdin,)),
            _join(launch.secrets),
            launch.group,
            _number(launch.capacity),
            b"" if launch.standing is None else _pack_standing(launch.standing),
        )
    )


def unpack(data: bytes) -> Launch:
    """What `pack` packed. Raises `ValueError` where it did not arrive whole."""
    fields = _parts(data)
    timeout, grace, output = map(_count, _parts(fields[3]))
    pairs = [_parts(pair) for pair in _parts(fields[6])]
    stdin = _parts(fields[7])
    return Launch(
        worker_id=fields[0].decode(),
        folder=fields[1],
        lock=int(fields[2]),
        bounds=Bounds(timeout, grace or 0, output),
        command=tuple(_parts(fields[4])),
        cwd=fields[5],
        environment=tuple((name, value) for name, value in pairs),
        stdin=stdin[0] if stdin else None,
        secrets=tuple(_parts(fields[8])),
        group=fields[9],
        capacity=int(fields[10]),
        standing=_unpack_standing(fields[11]) if fields[11] else None,
    )


def _pack_standing(standing: Takeover) -> bytes:
    return _join(
        (
            _join(map(_number, (*standing.stub, *standing.worker))),
            _join(map(_number, (standing.ready_at, standing.started, standing.output_start))),
            standing.cause.encode(),
            standing.why_lost.encode(),
            _join(standing.secret_names),
        )
    )


def _unpack_standing(data: bytes) -> Takeover:
    who, numbers, cause, why_lost, names = _parts(data)
    stub_pid, stub_started, pid, started = map(int, _parts(who))
    ready_at, started_at, output_start = map(int, _parts(numbers))
    return Takeover(
        Identity(stub_pid, stub_started),
        Identity(pid, started),
        ready_at,
        started_at,
        cause.decode(),
        output_start,
        why_lost.decode(),
        tuple(_parts(names)),
    )


def _number(number: int | None) -> bytes:
    return b"" if number is None else str(number).encode()


def _count(text: bytes) -> int | None:
    return int(text) if text else None


def _join(fields: Iterable[bytes]) -> bytes:
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)


def _parts(data: bytes) -> list[bytes]:
    found = []
    at = 0
    while at < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            raise ValueError("the launch did not arrive whole")
        found.append(data[at + 4 : end])
        at = end
    return found
