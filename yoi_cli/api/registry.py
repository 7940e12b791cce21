"""The runtimes of a workspace: the one of this clone, and those that it names on other machines
(docs/runtime.md, "Registry").

Configuration (a file), what is used of it (`Registry`) and what a runtime answers when it is tested
are three things: the file may be changed at any time, by any command, and is looked at anew for
each use.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import wait
from typing import TYPE_CHECKING

from yoi_cli.api.hosts import ThisMachine
from yoi_cli.api.runtime_kinds import AnyRuntime, FarRuntime, open_entry
from yoi_cli.api.runtimes import EmbeddedRuntime
from yoi_cli.api.worker_rows import AskedLists, Missing, RuntimeRow, WorkerRow, WorkerRows
from yoi_cli.model.workers.runtimes import EMBEDDED, EMBEDDED_ID
from yoi_cli.model.workers.runtimes import HTTP as HTTP
from yoi_cli.model.workers.runtimes import SLURM as SLURM
from yoi_cli.model.workers.runtimes import SSH as SSH
from yoi_cli.model.workers.runtimes import RuntimeEntry as RuntimeEntry
from yoi_cli.model.workers.runtimes import generated_id as generated_id
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.local.settled import SettledWorkers
from yoi_cli.workers.registry import check_kind as check_kind
from yoi_cli.workers.remote.tokens import token_mark
from yoi_cli.workers.runtime import WorkerFilter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from yoi_cli.api.observation import Observer
    from yoi_cli.errors import YoiError
    from yoi_cli.workers.registry import Registered
    from yoi_cli.workers.remote.registry_file import RegistryFile
    from yoi_cli.workers.remote.remembered import RememberedWorkers
    from yoi_cli.workers.remote.upstream import Upstream
    from yoi_cli.workers.runtime import WorkerList
    from yoi_cli.workspace.session import Session

#: A list waits so many seconds for runtimes, and names those that did not answer by then.
LIST_SECONDS = 3.0


class _Opened(NamedTuple):
    """A runtime that was opened, by what its entry and its token were then."""

    entry: RuntimeEntry
    token: object
    runtime: FarRuntime

    def is_of(self, entry: RuntimeEntry, token: object) -> bool:
        """Whether it was opened by just these."""
        return (self.entry, self.token) == (entry, token)


class Registry:
    """The runtimes of a session's workspace. Several threads may use one."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._mark: object = ()
        self._found: Registered | None = None
        self._here = ThisMachine(session, SettledWorkers())
        self._open: dict[str, _Opened] = {}
        self._asked: dict[str, AskedLists] = {}

    def close(self) -> None:
        """Let all connections go."""
        with self._lock:
            opened = [one.runtime for one in self._open.values()]
            self._open.clear()
            asked = [*self._asked.values()]
            self._asked.clear()
        for runtime in opened:
            runtime.close()
        for one in asked:
            one.close()

    @property
    def path(self) -> str:
        """The file, which need not be there."""
        return self._file().path

    def entries(self) -> Mapping[str, RuntimeEntry]:
        """What the file says now. Raises `StoreInvalidError` (`config_invalid`) or `UsageError`
        where it cannot be read."""
        found = self._current()
        if found.problem is not None:
            raise found.problem
        return found.entries

    @property
    def problem(self) -> YoiError | None:
        """Why the file cannot be read, where it cannot."""
        return self._current().problem

    def entry(self, runtime_id: str) -> RuntimeEntry:
        """The entry of a runtime on another machine. Raises `NotFoundError`
        (`runtime_not_found`)."""
        from yoi_cli.workers.registry import named

        return named(self._current(), runtime_id)

    def rows(self) -> tuple[RuntimeRow, ...]:
        """All runtimes, this clone's own first; nothing is asked of any."""
        found = [RuntimeRow(EMBEDDED_ID, EMBEDDED, "This clone")]
        for runtime_id, entry in sorted(self._current().entries.items()):
            seen = self.remembered(runtime_id).read()
            row = RuntimeRow(
                runtime_id, entry.kind, entry.name or "", seen.unreachable_since, seen.code
            )
            found.append(row)
        return tuple(found)

    def runtime(self, runtime_id: str, caller: str | None = None) -> AnyRuntime:
        """The runtime of that id. Raises `NotFoundError` (`runtime_not_found`) and
        `OperationError` (`runtime_token_missing`); nothing is sent yet."""
        if runtime_id == EMBEDDED_ID:
            return EmbeddedRuntime(self._session, EMBEDDED_ID, "", caller, self._here)
        entry = self.entry(runtime_id)
        mark = token_mark(entry, self._session.environment)
        with self._lock:
            known = self._open.get(runtime_id)
            if known is not None and known.is_of(entry, mark):
                return known.runtime
        made = open_entry(self._session, runtime_id, entry)
        with self._lock:
            known = self._open.get(runtime_id)
            is_late = known is not None and known.is_of(entry, mark)
            if not is_late:
                self._open[runtime_id] = _Opened(entry, mark, made)
        if known is None:
            return made
        # Another thread was faster, or what was open is of another entry or token.
        (made if is_late else known.runtime).close()
        return known.runtime if is_late else made

    def watched(self, runtime_id: str) -> Upstream | Observer:
        """Where the workers of a runtime are observed: at the server that has them, or, where none
        does, by their records. Raises as `runtime`, and `OperationError` (`runtime_unsupported`)
        where they cannot be."""
        from yoi_cli.workers.remote.errors import runtime_error
        from yoi_cli.workers.remote.named import NamedRuntime

        runtime = self.runtime(runtime_id)
        if isinstance(runtime, NamedRuntime):
            return runtime.upstream()
        if isinstance(runtime, EmbeddedRuntime):
            return runtime.observer()
        raise runtime_error("runtime_unsupported", runtime_id)

    def add(self, runtime_id: str, entry: RuntimeEntry) -> None:
        """Add a runtime to the file; it is used from now on, by all.

        Raises `UsageError` (`runtime_id_invalid`, `runtime_url_invalid`, `runtime_kind_unknown`,
        `runtime_key_missing`, `runtime_key_foreign`, `token_reference_invalid`), `ConflictError`
        (`runtime_exists`, `registry_changed`).
        """
        from yoi_cli.workers.registry import check_new
        from yoi_cli.workers.remote.registry_file import check_address

        file = self._file(make=True)
        with file.locked():
            check_new(file.read(), runtime_id, entry)
            check_address(entry)
            file.add(runtime_id, entry)
        self.entry(runtime_id)

    def remove(self, runtime_id: str, *, force: bool = False) -> None:
        """Take a runtime out of the file. Its workers stay there, and go on.

        Raises `ConflictError` (`runtime_embedded`, `runtime_busy` where workers have not ended,
        or had not when it could be asked last, unless with `force`) and `NotFoundError`.
        """
        from yoi_cli.errors import YoiError
        from yoi_cli.workers.registry import busy, check_removal

        file = self._file(make=True)
        with file.locked():
            check_removal(file.read(), runtime_id)
            if not force:
                try:
                    found = self.runtime(runtime_id).list_workers(WorkerFilter()).workers
                except YoiError:
                    seen = self.remembered(runtime_id).read()
                    found = tuple(v for v in seen.workers if v.worker_id not in seen.archived)
                running = sum(not view.has_ended for view in found)
                if running:
                    raise busy(runtime_id, running)
            file.remove(runtime_id)
        self.remembered(runtime_id).forget()
        self._current()

    def remembered(self, runtime_id: str) -> RememberedWorkers:
        """What is remembered of the workers of a runtime."""
        from yoi_cli.workers.remote.remembered import RememberedWorkers

        return RememberedWorkers(self._session.own_folder(), runtime_id)

    def pin(self, runtime_id: str, worker_id: str, *, is_pinned: bool) -> WorkerRow:
        """Pin a worker, which keeps it from being cleaned up and its row from being forgotten, or
        let it go. Raises `NotFoundError` (`runtime_not_found`, `worker_not_found`)."""
        row = self.worker(runtime_id, worker_id)
        self.remembered(runtime_id).pin(worker_id, is_pinned=is_pinned)
        return row._replace(is_pinned=is_pinned)

    def worker(self, runtime_id: str, worker_id: str) -> WorkerRow:
        """One worker of one runtime, asked now."""
        view = self.runtime(runtime_id).show(worker_id)
        return WorkerRow(view, worker_id in self.remembered(runtime_id).pins())

    def workers(
        self, wanted: WorkerFilter, *, only: str | None = None, seconds: float = LIST_SECONDS
    ) -> WorkerRows:
        """The workers that are `wanted`, of all runtimes or `only` of one, the oldest first.

        All are asked at once, and `seconds` are waited for; of one that does not answer by then
        what is remembered is given. Raises `NotFoundError` (`runtime_not_found`).
        """
        ids = [only] if only is not None else [row.runtime_id for row in self.rows()]
        if only not in (None, EMBEDDED_ID):
            self.entry(str(only))
        flights = {one: self._ask(one) for one in ids}
        wait(flights.values(), timeout=seconds)
        rows: list[WorkerRow] = []
        missing: list[Missing] = []
        unreadable: list[tuple[str, YoiError]] = []
        for runtime_id, flight in flights.items():
            memory = self.remembered(runtime_id)
            pins = memory.pins()
            error = _error_of(runtime_id, flight)
            if error is None:
                found = flight.result()
                broken = [(runtime_id, one) for one in found.unreadable]
                unreadable += broken
                seen = memory.seen(found.workers) if not broken else None
                views = found.workers if seen is None else seen.workers
                gone = frozenset() if seen is None else seen.archived
                since = None
            else:
                seen = memory.unreachable(time.time_ns() // 1_000_000, error.code)
                views, gone, since = seen.workers, seen.archived, seen.unreachable_since
                missing.append(Missing(runtime_id, error, since or 0))
            rows += [
                WorkerRow(view, view.worker_id in pins, view.worker_id in gone, since)
                for view in views
                if wanted.takes(view)
            ]
        rows.sort(key=lambda row: (row.worker.worker_id, row.worker.runtime_id))
        return WorkerRows(tuple(rows), tuple(missing), tuple(unreadable))

    def _ask(self, runtime_id: str) -> Future[WorkerList]:
        with self._lock:
            asked = self._asked.get(runtime_id)
            if asked is None:
                asked = self._asked[runtime_id] = AskedLists()
        return asked.submit(lambda: self.runtime(runtime_id).list_workers(WorkerFilter()))

    def _file(self, *, make: bool = False) -> RegistryFile:
        from yoi_cli.workers.remote.registry_file import RegistryFile

        return RegistryFile(self._session.own_folder(make=make))

    def _current(self) -> Registered:
        """What the file says now. Connections of entries that changed or went are let go."""
        file = self._file()
        mark = file.mark()
        with self._lock:
            if self._found is not None and mark == self._mark:
                return self._found
        found = file.read()
        with self._lock:
            self._mark, self._found = mark, found
            stale = [
                one
                for one, opened in self._open.items()
                if found.problem is None and found.entries.get(one) != opened.entry
            ]
            closing = [self._open.pop(one).runtime for one in stale]
        for runtime in closing:
            runtime.close()
        return found


def _error_of(runtime_id: str, flight: Future[WorkerList]) -> YoiError | None:
    """Why the list of a runtime is not there; None where it is. What is no error of ours is
    raised."""
    from yoi_cli.errors import YoiError
    from yoi_cli.workers.remote.errors import runtime_error

    if not flight.done():
        return runtime_error("runtime_timeout", runtime_id)
    error = flight.exception()
    if error is None or isinstance(error, YoiError):
        return error
    raise error
