"""Reading what a worker wrote, by byte cursors that stay valid."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, StoreInvalidError
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.runtime import Output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.workers.local.folder import WorkerFolder

_GREATEST_READ = 1 << 24
_PART = 1 << 18
_FIRST_PAUSE, _LONGEST_PAUSE = 0.005, 0.1


def read_output(folder: WorkerFolder, runtime_id: str, cursor: int, limit: int) -> Output:
    """At most `limit` bytes from the offset `cursor`, a negative one counting from the end.

    Whether it has ended is asked before the bytes are read, and what is no longer kept after
    it: so neither can a last line be missed, nor a hole be taken for output. Raises
    `ConflictError` (`worker_limit`).
    """
    if not 0 <= limit <= _GREATEST_READ:
        raise ConflictError(
            "worker_limit",
            f"{limit} bytes are not between 0 and {_GREATEST_READ}.",
            hint="Ask for less, and go on from the cursor.",
            details={"limit": _GREATEST_READ},
        )
    has_ended = _has_ended(folder, runtime_id)
    try:
        descriptor = files.open_regular(folder.descriptor, files.OUTPUT)
    except FileNotFoundError:
        return Output(b"", 0, 0, resync=cursor > 0, at_end=has_ended)
    with files.closing(descriptor):
        size = os.fstat(descriptor).st_size
        asked = max(0, size + cursor) if cursor < 0 else cursor
        start = min(asked, size)
        data = os.pread(descriptor, min(limit, size - start), start)
        kept_from = min(_kept_from(folder), size)
        if start < kept_from:
            start = kept_from
            data = os.pread(descriptor, min(limit, size - start), start)
    end = start + len(data)
    return Output(
        data, start, end, resync=cursor >= 0 and start != asked, at_end=has_ended and end == size
    )


def follow_output(
    read: Callable[[int, int], Output], cursor: int, *, follow: bool
) -> Iterator[Output]:
    """All output from `cursor` on, part by part, as `read` gives it for a cursor and a number of
    bytes; to `follow` is to go on until the worker has ended."""
    pause = _FIRST_PAUSE
    while True:
        part = read(cursor, _PART)
        cursor = part.cursor
        if part.data or part.resync:
            yield part
            pause = _FIRST_PAUSE
        if part.at_end or (not part.data and not follow):
            return
        if not part.data:
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_PAUSE)


def await_output(
    read: Callable[[int, int], Output], cursor: int, limit: int, *, seconds: float
) -> Output:
    """What `read` gives for a cursor and a number of bytes, once there is something, or `seconds`
    are over."""
    end, pause = time.monotonic() + seconds, _FIRST_PAUSE
    while True:
        part = read(cursor, limit)
        left = end - time.monotonic()
        if part.data or part.resync or part.at_end or left <= 0:
            return part
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _has_ended(folder: WorkerFolder, runtime_id: str) -> bool:
    try:
        seen = folder.snapshot(runtime_id)
    except StoreInvalidError:  # what it wrote can be read all the same
        return _is_alone(folder)
    return seen.view.has_ended and seen.verdict.is_settled


def _is_alone(folder: WorkerFolder) -> bool:
    try:
        return not folder.has_shim()
    except StoreInvalidError:
        return True


def _kept_from(folder: WorkerFolder) -> int:
    try:
        state = folder.state()
    except StoreInvalidError:
        return 0
    return state.output_start if state is not None else 0
