"""Who is let in, and the document of this interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.backend import login, requests
from yoi_cli.server.backend.routes.rows import reading
from yoi_cli.server.http.permissions import LOGINS, PUBLIC, WORKSPACE_READ
from yoi_cli.server.http.routes import Answer, Route

if TYPE_CHECKING:
    from yoi_cli.server.backend.routes.rows import Routes

ROUTES: Routes = (
    Route(
        "GET",
        "/api/health",
        PUBLIC,
        "Whether the server listens",
        (Answer(204, "It does."),),
        wait=login.health,
    ),
    Route(
        "GET",
        "/login",
        PUBLIC,
        "Exchange a code, once, for the cookie of a session, and leave its address",
        (Answer(303, "The browser is let in, or led to where it can sign in."),),
        run=login.enter,
        query=requests.LoginQuery,
        errors=("login_refused",),
    ),
    Route(
        "POST",
        "/api/login",
        PUBLIC,
        "Exchange a code, or the owner's token, for the cookie of a session",
        (Answer(200, "The browser is let in.", "session"),),
        run=login.login,
        body=requests.Login,
        errors=("login_refused",),
    ),
    Route(
        "GET",
        "/api/openapi.json",
        WORKSPACE_READ,
        "This interface as an OpenAPI 3.1 document",
        (Answer(200, "The document.", media_type="application/json"),),
        run=login.openapi,
    ),
    reading(
        "/api/session",
        WORKSPACE_READ,
        "Who asks, in which workspace, and the proof that a page sends with changes",
        "session",
        login.session,
        errors=(),
    ),
    Route(
        "DELETE",
        "/api/session",
        WORKSPACE_READ,
        "End the session",
        (Answer(200, "It has ended.", "session_ended"),),
        run=login.logout,
    ),
    Route(
        "POST",
        "/api/login-codes",
        LOGINS,
        "A new path that lets a browser in once",
        (Answer(201, "It was made.", "login_code"),),
        run=login.new_code,
    ),
)
