"""Giving input to a worker on another machine, by the spool that its shim reads
(`workers/local/shim/spool.py`)."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.workers.local.commands import refused_input, take_turn
from yoi_cli.workers.local.records import corrupt
from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.spool import (
    SPOOL,
    SPOOLED,
    UNREAD,
    Spooled,
    spooled,
    write_spooled,
)
from yoi_cli.workers.model import takes_no_input

if TYPE_CHECKING:
    from yoi_cli.workers.local.folder import WorkerFolder


def is_looked_for(folder: int) -> bool:
    """Whether somebody looks for input of the worker whose folder is open."""
    return files.exists(folder, SPOOL)


def is_unread(folder: int) -> bool:
    """Whether its program closed its input."""
    return files.exists(folder, UNREAD)


def is_spool_closed(folder: int) -> bool:
    """Whether somebody closed its input by the spool."""
    with suppress(OSError, ValueError):
        return spooled(folder).is_closed
    return False


def spool_input(folder: WorkerFolder, data: bytes, *, close: bool) -> None:
    """Leave `data` for a worker that has not ended, whole and behind what others left; with
    `close` as the last. It is read once it is all on the disk, or never.

    Raises `ConflictError` as `write_input`, but that it waits for no reader, `StoreInvalidError`
    (`worker_store_corrupt`) and `OSError`, after which nothing of it is given.
    """
    if folder.is_input_closed() or not is_looked_for(folder.descriptor):
        raise takes_no_input(folder.worker_id)
    if is_unread(folder.descriptor):
        raise refused_input(folder, "worker_stopped", "has closed its input")
    with files.closing(files.open_regular(folder.descriptor, SPOOL, os.O_RDWR)) as spool:
        take_turn(folder, spool)
        try:
            there = spooled(folder.descriptor)
        except ValueError as error:
            raise corrupt(folder.worker_id, SPOOLED, "it cannot be read") from error
        if folder.is_input_closed():
            raise takes_no_input(folder.worker_id)
        if data:
            # Whatever stands behind what counts was left by somebody who died.
            os.ftruncate(spool, there.size)
            os.lseek(spool, there.size, os.SEEK_SET)
            files.write_all(spool, data)
            os.fsync(spool)
        write_spooled(folder.descriptor, Spooled(there.size + len(data), close))
