"""What the use cases of workers give back (docs/workers.md).

`warnings` are sentences on tickets whose log could not be told of a worker; `unreadable` says
why others cannot be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import Recovery


class LoggedWorker(NamedTuple):
    """A worker that was started or has ended, which its ticket was told."""

    worker: WorkerView
    warnings: tuple[str, ...] = ()


class WorkerList(NamedTuple):
    """The workers of a clone that were asked for, the newest last."""

    workers: tuple[WorkerView, ...]
    unreadable: tuple[StoreInvalidError, ...]


class RecoveredWorkers(NamedTuple):
    """What was done for the workers that had not ended."""

    found: tuple[Recovery, ...]
    warnings: tuple[str, ...]
    unreadable: tuple[StoreInvalidError, ...]


class PrunedWorkers(NamedTuple):
    """The ids of the workers that were forgotten."""

    ids: tuple[str, ...]
    warnings: tuple[str, ...]
