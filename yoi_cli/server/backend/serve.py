"""`yoi serve`: a workspace for pages, panels and scripts, until it is told to end."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from msgspec import json

from yoi_cli.api.documents.board import BackendDocument
from yoi_cli.api.documents.envelope import document
from yoi_cli.api.registry import Registry
from yoi_cli.api.servers import BACKEND, kept_token, only_server
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.backend.context import BackendContext
from yoi_cli.server.backend.logins import Logins
from yoi_cli.server.backend.table import ROUTES, SOCKETS
from yoi_cli.server.http.app import Server, make_app
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
from yoi_cli.server.http.tokens import new_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from yoi_cli.api.session import Session
    from yoi_cli.server.http.guard import Places


class Pages(NamedTuple):
    """Pages beside the routes of the API, and the paths among them that need no credential (with a
    slash at their end, whatever is below)."""

    routes: Sequence[BaseRoute] = ()
    public: frozenset[str] = frozenset()


def serve(
    *,
    session: Session,
    bind: str,
    name: str,
    token_file: str,
    token_env: str,
    max_body: int,
    behind_proxy: bool,
    hosts: tuple[str, ...],
    certificate: str,
    key: str,
    pages: Callable[[BackendContext], Pages] = lambda context: Pages(),
    tell: Callable[[BackendDocument], None] | None = None,
) -> None:
    """Serve the session's workspace, with `pages`. Prints where as one line of JSON, once it
    listens, or does what `tell` does.

    Raises `UsageError` (`bind_invalid`, `bind_refused`, `token_invalid`) and `ConflictError`
    (`server_runs`).
    """
    options = ServeOptions(
        bind, name, token_file, token_env, max_body, behind_proxy, hosts, certificate, key
    )
    binding, given = options.bound(session.environment)
    token = given or kept_token(session, BACKEND, new_token)
    with only_server(session, BACKEND) as announce:
        listening = listen(binding)
        places = places_of(binding, listening, has_pages=True)
        context = make_context(session, options, token)
        port = 0 if binding.path else listening.getsockname()[1]
        context.logins.bind(port, is_secure=bool(certificate) or behind_proxy)
        app = make_backend_app(context, lambda: places, pages(context))

        def start() -> None:
            address = address_of(binding, listening)
            file = announce(context.workspace_id, address, token)
            said = BackendDocument(
                workspace_id=context.workspace_id,
                address=address,
                file=file,
                login=f"{address}/login?code={context.logins.new_code()}",
            )
            (tell or print_document)(said)
            context.read_ahead()

        try:
            serve_until_told(app, listening, binding, on_start=start, on_exit=context.drain)
        finally:
            context.close()


def print_document(said: BackendDocument) -> None:
    """One line of JSON."""
    sys.stdout.write(document("backend", said))
    sys.stdout.flush()


def make_context(session: Session, options: ServeOptions, token: str) -> BackendContext:
    """What the handlers work with."""
    from yoi_cli.api.servers import workspace_id

    return BackendContext(
        session,
        Registry(session),
        Logins(token, workspace_id(session)),
        Threads(),
        ServerLog(),
        name=options.name or "Workspace",
        max_body=options.max_body,
    )


def make_backend_app(
    context: BackendContext, places: Callable[[], Places], pages: Pages | None = None
) -> ASGIApp:
    """The application."""
    context.openapi = json.encode(describe("yoi", ROUTES, SOCKETS))
    return make_app(
        Server(
            context,
            ROUTES,
            SOCKETS,
            places,
            context.logins.authenticate,
            context.threads,
            context.log,
            context.max_body,
            context.check_path,
            pages.routes if pages else (),
            pages.public if pages else frozenset(),
        )
    )
