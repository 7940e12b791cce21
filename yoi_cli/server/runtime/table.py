"""The routes of the runtime server (docs/api-http.md is made from them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.http.permissions import (
    PUBLIC,
    RUNTIME_READ,
    WORKERS_LIST,
    WORKERS_OBSERVE,
)
from yoi_cli.server.http.routes import Answer, Route, Socket
from yoi_cli.server.observe.query import ObserveQuery
from yoi_cli.server.runtime import handlers
from yoi_cli.server.runtime.observing import observe_worker

if TYPE_CHECKING:
    from yoi_cli.server.runtime.context import RuntimeContext

ROUTES: tuple[Route[RuntimeContext], ...] = (
    Route(
        "GET",
        "/v1/health",
        PUBLIC,
        "Whether the server listens",
        (Answer(204, "It does."),),
        wait=handlers.health,
    ),
    Route(
        "GET",
        "/v1/ready",
        RUNTIME_READ,
        "Whether the workers are looked after, and what was done for them at the start",
        (
            Answer(200, "They are.", "runtime_readiness"),
            Answer(503, "Not yet, or not any more.", "runtime_readiness"),
        ),
        run=handlers.ready,
    ),
    Route(
        "GET",
        "/v1/runtime",
        RUNTIME_READ,
        "The runtime: its version, its state, what it can do and how much it takes",
        (Answer(200, "The runtime.", "runtime"),),
        run=handlers.runtime,
    ),
    Route(
        "GET",
        "/v1/workers",
        WORKERS_LIST,
        "The workers, the oldest first",
        (Answer(200, "A page of them.", "worker_page"),),
        run=handlers.workers,
        query=handlers.WorkersQuery,
        errors=("limit", "cursor_malformed"),
    ),
)

#: WebSockets stand here. Each is let in as a route is (Host, Origin, credential, permission, and
#: the worker of its path), before it is upgraded; what it says after that is its own.
SOCKETS: tuple[Socket[RuntimeContext], ...] = (
    Socket(
        "/v1/workers/{worker_id}/observe",
        WORKERS_OBSERVE,
        "What a worker writes, and what happens to it",
        observe_worker,
        query=ObserveQuery,
    ),
    Socket(
        "/v1/workers/{worker_id}/events/ws",
        WORKERS_OBSERVE,
        "The same, under the name that it has in the original system",
        observe_worker,
        query=ObserveQuery,
    ),
)
