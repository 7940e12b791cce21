"""`/login` and `/api/session`: how browsers get in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents.board import LeftDocument, LoginCodeDocument, SessionDocument
from yoi_cli.server.backend.logins import CODE_SECONDS
from yoi_cli.server.backend.requests import Login, LoginQuery
from yoi_cli.server.http.errors import refusal
from yoi_cli.server.http.permissions import OWNER
from yoi_cli.server.http.routes import Bytes, Call, Reply

if TYPE_CHECKING:
    from yoi_cli.server.backend.context import BackendContext

_OK, _SEE_OTHER = 200, 303


def enter(call: Call[BackendContext]) -> Reply:
    """A browser comes with a code: it gets a cookie, and leaves the address with the code. One
    whose code is not valid any more is led to where it can sign in."""
    code = call.query_as(LoginQuery).code
    logins, workspace = call.context.logins, call.context.workspace_id
    if not isinstance(code, str) or not logins.redeem(code):
        if "text/html" in call.headers.get("accept", ""):
            return Reply(_SEE_OTHER, headers={"location": "/signin?refused=1"})
        raise refusal("login_refused")
    headers = {"location": f"/w/{workspace}/", "set-cookie": logins.new_session()}
    return Reply(_SEE_OTHER, headers=headers)


def login(call: Call[BackendContext]) -> Reply:
    body, logins = call.body_as(Login), call.context.logins
    by_code = body.code is not None and logins.redeem(body.code)
    by_token = body.token is not None and logins.is_owner(body.token)
    if not by_code and not by_token:
        raise refusal("login_refused")
    document = SessionDocument(workspace_id=call.context.workspace_id, principal=OWNER, proof=None)
    return Reply(_OK, "session", document, {"set-cookie": logins.new_session()})


def session(call: Call[BackendContext]) -> Reply:
    document = SessionDocument(
        workspace_id=call.context.workspace_id,
        principal=call.principal.kind,
        proof=call.principal.proof or None,
    )
    return Reply(_OK, "session", document)


def logout(call: Call[BackendContext]) -> Reply:
    logins = call.context.logins
    found = logins.session_of(call.headers)
    headers = {} if found is None else {"set-cookie": logins.end(found)}
    return Reply(_OK, "session_ended", LeftDocument(ended=found is not None), headers)


def new_code(call: Call[BackendContext]) -> Reply:
    path = f"/login?code={call.context.logins.new_code()}"
    return Reply(201, "login_code", LoginCodeDocument(path=path, seconds=CODE_SECONDS))


async def health(call: Call[BackendContext]) -> Reply:
    return Reply(204)


def openapi(call: Call[BackendContext]) -> Bytes:
    return Bytes(_OK, call.context.openapi, "application/json")
