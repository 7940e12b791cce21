"""What the launcher gives a shim, over a pipe: nothing of it is on a command line.

The tuples are packed as they are, so that a new field of one needs no other change here.
"""

from __future__ import annotations

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim.kernel import Identity
from yoi_cli.workers.local.shim.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

#: Says in a shim's environment which worker it supervises; `OF_WORKER` in the worker's own.
OF_SHIM = "YOI_SHIM_OF"
OF_WORKER = "YOI_WORKER_ID"

#: What a shim answers, as the first word of a line.
ANSWER_READY = b"ready"
ANSWER_QUEUED = b"queued"
ANSWER_FAILED = b"failed"
ANSWER_ENDED = b"ended"


class Bounds(NamedTuple):
    """What a worker may use: milliseconds and bytes, None for no limit.

    Each is filled from what the worker's record (`WorkerSpec`) has by its name.
    """

    timeout_ms: int | None
    grace: int
    output_limit: int | None
    idle_ms: int | None = None


class Takeover(NamedTuple):
    """What is known of a worker that a new shim takes over.

    `ready_at` is on the clock since boot, `started_at` Unix milliseconds; `secret_names` are
    the variables that hold what is redacted. `why_lost` is what to say if nobody saw it end.
    """

    stub: Identity
    worker: Identity
    ready_at: int
    started_at: int
    cause: str
    output_start: int
    why_lost: str
    secret_names: tuple[bytes, ...]
    landlock: int = 0
    is_unwatched: int = 0


class Confinement(NamedTuple):
    """What the kernel lets a worker write, read and connect to (docs/security.md).

    `abi` is the newest version of Landlock that is made use of. All below `writable` may be
    written but what is below `protected`; of two that lie in each other, the inner one counts.
    `readable` and `ports` narrow reading and TCP connections; None leaves them as they are.
    What Landlock cannot keep from the worker is `watched`: compared before and after it. So is
    `watched_too` where the kernel has no Landlock.
    """

    abi: int
    mode: str
    writable: tuple[bytes, ...]
    protected: tuple[bytes, ...]
    readable: tuple[bytes, ...] | None = None
    ports: tuple[int, ...] | None = None
    watched: tuple[bytes, ...] = ()
    watched_too: tuple[bytes, ...] = ()

    @property
    def is_strict(self) -> bool:
        return self.mode == "strict"


class Launch(NamedTuple):
    """All that a shim needs.

    `lock` is a descriptor that it inherits and that holds the worker's lock. `takeover` is
    None for a worker that is to be started. With a `terminal` (1) it gets one of its own. The
    folder `libraries` has what the shim needs beyond the standard library where `/proc` is not.
    `spool` is a descriptor that it inherits too, of the file by which input comes from elsewhere;
    -1 where none does.
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
    takeover: Takeover | None = None
    confinement: Confinement | None = None
    terminal: int = 0
    libraries: bytes = b""
    spool: int = -1


#: What a field may hold; a named tuple counts as a tuple.
Value: TypeAlias = "int | str | bytes | tuple[Value, ...] | None"

_NONE, _INT, _STR, _BYTES, _TUPLE = b"-", b"i", b"s", b"b", b"("
_RECORDS: Mapping[bytes, type[Launch | Bounds | Takeover | Identity | Confinement]] = {
    b"L": Launch,
    b"B": Bounds,
    b"T": Takeover,
    b"I": Identity,
    b"C": Confinement,
}
_LETTERS: Mapping[type, bytes] = {kind: letter for letter, kind in _RECORDS.items()}
#: Before each value: the letter of its type, and its length in bytes.
_HEAD = 5


def pack(value: Value) -> bytes:
    """`value`, a `Launch` or a part of one, as bytes."""
    if value is None:
        letter, data = _NONE, b""
    elif isinstance(value, int):
        letter, data = _INT, b"%d" % value
    elif isinstance(value, str):
        letter, data = _STR, value.encode()
    elif isinstance(value, bytes):
        letter, data = _BYTES, value
    else:
        letter, data = _LETTERS.get(type(value), _TUPLE), b"".join(map(pack, value))
    return letter + len(data).to_bytes(_HEAD - 1, "big") + data


def unpack(data: bytes) -> Launch:
    """What `pack` packed. Raises `ValueError` where it did not arrive whole."""
    launch, end = _unpack(data, 0)
    if not isinstance(launch, Launch) or end != len(data):
        raise ValueError("this is no launch")
    return launch


def _unpack(data: bytes, at: int) -> tuple[Value, int]:
    """The value at the offset `at`, and the offset of what follows it."""
    letter, start = data[at : at + 1], at + _HEAD
    end = start + int.from_bytes(data[at + 1 : start], "big")
    if end > len(data):
        raise ValueError("the launch did not arrive whole")
    if letter == _TUPLE or letter in _RECORDS:
        parts: list[Value] = []
        while start < end:
            value, start = _unpack(data, start)
            parts.append(value)
        return (tuple(parts) if letter == _TUPLE else _RECORDS[letter]._make(parts)), end
    text = data[start:end]
    if letter == _INT:
        return int(text), end
    if letter == _STR:
        return text.decode(), end
    return (None if letter == _NONE else text), end
