"""`yoi runtime serve`: a clone's workers over HTTP, until it is told to end."""

from __future__ import annotations

import re
import sys
import threading
from typing import TYPE_CHECKING

from msgspec import json

from yoi_cli.api.documents.envelope import document
from yoi_cli.api.documents.runtime import ServerDocument
from yoi_cli.api.observation import observer
from yoi_cli.api.runtimes import Readiness, WorkerFilter, served
from yoi_cli.api.servers import RUNTIME, only_server
from yoi_cli.errors import UsageError
from yoi_cli.server.http.app import Server, make_app
from yoi_cli.server.http.guard import bearer_of
from yoi_cli.server.http.incidents import ServerLog
from yoi_cli.server.http.openapi import describe
from yoi_cli.server.http.options import ServeOptions
from yoi_cli.server.http.serving import (
    address_of,
    listen,
    places_of,
    serve_until_told,
)
from yoi_cli.server.http.threads import Threads
from yoi_cli.server.http.tokens import Bearers, new_token
from yoi_cli.server.observe.local import LocalSource
from yoi_cli.server.runtime.context import RuntimeContext
from yoi_cli.server.runtime.table import ROUTES, SOCKETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import Headers
    from starlette.types import ASGIApp

    from yoi_cli.api.session import Session
    from yoi_cli.server.http.guard import Places
    from yoi_cli.server.http.permissions import Principal

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_:-]{0,119}")
_LONGEST_NAME = 120


def serve(
    *,
    session: Session,
    bind: str,
    runtime_id: str,
    name: str,
    token_file: str,
    token_env: str,
    max_body: int,
    behind_proxy: bool,
    hosts: tuple[str, ...],
    certificate: str,
    key: str,
) -> None:
    """Serve the session's workers. Prints where as one line of JSON, once it listens.

    Raises `UsageError` (`bind_invalid`, `bind_refused`, `token_invalid`, `runtime_id_invalid`) and
    `ConflictError` (`server_runs`).
    """
    options = ServeOptions(
        bind, name, token_file, token_env, max_body, behind_proxy, hosts, certificate, key
    )
    serve_with(session, options, runtime_id)


def serve_with(session: Session, options: ServeOptions, runtime_id: str = "local") -> None:
    """The same, with its options as one value."""
    _check_names(runtime_id, options.name)
    binding, given = options.bound(session.environment)
    token = given or new_token()
    with only_server(session, RUNTIME) as announce:
        listening = listen(binding)
        places = places_of(binding, listening)
        context = make_context(session, options, runtime_id)
        app = make_runtime_app(context, token, lambda: places)

        def start() -> None:
            address = address_of(binding, listening)
            _say(runtime_id, address, announce(runtime_id, address, token))
            threading.Thread(target=look_after, args=(context,), daemon=True).start()

        serve_until_told(app, listening, binding, on_start=start, on_exit=context.drain)


def make_context(
    session: Session, options: ServeOptions, runtime_id: str = "local"
) -> RuntimeContext:
    """What the handlers work with."""
    runtime = served(session, runtime_id, options.name or runtime_id)
    watched = LocalSource(observer(session), runtime_id)
    return RuntimeContext(runtime, watched, Threads(), ServerLog(), options.max_body)


def make_runtime_app(context: RuntimeContext, token: str, places: Callable[[], Places]) -> ASGIApp:
    """The application, whose owner has `token`."""
    bearers = Bearers(token, context.runtime.runtime_id)
    context.openapi = json.encode(describe("yoi runtime", ROUTES, SOCKETS))

    def authenticate(headers: Headers) -> Principal | None:
        return bearers(bearer_of(headers))

    return make_app(
        Server(
            context,
            ROUTES,
            SOCKETS,
            places,
            authenticate,
            context.threads,
            context.log,
            context.limits.body,
        )
    )


def look_after(context: RuntimeContext) -> None:
    """Look after the workers that were there before, and read those that ended, so that no list has
    to; whatever that meets with, it serves."""
    try:
        done = context.runtime.look_after()[1]
        context.runtime.list_workers(WorkerFilter())
        context.readiness = done
    except Exception as error:  # noqa: BLE001 - a server that never gets ready helps nobody
        context.log.incident("recovery", error)
        context.readiness = Readiness(ready=True, failed=True)


def _say(runtime_id: str, address: str, path: str) -> None:
    said = ServerDocument(kind=RUNTIME, runtime_id=runtime_id, address=address, file=path)
    sys.stdout.write(document("server", said))
    sys.stdout.flush()


def _check_names(runtime_id: str, name: str) -> None:
    if not _ID.fullmatch(runtime_id):
        raise UsageError(
            "runtime_id_invalid",
            f"{runtime_id[:60]!r} cannot be a runtime's id.",
            hint="Use up to 120 letters, digits and -_: , beginning with a letter or digit.",
        )
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError(
            "runtime_name_invalid",
            "A runtime's name is a line of at most 120 characters.",
            hint="It is a label and nothing more.",
        )
