"""Reading what a worker wrote, by byte cursors that stay valid."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.runtime import Output

if TYPE_CHECKING:
    from yoi_cli.workers.local.folder import WorkerFolder


def read_output(folder: WorkerFolder, runtime_id: str, cursor: int, limit: int) -> Output:
    """At most `limit` bytes from the offset `cursor`, a negative one counting from the end.

    Whether it has ended is asked before the bytes are read, and what is no longer kept after
    it: so neither can a last line be missed, nor a hole be taken for output.
    """
    has_ended = _has_ended(folder, runtime_id)
    try:
        descriptor = files.open_regular(folder.descriptor, files.OUTPUT)
    except FileNotFoundError:
        return Output(b"", 0, 0, resync=cursor > 0, at_end=has_ended)
    try:
        size = os.fstat(descriptor).st_size
        asked = max(0, size + cursor) if cursor < 0 else cursor
        start = min(asked, size)
        data = os.pread(descriptor, min(limit, size - start), start)
        kept_from = min(_kept_from(folder), size)
        if start < kept_from:
            start = kept_from
            data = os.pread(descriptor, min(limit, size - start), start)
    finally:
        os.close(descriptor)
    end = start + len(data)
    return Output(
        data, start, end, resync=cursor >= 0 and start != asked, at_end=has_ended and end == size
    )


def _has_ended(folder: WorkerFolder, runtime_id: str) -> bool:
    try:
        seen = folder.see(runtime_id)
    except StoreInvalidError:  # what it wrote can be read all the same
        return _is_alone(folder)
    return seen.view.has_ended and seen.judged.is_settled


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
