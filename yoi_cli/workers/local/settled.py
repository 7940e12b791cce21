"""Workers whose end was written down, as they were read: they are the same as long as their files
are, so that a list need not read them again (docs/runtime.md)."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.workers.local.shim import files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.workers.model import WorkerView

    #: Changes when a file of the worker does, or one comes or goes.
    RecordMark: TypeAlias = "tuple[tuple[int, int], ...]"

_RECORDS = ("", files.SPEC, files.STATE, files.EXIT, files.OUTPUT)
#: Of a file that was written just now, not every time tells the next write from it.
_YOUNG_NS = 100_000_000
_MOST = 50_000


def mark_of(path: str) -> RecordMark | None:
    """The mark of the worker whose folder is at `path`, as `mark_from` has it."""
    began = time.time_ns()
    try:
        found = {
            name: os.stat(f"{path}/{name}" if name else path, follow_symlinks=False)
            for name in _RECORDS
        }
    except OSError:
        return None
    return mark_from(found, began)


def mark_from(statuses: Mapping[str, os.stat_result], began: int) -> RecordMark | None:
    """The mark by what the folder (without a name) and the files of a worker were told to be since
    `began`; None where one is missing, or so young that the mark may be of several states."""
    try:
        found = [statuses[name] for name in _RECORDS]
    except KeyError:
        return None
    if began - max(one.st_mtime_ns for one in found) < _YOUNG_NS:
        return None
    return tuple([(one.st_mtime_ns, one.st_size) for one in found])


class SettledWorkers:
    """Those of one clone. Several threads may use one."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[RecordMark, WorkerView]] = {}

    def get(self, worker_id: str, path: str) -> WorkerView | None:
        """The worker as it was read, if its files below `path` are what they were then."""
        known = self._known.get(worker_id)
        return known[1] if known is not None and known[0] == mark_of(path) else None

    def keep(self, mark: RecordMark | None, view: WorkerView) -> None:
        """Keep a worker whose end is settled, with the mark of what was read."""
        if mark is not None:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[view.worker_id] = (mark, view)
