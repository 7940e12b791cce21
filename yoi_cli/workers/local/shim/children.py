"""The children of a shim or stub, whose ends are written down before the kernel forgets them."""

from __future__ import annotations

import os
import sys

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.shim.parts import parts


class Ending(NamedTuple):
    """How a process ended: by itself with `code`, or by `signal`."""

    pid: int
    code: int | None
    signal: int | None


#: What the kernel has forgotten already, where it cannot be asked without that.
_kept: dict[int, Ending] = {}


def ended_child() -> Ending | None:
    """A child that has ended, which is told of until `forget`, or None.

    Where an end cannot be seen before the kernel forgets it, a `kill -9` between here and what is
    written down loses it.
    """
    if sys.platform == "linux" and parts().peeks:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return None
        if found is None:
            return None
        if found.si_code == os.CLD_EXITED:
            return Ending(found.si_pid, found.si_status, None)
        return Ending(found.si_pid, None, found.si_status)
    if not _kept:
        _collect()
    return next(iter(_kept.values()), None)


def forget(pid: int) -> None:
    """Be done with a child that `ended_child` told of."""
    if _kept.pop(pid, None) is None:
        os.waitpid(pid, 0)


def has_children() -> bool:
    """Whether there is a child, running or ended."""
    if sys.platform == "linux" and parts().peeks:
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True
    return _collect() or bool(_kept)


def is_child(pid: int) -> bool:
    """Whether the process `pid`, alive or dead, is a child: one that another started comes to be
    it where orphans do."""
    if sys.platform == "linux" and parts().adopts and pid:
        try:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return False
        return True
    return False


def _collect() -> bool:
    """Take over what has ended from the kernel; whether any child goes on."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return False
        if not pid:
            return True
        code = os.waitstatus_to_exitcode(status)
        _kept[pid] = Ending(pid, code, None) if code >= 0 else Ending(pid, None, -code)
