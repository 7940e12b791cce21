"""A page as a response: who may see it, what it may do in a browser, and errors in words."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import RedirectResponse, Response

from yoi_cli.errors import YoiError
from yoi_cli.server.http.answering import explain
from yoi_cli.server.http.errors import refusal
from yoi_cli.server.http.permissions import TICKETS_WRITE, WORKSPACE_READ
from yoi_cli.server.pages.screen import Screen, Visit
from yoi_cli.server.pages.templates import render
from yoi_cli.server.pages.words import language_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from yoi_cli.server.backend.context import BackendContext
    from yoi_cli.server.http.permissions import Principal
    from yoi_cli.server.pages.screen import Builder

THEMES = ("light", "dark")
_UNAUTHORIZED = 401
_LONGEST_QUERY = 2000


def policy(host: str) -> str:
    """What a page may load and do: parts of this server's own, and no text of it runs."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        f"connect-src 'self' ws://{host} wss://{host}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def headers_for(request: Request) -> dict[str, str]:
    return {
        "content-security-policy": policy(request.headers.get("host", "")),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "vary": "cookie, accept-language",
    }


async def serve_page(context: BackendContext, build: Builder, request: Request) -> Response:
    """The page that `build` makes; a browser that was not let in is led to where it can be."""
    principal = context.logins.authenticate(request.headers)
    if principal is None:
        return RedirectResponse("/signin", 303, headers_for(request))
    visit = _visit(context, request, principal)
    try:
        if not principal.may(WORKSPACE_READ):
            raise refusal("forbidden", permission=WORKSPACE_READ.name)
        context.check_path(request.path_params)
        text = await context.threads.run(partial(_page, visit, build), slow=True)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is answered, and logged
        return await _error_page(context, visit, request, error)
    return _html(request, text, 200)


async def sign_in(context: BackendContext, request: Request) -> Response:
    """The page where somebody shows that they may come in."""
    visit = _visit(context, request, None)
    values: dict[str, object] = {"refused": "refused" in request.query_params}
    screen = Screen("signin.html", "Sign in", values, "", ())
    text = await context.threads.run(partial(render, screen, visit, {}))
    return _html(request, text, 200)


def _page(visit: Visit, build: Builder) -> str:
    return render(build(visit), visit, {})


async def _error_page(
    context: BackendContext, visit: Visit, request: Request, error: Exception
) -> Response:
    said, status = explain(error, f"page {request.url.path[:200]}", context.log)
    is_known = isinstance(error, YoiError)
    values: dict[str, object] = {"error": said, "status": status, "is_known": is_known}
    screen = Screen("error.html", "Error", values, "", ())
    return _html(request, await context.threads.run(partial(render, screen, visit, {})), status)


def _html(request: Request, text: str, status: int) -> Response:
    data = text.encode("utf-8", "replace")
    response = Response(data, status, media_type="text/html; charset=utf-8")
    MutableHeaders(scope=None, raw=response.raw_headers).update(headers_for(request))
    return response


def _visit(context: BackendContext, request: Request, principal: Principal | None) -> Visit:
    query = dict(request.query_params.items())
    config = context.session.config
    preferred = "ja" if config.is_japanese else ("en" if config.language else "")
    return Visit(
        context,
        {name: str(value) for name, value in request.path_params.items()},
        {name: value[:_LONGEST_QUERY] for name, value in query.items()},
        language_of(
            request.cookies.get("yoi-language", ""),
            request.headers.get("accept-language", ""),
            preferred,
        ),
        next((one for one in THEMES if one == request.cookies.get("yoi-theme")), ""),
        principal.proof if principal is not None else "",
        principal is not None and principal.may(TICKETS_WRITE) and bool(principal.proof),
    )
