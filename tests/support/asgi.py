"""The runtime server's application without a process: for what does not need one."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.testclient import TestClient
from starlette.types import ASGIApp
from support.api import session_at

from yoi_cli.server.http.app import Server, make_app
from yoi_cli.server.http.guard import Places, bearer_of
from yoi_cli.server.http.incidents import ServerLog
from yoi_cli.server.http.options import ServeOptions
from yoi_cli.server.http.permissions import PUBLIC
from yoi_cli.server.http.routes import Call, Outcome, Route
from yoi_cli.server.http.threads import Threads
from yoi_cli.server.http.tokens import Bearers
from yoi_cli.server.runtime.context import RuntimeContext
from yoi_cli.server.runtime.serve import make_context
from yoi_cli.server.runtime.table import ROUTES, SOCKETS

TOKEN = "an-owner-token-that-is-long"
HOST = "127.0.0.1:1"
PLACES = Places(frozenset({HOST}), frozenset({f"http://{HOST}"}))


@dataclass(frozen=True)
class App:
    """An application, its owner's headers and what it logs."""

    app: ASGIApp
    log: io.StringIO

    def client(self, token: str | None = TOKEN, **headers: str) -> TestClient:
        given = {"authorization": f"Bearer {token}"} if token else {}
        client = TestClient(self.app, base_url=f"http://{HOST}", raise_server_exceptions=False)
        client.headers.update({"host": HOST, **given, **headers})
        return client


def runtime_context(workspace: Path) -> RuntimeContext:
    return make_context(session_at(workspace), ServeOptions())


def app_of(
    context: RuntimeContext, routes: Sequence[Route[RuntimeContext]] = ROUTES, **changed: object
) -> App:
    """The application with other `routes`, or other parts."""
    log = io.StringIO()
    bearers = Bearers(TOKEN, "local")
    server = Server(
        context,
        routes,
        SOCKETS,
        lambda: PLACES,
        lambda headers: bearers(bearer_of(headers)),
        Threads(),
        ServerLog(log),
        1 << 16,
    )
    return App(make_app(replace(server, **changed)), log)  # type: ignore[arg-type]


def raising(error: Callable[[], Exception]) -> list[Route[RuntimeContext]]:
    """The routes, each of which takes anything and meets with an error."""

    def run(_: Call[RuntimeContext]) -> Outcome:
        raise error()

    return [replace(route, run=run, wait=None, body=None, query=None) for route in ROUTES]


def path_of(route: Route[RuntimeContext], worker_id: str = "w-01ARZ3NDEKTSV4RRFFQ69G5FAV") -> str:
    """The route's path with its parameters filled in."""
    return route.path.format(worker_id=worker_id, digest="0" * 64, bundle_id="set")


def protected() -> list[Route[RuntimeContext]]:
    return [route for route in ROUTES if route.permission is not PUBLIC]
