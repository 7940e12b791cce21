"""Write docs/api-http.md from the routes of the servers.

Run it as `.venv/bin/python docs/make_api_http.py`; a test holds the page against the routes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from yoi_cli.server.backend.table import ROUTES as BACKEND_ROUTES
from yoi_cli.server.backend.table import SOCKETS as BACKEND_SOCKETS
from yoi_cli.server.http.error_kinds import CODES
from yoi_cli.server.http.openapi import describe
from yoi_cli.server.http.permissions import KINDS, PUBLIC, Permission
from yoi_cli.server.runtime.table import ROUTES, SOCKETS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.server.http.routes import Route, Socket

PAGE = Path(__file__).parent / "api-http.md"
INTRODUCTION = """# The HTTP interface

Written by `docs/make_api_http.py` from the table of routes; a test holds it against that. What is
sent and answered is told in full by `/v1/openapi.json`, an OpenAPI 3.1 document that is made from
the same table and from the types of `yoi schema`. [Runtimes](runtime.md) has examples.

Every answer that is a document has the envelope of `--json`: `schema`, `kind` and `data`, or
`schema` and `error` with `code`, `message`, `hint` and `details`. Bodies are JSON, said to be
`application/json`. A name that is not known is refused (`invalid_request`, `invalid_query`), and
`details.field` names it. Lists take `limit`, 1 to 200 and 50 where it is not given, and `cursor`,
which a page before gave as `page.next_cursor`; they answer with `items`, `page` and `diagnostics`.
"""
OF_BACKEND = """`/api/openapi.json` tells them in full. Another workspace's id is refused. A
browser has a cookie, and sends the `proof` of `/api/session` as `Yoi-Session` with whatever changes
something; whoever has a bearer needs none.
"""


def who(permission: Permission) -> str:
    if permission is PUBLIC:
        return "everybody"
    return ", ".join(kind for kind in KINDS if kind in permission.kinds)


def codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}` {CODES[name].status}" for name in names)


def routes(table: Sequence[Route[Any]], sockets: Sequence[Socket[Any]]) -> str:
    lines = []
    for route in table:
        lines += [f"### {route.method} {route.path}", "", f"{route.summary}.", ""]
        lines += [f"- permission: `{route.permission.name}` ({who(route.permission)})"]
        if route.query is not None:
            lines.append(f"- query: {members(route.query.__struct_fields__)}")
        if route.body is not None:
            optional = ", optional" if route.body_is_optional else ""
            lines.append(f"- body{optional}: {members(route.body.__struct_fields__)}")
        for answer in route.answers:
            kind = f"`{answer.kind}`" if answer.kind else ""
            media = f"`{answer.media_type}`" if answer.media_type else ""
            form = " or ".join(filter(None, (kind, media))) or "nothing"
            lines.append(f"- {answer.status}: {form}. {answer.description}")
        if route.errors:
            lines.append(f"- errors of its own: {codes(route.errors)}")
        lines.append("")
    for socket in sockets:
        lines += [f"### WebSocket {socket.path}", "", f"{socket.summary}.", ""]
        lines += [f"- permission: `{socket.permission.name}` ({who(socket.permission)})"]
        if socket.query is not None:
            lines.append(f"- query: {members(socket.query.__struct_fields__)}")
        lines.append("")
    return "\n".join(lines)


def members(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def errors() -> str:
    rows = ["| code | status | what it says |", "| --- | --- | --- |"]
    for code, kind in sorted(CODES.items()):
        rows.append(f"| `{code}` | {kind.status} | {kind.message or 'what is wrong with it'} |")
    return "\n".join(rows) + "\n"


def page() -> str:
    describe("yoi runtime", ROUTES, SOCKETS)
    describe("yoi", BACKEND_ROUTES, BACKEND_SOCKETS)
    return (
        f"{INTRODUCTION}\n## Routes of `yoi runtime serve`\n\n{routes(ROUTES, SOCKETS)}\n"
        f"## Routes of `yoi serve`\n\n{OF_BACKEND}\n{routes(BACKEND_ROUTES, BACKEND_SOCKETS)}\n"
        f"## Errors\n\n{errors()}"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
