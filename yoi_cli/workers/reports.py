"""What the use cases of workers give back (docs/workers.md).

`warnings` are sentences on tickets whose log could not be told of a worker.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from yoi_cli.workers.model import WorkerView


class LoggedWorker(NamedTuple):
    """A worker that was started, which its ticket was told."""

    worker: WorkerView
    warnings: tuple[str, ...] = ()
