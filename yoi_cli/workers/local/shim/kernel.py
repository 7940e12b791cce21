"""What the system knows of processes and does with them: by Linux's own calls, or by others where
those are missing (docs/workers.md, "Other systems")."""

from __future__ import annotations

import os
import sys
import time

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim.light import cache, signal
from yoi_cli.workers.local.shim.parts import parts

_PR_SET_CHILD_SUBREAPER = 36
_FALLOC_FL_KEEP_SIZE = 0x01
_FALLOC_FL_PUNCH_HOLE = 0x02
#: More than such a line of the kernel has.
_LONGEST_LINE = 4096
#: States in which a process runs no more, though its number is still taken.
_DEAD = frozenset("ZXx")


class Process(NamedTuple):
    """A line of the process table; `started` tells it from others that had its number: on Linux in
    the kernel's ticks since boot, elsewhere by the time of day in microseconds."""

    pid: int
    state: str
    parent: int
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


@cache
def boot_id() -> str:
    """What this run of the machine is called; empty where it has no name. An identity is of no
    other run all the same: there it has the time of day in it."""
    try:
        return _read_line("/proc/sys/kernel/random/boot_id").decode().strip()
    except OSError:
        return ""


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


def uptime_ms() -> int:
    """Milliseconds of a clock that every process has alike, set by nobody: since boot."""
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    else:  # noqa: RET505 (types are checked as for another system, too)
        return time.monotonic_ns() // 1_000_000


def load_table(libraries: bytes) -> None:
    """Import what tells of processes where `/proc` does not, with the folder `libraries`: now, for
    it may be replaced while a worker runs. Raises `ImportError`."""
    if not parts().table:
        if libraries:
            sys.path.append(os.fsdecode(libraries))
        from yoi_cli.workers.local.shim import portable  # noqa: F401


def process(pid: int) -> Process | None:
    """The process with the number `pid`, None where there is none."""
    if not parts().table:
        from yoi_cli.workers.local.shim import portable

        told = portable.process(pid)
        return None if told is None else Process(pid, *told)
    try:
        text = _read_line(f"/proc/{pid}/stat")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name stands in parentheses and may hold anything, parentheses too.
    fields = text[text.rindex(b")") + 2 :].split()
    return Process(pid, fields[0].decode(), int(fields[1]), int(fields[3]), int(fields[19]))


def _read_line(path: str) -> bytes:
    """What a short file of the kernel's says; what Python opens files with is not needed for it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _LONGEST_LINE)
    finally:
        os.close(descriptor)


def processes() -> dict[int, Process]:
    """Every process that is alive, by its number."""
    found = map(process, _pids())
    return {one.pid: one for one in found if one is not None and one.is_alive}


def _pids() -> list[int]:
    if parts().table:
        return [int(name) for name in os.listdir("/proc") if name.isdecimal()]
    from yoi_cli.workers.local.shim import portable

    return portable.pids()


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
    """Signal that very process; whether it was there to be signalled.

    Without Linux's descriptors of processes another could have its number by now, if it ended
    between the look at it and the signal.
    """
    try:
        if sys.platform == "linux" and parts().pidfd:
            return _send_by_descriptor(who, number)
        is_there = is_alive(who)
        if is_there:
            os.kill(who.pid, number)
    except OSError:
        return False
    return is_there


def _send_by_descriptor(who: Identity, number: signal.Signals) -> bool:
    if sys.platform == "linux":
        descriptor = os.pidfd_open(who.pid)
        try:
            if is_alive(who):
                signal.pidfd_send_signal(descriptor, number)
                return True
        finally:
            os.close(descriptor)
    return False


def watch(pid: int) -> int | None:
    """A descriptor that can be read once the process `pid` ends; None where there is no such
    thing, or no such process."""
    if sys.platform == "linux" and parts().pidfd:
        try:
            return os.pidfd_open(pid)
        except OSError:
            return None
    return None


def environment_of(pid: int) -> dict[bytes, bytes]:
    """The variables that the process `pid` was started with; none where it hides them."""
    if not parts().table:
        from yoi_cli.workers.local.shim import portable

        return portable.environment_of(pid)
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            text = file.read()
    except OSError:
        return {}
    pairs = (entry.partition(b"=") for entry in text.split(b"\0"))
    return {name: value for name, _, value in pairs}


def adopt_orphans() -> bool:
    """Become the parent of descendants that lose theirs; whether the system can do that."""
    if not parts().adopts:
        return False
    try:
        from yoi_cli.workers.local.shim.libc import call  # by shims alone, and at their start

        call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    except (ImportError, OSError):
        return False
    return True


def punch(descriptor: int, end: int) -> bool:
    """Give the disk back what the file holds before the offset `end`; its size stays.

    Whether the file system can do that.
    """
    if not parts().holes:
        return False
    flags = _FALLOC_FL_KEEP_SIZE | _FALLOC_FL_PUNCH_HOLE
    try:
        from yoi_cli.workers.local.shim.libc import Int64, call

        call("fallocate", descriptor, flags, Int64(0), Int64(end))
    except (ImportError, OSError):
        return False
    return True
