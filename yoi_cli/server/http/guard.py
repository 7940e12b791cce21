"""Who is let in, before any route is looked at: Host, then Origin, then the credential.

Pure ASGI, so that a WebSocket is refused before it is upgraded and streams are not held up.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.http.answering import respond_error
from yoi_cli.server.http.errors import refusal, wrong_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from yoi_cli.errors import YoiError
    from yoi_cli.server.http.incidents import ServerLog
    from yoi_cli.server.http.permissions import Principal

PRINCIPAL = "yoi.principal"
#: The header in which a page sends its session's proof with whatever changes something.
PROOF = "yoi-session"
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME_SITE = frozenset({"same-origin", "none"})
_LONGEST_PATH = 200


class Places(NamedTuple):
    """What the server is called: the values of Host that are its own, and the origins of its
    pages, with scheme and port. A server without pages has no origins."""

    hosts: frozenset[str]
    origins: frozenset[str] = frozenset()


class Guard:
    """Lets in what is for this server, of no foreign page, and has a credential.

    `authenticate` gives the principal of a request's headers; None refuses it. `public` are paths
    that need no credential, and with a slash at their end whatever is below them. Whoever was let
    in is found under `PRINCIPAL` in the scope.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        places: Callable[[], Places],
        authenticate: Callable[[Headers], Principal | None],
        public: frozenset[str],
        log: ServerLog,
    ) -> None:
        self._app = app
        self._places = places
        self._authenticate = authenticate
        self._public = public
        # "/" itself is one path: below it is everything.
        self._below = tuple(path for path in public if path.endswith("/") and path != "/")
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refusal(scope, headers)
        if refused is not None:
            route = str(scope["path"])[:_LONGEST_PATH]
            response = respond_error(refused, route, self._log)
            # Whoever is not let in keeps no connection.
            response.headers["connection"] = "close"
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_public(self, path: str) -> bool:
        return path in self._public or path.startswith(self._below)

    def _refusal(self, scope: Scope, headers: Headers) -> YoiError | None:
        places = self._places()
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in places.hosts:
            return refusal("host_refused")
        refused = _refused_by_headers(headers, places)
        if refused is not None:
            return refused
        if scope["type"] == "http" and self._is_public(str(scope["path"])):
            return None
        principal = self._authenticate(headers)
        if principal is None:
            return refusal("unauthorized")
        if principal.proof and not _is_proven(scope, headers, principal.proof):
            is_socket = scope["type"] == "websocket"
            return refusal("origin_refused" if is_socket else "session_unproven")
        scope[PRINCIPAL] = principal
        return None


def _is_proven(scope: Scope, headers: Headers, proof: str) -> bool:
    """Whether it is one of our own pages that asks, and not another that has the browser's cookie
    sent: cookies know no port, and are sent along whoever asks."""
    if scope["type"] == "websocket":
        return "origin" in headers
    if scope["method"] in _READING:
        return True
    given = headers.getlist(PROOF)
    return len(given) == 1 and hmac.compare_digest(given[0].encode(), proof.encode())


def _refused_by_headers(headers: Headers, places: Places) -> YoiError | None:
    if "content-length" in headers and "transfer-encoding" in headers:
        # Two words on where the body ends: what stands before us may believe the other one.
        return wrong_field("transfer-encoding", "The body's length is said in two ways.")
    return None if _is_own_origin(headers, places.origins) else refusal("origin_refused")


def _is_own_origin(headers: Headers, origins: frozenset[str]) -> bool:
    """Whether the request is of one of the server's own pages, or of none at all.

    That Origin and Host agree proves nothing, since a page chooses both; so the origins are a
    list. A browser says of every request whether it is of the same origin, and that counts as well.
    """
    site = headers.getlist("sec-fetch-site")
    if any(one not in _SAME_SITE for one in site):
        return False
    return all(one in origins for one in headers.getlist("origin"))


def bearer_of(headers: Headers) -> str:
    """The bearer's token of a request, empty where there is none or more than one."""
    given = headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    return token.strip() if scheme.lower() == "bearer" else ""
