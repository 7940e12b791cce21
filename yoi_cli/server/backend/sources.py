"""Where pages are told from: the workers of all runtimes, and what changes of the workspace."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from yoi_cli.api.documents.board import ChangedTicketsDocument, ChangedWorkersDocument
from yoi_cli.api.documents.registry import runtimes_document, worker_row_document
from yoi_cli.api.observation import Observer, observer
from yoi_cli.api.runtimes import WorkerFilter
from yoi_cli.api.watch import CLAIMS, RUNS, TICKETS, WORKERS, watch
from yoi_cli.errors import NotFoundError, YoiError
from yoi_cli.model.workers.runtimes import EMBEDDED_ID
from yoi_cli.server.observe import closing
from yoi_cli.server.observe.closing import ObservationClosed
from yoi_cli.server.observe.local import LocalSource
from yoi_cli.server.observe.topics import Topics
from yoi_cli.server.observe.upstream import UpstreamSource

if TYPE_CHECKING:
    from yoi_cli.api.registry import Registry, RuntimeEntry
    from yoi_cli.api.session import Session
    from yoi_cli.server.backend.board import Board
    from yoi_cli.server.observe.feed import Source
    from yoi_cli.server.observe.topics import Log

RUNTIMES = "runtimes"
#: Other runtimes are asked for their workers so often while somebody looks, and no oftener.
_SECONDS_BETWEEN_LISTS = 3.0
_MOST_ROWS = 200
#: Workers that no server has are looked at over a connection, or a shared file system.
_FAR_PAUSE = 0.2


class Sources:
    """Where workers are watched: here, and at each runtime by one connection a worker. It belongs
    to one event loop."""

    def __init__(self, session: Session, registry: Registry) -> None:
        self._registry = registry
        self._local = LocalSource(observer(session), EMBEDDED_ID)
        self._others: dict[str, tuple[RuntimeEntry, UpstreamSource | LocalSource]] = {}

    def of(self, runtime_id: str) -> Source | None:
        """The source of a runtime's workers; None where there is no such runtime. Raises
        `ObservationClosed` where it cannot be asked."""
        if runtime_id == EMBEDDED_ID:
            return self._local
        try:
            entry = self._registry.entry(runtime_id)
            known = self._others.get(runtime_id)
            if known is not None and known[0] == entry:
                return known[1]
            made = self._made(runtime_id)
        except NotFoundError:
            return None
        except YoiError as error:
            is_token = error.code == "runtime_token_missing"
            found = closing.RUNTIME_AUTH_FAILED if is_token else closing.RUNTIME_UNAVAILABLE
            raise ObservationClosed(found) from error
        if known is not None:
            known[1].close()
        self._others[runtime_id] = (entry, made)
        return made

    def _made(self, runtime_id: str) -> UpstreamSource | LocalSource:
        watched = self._registry.watched(runtime_id)
        if isinstance(watched, Observer):
            return LocalSource(watched, runtime_id, pause=_FAR_PAUSE)
        return UpstreamSource(watched)

    def close(self) -> None:
        """Give back the threads."""
        self._local.close()
        for _, source in self._others.values():
            source.close()


class Changes:
    """What changed in the workspace and at its runtimes since it was asked before; the board is
    told. For one thread."""

    def __init__(self, session: Session, registry: Registry, board: Board) -> None:
        self._registry, self._board = registry, board
        self._watcher = watch(session)
        self._asked = 0.0
        self._rows: object = None
        self._runtimes: object = None

    def poll(self) -> frozenset[str]:
        changed = set(self._watcher.poll())
        if changed:
            self._board.expire()
        if changed & {CLAIMS, RUNS, WORKERS}:
            changed.add(TICKETS)
        rows = self._registry.rows()
        if rows != self._runtimes:
            self._runtimes = rows
            changed.add(RUNTIMES)
        now = time.monotonic()
        if len(rows) > 1 and now - self._asked > _SECONDS_BETWEEN_LISTS:
            self._asked = now
            found = self._registry.workers(WorkerFilter()).rows
            if found != self._rows:
                self._rows = found
                changed.add(WORKERS)
        return frozenset(changed)


def make_topics(session: Session, registry: Registry, board: Board, log: Log) -> Topics:
    """The topics of a page's socket; `log` is told of looks that failed."""

    def tickets() -> object:
        facts = board.facts()
        return ChangedTicketsDocument(counts=facts.counts, unreadable=len(facts.unreadable))

    def workers() -> object:
        rows = registry.workers(WorkerFilter()).rows
        return ChangedWorkersDocument(
            total=len(rows), workers=tuple(map(worker_row_document, rows[-_MOST_ROWS:]))
        )

    def runtimes() -> object:
        problem = registry.problem
        return runtimes_document(registry.rows(), problem.code if problem else None)

    changes = Changes(session, registry, board)
    documents = {TICKETS: tickets, WORKERS: workers, RUNTIMES: runtimes}
    return Topics(changes.poll, documents, log)
