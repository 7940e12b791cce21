"""The process table where there is no `/proc`: what psutil knows. Nothing else imports psutil."""

from __future__ import annotations

import os
import sys

import psutil

#: psutil moves the times at which processes began with the clock, from where that was when it was
#: imported: taken back, a process has one time for all that ask, whenever they do.
_BOOTED = psutil.boot_time()
_COUNTS_FROM_BOOT = sys.platform == "linux"
_STATES = {psutil.STATUS_ZOMBIE: "Z", psutil.STATUS_DEAD: "X"}
_ALIVE = "S"


def process(pid: int) -> tuple[str, int, int, int] | None:
    """The state, parent, session and start of the process `pid`; None where there is none."""
    try:
        found = psutil.Process(pid)
        with found.oneshot():
            state = _STATES.get(found.status(), _ALIVE)
            return state, found.ppid(), _session(pid), _started(found)
    except psutil.ZombieProcess:
        return "Z", 0, 0, 0
    except (psutil.Error, OSError):
        return None


def pids() -> list[int]:
    """The number of every process."""
    return psutil.pids()


def environment_of(pid: int) -> dict[bytes, bytes]:
    """The variables that the process `pid` was started with; none where the system hides them, as
    macOS does those of its own programs."""
    try:
        variables = psutil.Process(pid).environ()
    except (psutil.Error, OSError):
        return {}
    return {os.fsencode(name): os.fsencode(value) for name, value in variables.items()}


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _started(found: psutil.Process) -> int:
    """When it began: on Linux in the kernel's ticks since boot, as `/proc` has it, so that both
    ways know a process by the same number; elsewhere in microseconds."""
    if _COUNTS_FROM_BOOT:
        return round((found.create_time() - psutil.boot_time()) * os.sysconf("SC_CLK_TCK"))
    return round((found.create_time() - (psutil.boot_time() - _BOOTED)) * 1_000_000)
