"""Every page by its address (docs/web.md)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from yoi_cli.server.pages import board, graph, review, stats, tickets, workers, workspace
from yoi_cli.server.pages.assets import asset
from yoi_cli.server.pages.page import headers_for, serve_page, sign_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from yoi_cli.server.backend.context import BackendContext
    from yoi_cli.server.pages.screen import Builder

_W = "/w/{workspace_id}"
#: The pages of a workspace; whoever sees one has a credential, by `serve_page`.
PAGES: Mapping[str, Builder] = {
    f"{_W}/": workspace.overview,
    f"{_W}/board": board.board,
    f"{_W}/tickets/new": tickets.new_ticket,
    f"{_W}/tickets/{{ticket_id}}": tickets.ticket,
    f"{_W}/tickets/{{ticket_id}}/review": review.review,
    f"{_W}/objectives": workspace.objectives,
    f"{_W}/objectives/{{objective_id}}": workspace.objective,
    f"{_W}/workers": workers.workers,
    f"{_W}/workers/new": workers.new_worker,
    f"{_W}/runtimes/{{runtime_id}}/workers/{{worker_id}}": workers.console,
    f"{_W}/graph": graph.graph,
    f"{_W}/claims": workspace.claims,
    f"{_W}/stats": stats.stats,
    f"{_W}/settings": workspace.settings,
    f"{_W}/doctor": workspace.doctor,
}
#: Paths that the guard lets through: pages ask for a credential themselves, since a browser
#: without one is to be led to where it can sign in, and not to be told JSON.
PUBLIC = frozenset({"/", "/w/", "/signin", "/assets/", "/favicon.ico"})


def page_routes(context: BackendContext) -> list[BaseRoute]:
    """The pages, their parts, and where a browser signs in."""
    routes: list[BaseRoute] = [
        Route(path, partial(serve_page, context, build)) for path, build in PAGES.items()
    ]
    routes += [
        Route("/w/{workspace_id}/{rest:path}", partial(serve_page, context, workspace.nowhere)),
        Route("/signin", partial(sign_in, context)),
        Route("/assets/{name}", asset),
        Route("/favicon.ico", partial(_go, "/assets/icon.svg")),
        Route("/", partial(_go, f"/w/{context.workspace_id}/")),
    ]
    return routes


async def _go(place: str, request: Request) -> Response:
    return RedirectResponse(place, 303, headers_for(request))
