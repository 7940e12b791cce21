"""What this system has of what Linux has, found out here alone (docs/workers.md, "Other systems").

Each part has another in its place where it is missing: what POSIX and psutil give.
"""

from __future__ import annotations

import os
import sys

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim.light import cache, suppress

#: Set to 1, no part is made use of, as if this were a system that has none of them.
PORTABLE = "YOI_WORKER_PORTABLE"


class Parts(NamedTuple):
    """Which parts are there.

    `table`: `/proc` tells of processes, their variables and what they have open. `pidfd`: a very
    process can be signalled, and its end be waited for. `adopts`: orphans come to shim and stub.
    `memory`: a file in memory. `peeks`: an end is seen before the kernel forgets it. `holes`: a
    part of a file can be given back to the disk. `splices`: bytes go from a file to a pipe, and its
    offset with them, in one call.
    """

    table: bool = False
    pidfd: bool = False
    adopts: bool = False
    memory: bool = False
    peeks: bool = False
    holes: bool = False
    splices: bool = False


#: What people know the parts by, in the order of the fields.
NAMES = ("/proc", "pidfd", "subreaper", "memfd", "WNOWAIT", "fallocate", "splice")


#: What a shim found at its start; none elsewhere, where the variable may change.
_kept: list[Parts] = []


def parts() -> Parts:
    """The parts that are made use of."""
    return _kept[0] if _kept else _probed(is_forced=is_portable_forced())


def keep_parts() -> None:
    """Let it stay at what is made use of now."""
    _kept[:] = [parts()]


def is_portable_forced() -> bool:
    """Whether somebody asked to do without all of them."""
    return os.environ.get(PORTABLE, "") not in ("", "0")


@cache
def _probed(*, is_forced: bool) -> Parts:
    if is_forced:
        return Parts()
    is_linux = sys.platform == "linux"
    table = os.path.exists("/proc/self/stat") and os.path.exists("/proc/self/fd")
    return Parts(
        table=is_linux and table,
        pidfd=hasattr(os, "pidfd_open") and _has_pidfd(),
        adopts=is_linux,
        memory=is_linux and table and hasattr(os, "memfd_create"),
        peeks=is_linux,
        holes=is_linux,
        splices=is_linux,
    )


def _has_pidfd() -> bool:
    """Whether the kernel has what Python was built with: it came with Linux 5.3."""
    has = False
    with suppress(OSError):
        if sys.platform == "linux":
            os.close(os.pidfd_open(os.getpid()))
            has = True
    return has
