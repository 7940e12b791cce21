"""`yoi orchestrate`, killed before or after one chosen thing that it does.

    python killed_orchestrate.py NUMBER ARGUMENT...

Counted are the writes to the store and to the claims, and everything that orchestration does
outside of it: starting workers, worktrees, merges, the move of the target branch. Each has two
boundaries, before and after; at boundary NUMBER (from 1) the process kills itself. 0 kills
nothing and prints every boundary to stderr.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from yoi_cli.cli.main import run
from yoi_cli.model.workers.spec import WorkerRequest
from yoi_cli.store.files.claims import FileClaims
from yoi_cli.store.files.writer import FileWriter
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.model import WorkerView
from yoi_cli.worktrees.git.worktrees import GitWorktrees
from yoi_cli.worktrees.target.target_branch import GitRepository

P = ParamSpec("P")
R = TypeVar("R")


class _Boundaries:
    def __init__(self, number: int) -> None:
        self._number = number
        self._passed = 0

    def reach(self, name: str) -> None:
        self._passed += 1
        if self._number == 0:
            sys.stderr.write(f"boundary {self._passed} {name}\n")
        elif self._passed == self._number:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, name: str, call: Callable[P, R]) -> Callable[P, R]:
        def counted(*args: P.args, **kwargs: P.kwargs) -> R:
            self.reach(f"before {name}")
            done = call(*args, **kwargs)
            self.reach(f"after {name}")
            return done

        return counted


def _forget_keys() -> None:
    """Start every worker anew: what a campaign must notice."""
    spawn = FileRuntime.spawn

    def without_key(runtime: FileRuntime, request: WorkerRequest) -> WorkerView:
        return spawn(runtime, request._replace(spec=request.spec._replace(key=None)))

    name = "spawn"
    setattr(FileRuntime, name, without_key)


def main() -> int:
    at = _Boundaries(int(sys.argv[1]))
    if "ORCHESTRATE_WITHOUT_KEYS" in os.environ:
        _forget_keys()
    vars_of = {
        FileWriter: ("commit",),
        FileClaims: ("put",),
        FileRuntime: ("spawn",),
        GitWorktrees: ("add", "remove"),
        GitRepository: ("try_merge", "check_out", "advance", "fast_forward", "drop_try"),
    }
    for owner, names in vars_of.items():
        for name in names:
            setattr(owner, name, at.around(name, getattr(owner, name)))
    return run(["orchestrate", *sys.argv[2:]])


if __name__ == "__main__":
    sys.exit(main())
