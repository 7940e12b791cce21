"""The routes of the backend (docs/api-http.md is made from them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.backend import observing
from yoi_cli.server.backend.routes import logins, runtimes, tickets, workers, workspace
from yoi_cli.server.backend.routes.rows import WORKER, WORKSPACE
from yoi_cli.server.http.permissions import WORKERS_OBSERVE, WORKSPACE_READ
from yoi_cli.server.http.routes import Socket
from yoi_cli.server.observe.query import ObserveQuery

if TYPE_CHECKING:
    from yoi_cli.server.backend.context import BackendContext
    from yoi_cli.server.backend.routes.rows import Routes

ROUTES: Routes = (
    *logins.ROUTES,
    *workspace.ROUTES,
    *tickets.ROUTES,
    *workers.ROUTES,
    *runtimes.ROUTES,
)

#: WebSockets, let in as routes are, and with a cookie only from one of this server's own pages.
SOCKETS: tuple[Socket[BackendContext], ...] = (
    Socket(
        f"{WORKER}/observe",
        WORKERS_OBSERVE,
        "What a worker of any runtime writes, and what happens to it",
        observing.observe_worker,
        query=ObserveQuery,
    ),
    Socket(
        f"{WORKSPACE}/stream",
        WORKSPACE_READ,
        "What a page subscribes to: tickets, workers, runtimes, and what single workers write",
        observing.stream_page,
    ),
)
