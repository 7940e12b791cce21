"""A table of routes as an ASGI application: authority, decoding, threads and answers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Generic

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route as HttpRoute
from starlette.routing import WebSocketRoute

from yoi_cli.server.http.answering import respond, respond_error
from yoi_cli.server.http.body import check_json, read_body
from yoi_cli.server.http.decoding import decode_body, decode_query
from yoi_cli.server.http.errors import refusal
from yoi_cli.server.http.guard import PRINCIPAL, Guard, Places
from yoi_cli.server.http.permissions import PUBLIC, Principal
from yoi_cli.server.http.routes import Call, Context, Outcome, Route, Socket

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from msgspec import Struct
    from starlette.datastructures import Headers
    from starlette.requests import HTTPConnection, Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp
    from starlette.websockets import WebSocket

    from yoi_cli.server.http.incidents import ServerLog
    from yoi_cli.server.http.permissions import Permission
    from yoi_cli.server.http.threads import Threads

_NOBODY = Principal("nobody")
_WRONG_METHOD = 405


@dataclass(frozen=True)
class Server(Generic[Context]):
    """What an application is made of. `context` is what its handlers work with, `max_body` the
    most bytes of a body. `places` is asked for each request: the port is known once it is bound."""

    context: Context
    routes: Sequence[Route[Context]]
    sockets: Sequence[Socket[Context]]
    places: Callable[[], Places]
    authenticate: Callable[[Headers], Principal | None]
    threads: Threads
    log: ServerLog
    max_body: int
    #: Raises for a path that is not for this server, before anything of the request is decoded.
    check_path: Callable[[Mapping[str, object]], None] = lambda path: None
    #: Pages and their parts, which are no routes of the API; `public` are the paths among them
    #: that need no credential, and with a slash at their end whatever is below them.
    pages: Sequence[BaseRoute] = ()
    public: frozenset[str] = frozenset()


def make_app(server: Server[Context]) -> ASGIApp:
    """The application. What is no route is told only to whoever has a credential."""
    by_path: dict[str, dict[str, Route[Context]]] = {}
    for route in server.routes:
        by_path.setdefault(route.path, {})[route.method] = route
    app = Starlette(
        routes=[
            *(
                HttpRoute(path, partial(_serve, server, methods), methods=[*methods])
                for path, methods in by_path.items()
            ),
            *(WebSocketRoute(one.path, partial(_talk, server, one)) for one in server.sockets),
            *server.pages,
        ],
        exception_handlers={HTTPException: partial(_no_route, server)},
    )
    public = frozenset(one.path for one in server.routes if one.permission is PUBLIC)
    return Guard(
        app,
        places=server.places,
        authenticate=server.authenticate,
        public=public | server.public,
        log=server.log,
    )


async def _serve(
    server: Server[Context], methods: Mapping[str, Route[Context]], request: Request
) -> Response:
    route = methods["GET" if request.method == "HEAD" else request.method]
    name = f"{route.method} {route.path}"
    try:
        return respond(await _outcome(server, route, request))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered, and logged
        return respond_error(error, name, server.log)


async def _outcome(server: Server[Context], route: Route[Context], request: Request) -> Outcome:
    principal = authorise(request, route.permission)
    server.check_path(request.path_params)
    query = decode_query(route.query, request.query_params.multi_items())
    body = await _body(server, route, request)
    call = _call(server, request, principal, query, body)
    if route.run is not None:
        return await server.threads.run(partial(route.run, call), slow=route.slow)
    if route.wait is not None:
        return await route.wait(call)
    raise TypeError(f"{route.path} has no handler")


def authorise(connection: HTTPConnection, permission: Permission) -> Principal:
    """The principal of a connection, which has `permission`.

    Raises `forbidden`; and where the path names a worker that the principal is not told of, the
    very error for one that is not there.
    """
    if permission is PUBLIC:
        return _NOBODY
    principal: Principal = connection.scope[PRINCIPAL]
    worker_id = connection.path_params.get("worker_id")
    if isinstance(worker_id, str) and not principal.sees_worker(worker_id):
        raise refusal("worker_not_found", worker_id=worker_id)
    if not principal.may(permission):
        raise refusal("forbidden", permission=permission.name)
    return principal


async def _body(server: Server[Context], route: Route[Context], request: Request) -> Struct | None:
    if route.body is None:
        if await read_body(request, server.max_body):
            raise refusal("invalid_json")
        return None
    data = await read_body(request, server.max_body)
    if not data and route.body_is_optional:
        data = b"{}"
    else:
        check_json(request)
    return decode_body(route.body, data)


def _call(
    server: Server[Context],
    connection: HTTPConnection,
    principal: Principal,
    query: Struct | None,
    body: Struct | None,
) -> Call[Context]:
    path = {name: str(value) for name, value in connection.path_params.items()}
    return Call(server.context, principal, path, connection.headers, query, body)


async def _talk(server: Server[Context], socket: Socket[Context], websocket: WebSocket) -> None:
    """A WebSocket whose principal may talk; one that may not is answered before the upgrade."""
    try:
        principal = authorise(websocket, socket.permission)
        server.check_path(websocket.path_params)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered, and logged
        response = respond_error(error, socket.path, server.log)
        await websocket.send_denial_response(response)
        return
    await socket.talk(websocket, _call(server, websocket, principal, None, None))


async def _no_route(server: Server[Context], request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: a path that is no route, or a method that it does not have."""
    is_known = isinstance(error, HTTPException) and error.status_code == _WRONG_METHOD
    response = respond_error(
        refusal("method_not_allowed" if is_known else "route_not_found"), "", server.log
    )
    if is_known and isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response
