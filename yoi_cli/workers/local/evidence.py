"""Whether a process that a worker's record names is that of this very folder.

A copy of a clone has the records of the first one's workers, whose processes run: nobody may take
them over, or end them, from there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.workers.local.shim import files

if TYPE_CHECKING:
    from yoi_cli.workers.local.shim.kernel import Identity


def is_another_folders(folder: int, stub: Identity | None, worker: Identity | None) -> bool:
    """Whether the living processes of a record work for another folder than the open `folder`.

    A stub has its worker's folder open for life. A worker whose stub died may have the folder's
    output open. What cannot be seen speaks for this folder.
    """
    if stub is not None:
        opened = _opened(stub.pid)
        return bool(opened) and _mark(os.fstat(folder)) not in opened.values()
    if worker is None:
        return False
    outputs = {
        mark for path, mark in _opened(worker.pid).items() if os.path.basename(path) == files.OUTPUT
    }
    try:
        own = _mark(os.stat(files.OUTPUT, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return bool(outputs)
    return bool(outputs) and own not in outputs


def _opened(pid: int) -> dict[str, tuple[int, int]]:
    """What the process has open, by the path; nothing where that is hidden."""
    base = f"/proc/{pid}/fd"
    found: dict[str, tuple[int, int]] = {}
    try:
        names = os.listdir(base)
    except OSError:
        return found
    for name in names:
        link = os.path.join(base, name)
        try:
            found[os.readlink(link)] = _mark(os.stat(link))
        except OSError:
            continue
    return found


def _mark(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
