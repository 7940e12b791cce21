"""`yoi`, run so that one chosen call that changes the disk does not go as it should.

    python faulty.py FAULT NUMBER ARGUMENT...

The calls by which a process changes files are counted. Before call NUMBER (from 1) the process
is killed (`kill`) or stops itself (`stop`), or the call fails with an errno (`ENOSPC`), or only
half of it is done (`short`). `log` changes nothing and prints every call to stderr.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class _Counter:
    def __init__(self, fault: str, number: int) -> None:
        self.fault = fault
        self.number = number
        self.calls = 0

    def is_due(self) -> bool:
        self.calls += 1
        return self.calls == self.number

    def strike(self, name: str, subject: str) -> None:
        """What happens before a counted call."""
        if self.fault == "log":
            sys.stderr.write(f"{name} {subject}\n")
        elif self.is_due():
            if self.fault == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            elif self.fault == "stop":
                os.kill(os.getpid(), signal.SIGSTOP)
            elif self.fault != "short":
                number = int(getattr(errno, self.fault))
                raise OSError(number, os.strerror(number))


def _counted(counter: _Counter, name: str, call: Callable[P, R]) -> Callable[P, R]:
    def counted(*args: P.args, **kwargs: P.kwargs) -> R:
        counter.strike(name, _shown(args[0]))
        return call(*args, **kwargs)

    return counted


def _counted_write(
    counter: _Counter, write: Callable[[int, bytes], int]
) -> Callable[[int, bytes], int]:
    def counted(descriptor: int, data: bytes) -> int:
        counter.strike("write", _shown(descriptor))
        if counter.fault == "short" and counter.calls == counter.number:
            return write(descriptor, data[: len(data) // 2])
        return write(descriptor, data)

    return counted


def _shown(subject: object) -> str:
    """The path that a call works on, by its descriptor or as given."""
    if isinstance(subject, int):
        return os.readlink(f"/proc/self/fd/{subject}")
    return str(subject)


def main() -> int:
    fault, number, arguments = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    counter = _Counter(fault, number)
    vars(os)["write"] = _counted_write(counter, os.write)
    os.pwrite = _counted(counter, "pwrite", os.pwrite)
    os.fsync = _counted(counter, "fsync", os.fsync)
    os.fdatasync = _counted(counter, "fdatasync", os.fdatasync)
    os.ftruncate = _counted(counter, "ftruncate", os.ftruncate)
    os.rename = _counted(counter, "rename", os.rename)
    os.unlink = _counted(counter, "unlink", os.unlink)
    os.mkdir = _counted(counter, "mkdir", os.mkdir)
    os.utime = _counted(counter, "utime", os.utime)
    # `shutil` asks whether these functions take a directory's descriptor.
    os.supports_dir_fd |= {os.rename, os.unlink, os.mkdir, os.utime}
    from yoi_cli.cli.main import run

    code = run(arguments)
    if fault not in ("log", "short") and counter.calls < number:
        return 99
    return code


if __name__ == "__main__":
    sys.exit(main())
