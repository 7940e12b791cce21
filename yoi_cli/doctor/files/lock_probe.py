"""Trying whether a store's lock can be taken and keeps others out, for doctor."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.doctor.environment import LockFacts
from yoi_cli.errors import ConflictError, OperationError
from yoi_cli.store.files.lock import StoreLock

if TYPE_CHECKING:
    from yoi_cli.store.files.layout import StoreLocation


def probe_lock(location: StoreLocation, *, command: str) -> LockFacts:
    """Take the store's lock and give it back; while it is held, a second taker must fail.

    A write that a dead process left undone stays noted for the next writer.
    """
    path = os.path.relpath(location.lock, location.workspace)
    lock = StoreLock(location.lock, deadline=0, command=command)
    try:
        leftover = lock.acquire()
    except ConflictError as error:
        pid = error.details.get("pid")
        return LockFacts(path, holder=f"process {pid}" if pid else "another process")
    except OperationError as error:
        return LockFacts(path, problem=error.message)
    except OSError as error:
        return LockFacts(path, problem=f"{error.strerror or error}.")
    try:
        return LockFacts(path, excludes=_is_exclusive(location))
    finally:
        lock.release(finished=leftover is None)


def _is_exclusive(location: StoreLocation) -> bool:
    """Whether a lock that is held keeps a second taker out."""
    second = StoreLock(location.lock, deadline=0, command="")
    try:
        second.acquire()
    except ConflictError:
        return True
    second.release(finished=False)
    return False
