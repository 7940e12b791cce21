"""What holds for a worker where the configuration says nothing of workers.

`WorkerSettings` (`model/settings.py`) has its defaults from here. What it is made with takes longer
to load than all else that starts a worker.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal


class WorkerLimits(NamedTuple):
    """The fields of `WorkerSettings`, each as it is without a table `[worker]`."""

    timeout: float | None = None
    grace: float = 10.0
    output_limit: int | None = 1 << 30
    environment: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    redact: bool = True
    capacity: Mapping[str, int] = MappingProxyType({})
    idle_timeout: float | None = None
    confine: Literal["off", "protect", "strict"] = "protect"
    writable: tuple[str, ...] = ()


UNSAID = WorkerLimits()
