"""What the kernel knows of processes, and the few calls that Python has no name for."""

from __future__ import annotations

import os
import signal
import time
from typing import NamedTuple

_PR_SET_CHILD_SUBREAPER = 36
_FALLOC_FL_KEEP_SIZE = 0x01
_FALLOC_FL_PUNCH_HOLE = 0x02
#: States in which a process runs no more, though its number is still taken.
_DEAD = frozenset("ZXx")


class Process(NamedTuple):
    """A line of the process table; `started` is in the kernel's ticks since boot."""

    pid: int
    state: str
    parent: int
    group: int
    session: int
    started: int

    @property
    def is_alive(self) -> bool:
        return self.state not in _DEAD


class Identity(NamedTuple):
    """A process of this boot that no other can be taken for."""

    pid: int
    started: int


NO_PROCESS = Identity(0, 0)


def is_supported() -> bool:
    """Whether this system tells who a process is and lets it be signalled without a race."""
    return os.path.exists("/proc/self/stat") and hasattr(os, "pidfd_open")


def boot_id() -> str:
    """What this run of the machine is called."""
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        return file.read().strip()


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


def uptime_ms() -> int:
    """Milliseconds since boot: the same clock for every process, set by nobody."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


def process(pid: int) -> Process | None:
    """The process with the number `pid`, None where there is none."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name stands in parentheses and may hold anything, parentheses too.
    fields = text[text.rindex(b")") + 2 :].split()
    parent, group, session = (int(field) for field in fields[1:4])
    return Process(pid, fields[0].decode(), parent, group, session, int(fields[19]))


def processes() -> dict[int, Process]:
    """Every process that is alive, by its number."""
    found = (process(int(name)) for name in os.listdir("/proc") if name.isdecimal())
    return {one.pid: one for one in found if one is not None and one.is_alive}


def identity(pid: int) -> Identity:
    """The process with the number `pid` now; `NO_PROCESS` where there is none."""
    found = process(pid)
    return NO_PROCESS if found is None else Identity(pid, found.started)


def is_alive(who: Identity) -> bool:
    """Whether that very process runs."""
    if who.pid <= 0:
        return False
    found = process(who.pid)
    return found is not None and found.started == who.started and found.is_alive


def send(who: Identity, number: signal.Signals) -> bool:
    """Signal that very process; whether it was there to be signalled."""
    try:
        descriptor = os.pidfd_open(who.pid)
    except OSError:
        return False
    try:
        if not is_alive(who):
            return False
        signal.pidfd_send_signal(descriptor, number)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def environment_of(pid: int) -> dict[bytes, bytes]:
    """The variables that the process `pid` was started with; none where it hides them."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            text = file.read()
    except OSError:
        return {}
    pairs = (entry.partition(b"=") for entry in text.split(b"\0"))
    return {name: value for name, _, value in pairs}


def adopt_orphans() -> bool:
    """Become the parent of descendants that lose theirs; whether the system can do that."""
    import ctypes  # by shims alone, and at their start

    try:
        library = ctypes.CDLL(None, use_errno=True)
        return bool(library.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def punch(descriptor: int, end: int) -> bool:
    """Give the disk back what the file holds before the offset `end`; its size stays.

    Whether the file system can do that.
    """
    import ctypes

    try:
        call = ctypes.CDLL(None, use_errno=True).fallocate
        call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
        flags = _FALLOC_FL_KEEP_SIZE | _FALLOC_FL_PUNCH_HOLE
        return bool(call(descriptor, flags, 0, end) == 0)
    except (OSError, AttributeError):
        return False
