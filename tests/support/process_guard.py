"""Tests that start no process, and are kept from starting one: those that `make quick` runs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: Whoever asks for one of these starts a process, or stands on what one has made.
FIXTURES = frozenset({"yoi", "git", "workers", "corpus", "slurm_cluster"})
_STARTS = frozenset(
    {"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"}
)


class _Guard:
    """Refuses while it is closed. An audit hook stays for the life of the interpreter."""

    def __init__(self) -> None:
        self.is_closed = False
        self.is_installed = False

    def __call__(self, event: str, _: object) -> None:
        if self.is_closed and event in _STARTS:
            self.is_closed = False
            raise AssertionError(
                f"{event} in a test that is not marked: `pytestmark = pytest.mark.process` says "
                "that a file's tests start processes (CONTRIBUTING.md)"
            )


_guard = _Guard()


@contextmanager
def processes_refused() -> Iterator[None]:
    """Whatever starts a process from here on, in this process, fails with an AssertionError."""
    if not _guard.is_installed:
        sys.addaudithook(_guard)
        _guard.is_installed = True
    _guard.is_closed = True
    try:
        yield
    finally:
        _guard.is_closed = False
