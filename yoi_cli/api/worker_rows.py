"""Lists of the workers of several runtimes: their rows, and how each runtime is asked."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from yoi_cli.errors import YoiError
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import WorkerList

#: So many requests at once are made of one runtime for lists.
_AT_ONCE = 4


class RuntimeRow(NamedTuple):
    """A runtime of the registry. `unreachable_since` is when it was found that it cannot be asked
    (Unix milliseconds, None where it could be the last time), for the reason of `code`."""

    runtime_id: str
    kind: str
    name: str
    unreachable_since: int | None = None
    code: str = ""


class WorkerRow(NamedTuple):
    """A worker of any runtime, as it is now or, where that cannot be asked, was seen last.

    `is_archived` says that its runtime has forgotten it: there is nothing to look at any more.
    """

    worker: WorkerView
    is_pinned: bool = False
    is_archived: bool = False
    unreachable_since: int | None = None

    @property
    def has_console(self) -> bool:
        """Whether what it writes can be looked at."""
        return not self.is_archived and self.unreachable_since is None


class Missing(NamedTuple):
    """A runtime of which a list has nothing new, and why."""

    runtime_id: str
    error: YoiError
    since: int


class WorkerRows(NamedTuple):
    """Workers of all runtimes; the runtimes that could not be asked; and the workers that cannot
    be read, each with its runtime."""

    rows: tuple[WorkerRow, ...]
    missing: tuple[Missing, ...]
    unreadable: tuple[tuple[str, YoiError], ...]


class AskedLists:
    """Lists that are asked of one runtime: so many at once, and no more. Whoever comes when all
    are under way waits for the last of them, so that one that hangs fills nothing."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_AT_ONCE, "list")
        self._lock = threading.Lock()
        self._flights: list[Future[WorkerList]] = []

    def submit(self, work: Callable[[], WorkerList]) -> Future[WorkerList]:
        with self._lock:
            self._flights = [one for one in self._flights if not one.done()]
            if len(self._flights) >= _AT_ONCE:
                return self._flights[-1]
            made = self._pool.submit(work)
            self._flights.append(made)
            return made

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
