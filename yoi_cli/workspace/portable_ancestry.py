"""Who is above this process where the kernel has no `/proc`: what psutil is told by the system.

Orphans come to nobody there who knows whose they are. So who leads the session counts as one above,
and since macOS hides what a process was started with, so does what is written down of workers.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: Records and the system tell alike when a process began, but for so many seconds at most.
_SAME = 2.0


def variables_above() -> Iterator[dict[str, str]]:
    """What the processes above were started with, as far as that is shown."""
    for process in _above():
        with suppress(psutil.Error, OSError):
            yield process.environ()


def recorded_above(folders: Sequence[str]) -> Iterator[str]:
    """The workers that have not ended of which a process is above, by their records."""
    begun = {process.pid: process.create_time() for process in _above()}
    for folder in folders if begun else ():
        with suppress(OSError):
            for name in os.listdir(folder):
                recorded = _recorded(os.path.join(folder, name))
                if any(abs(begun.get(pid, 0) - at) < _SAME for pid, at in recorded.items()):
                    yield name


def _above() -> list[psutil.Process]:
    found: list[psutil.Process] = []
    with suppress(psutil.Error, OSError):
        found += psutil.Process().parents()
    # In a container that was entered from outside, the leader has no number here: 0 is told.
    with suppress(psutil.Error, OSError):
        found.append(psutil.Process(os.getsid(0)))
    return found


def _recorded(path: str) -> dict[int, float]:
    """When each process of a worker began, in seconds of the day, by its number; none of one that
    has ended."""
    try:
        with open(os.path.join(path, "state.json"), "rb") as file:
            state = json.loads(file.read())
        if state["phase"] == "ended":
            return {}
        processes = [state[role] for role in ("shim", "stub", "worker") if state[role]]
        return {int(one["pid"]): _seconds(int(one["started"])) for one in processes}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _seconds(started: int) -> float:
    """When a process began that has `started` in its record: on Linux the kernel's ticks since
    boot, elsewhere microseconds."""
    if sys.platform == "linux":
        return psutil.boot_time() + started / os.sysconf("SC_CLK_TCK")
    else:  # noqa: RET505 (types are checked as for another system, too)
        return started / 1_000_000
