"""Scripts and styles: the files of one folder, by name, and nothing else."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from typing import TYPE_CHECKING

from starlette.responses import Response

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.pages.templates import FILES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
}


class Asset(NamedTuple):
    data: bytes
    kind: str
    tag: str


@cache
def assets() -> Mapping[str, Asset]:
    """All of them. A name that is asked for is looked up here: no path is ever made of it."""
    folder = os.path.join(FILES, "assets")
    found: dict[str, Asset] = {}
    for name in sorted(os.listdir(folder)):
        kind = _KINDS.get(os.path.splitext(name)[1])
        if kind is None:
            continue
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read()
        tag = f'"{hashlib.sha256(data).hexdigest()[:24]}"'
        found[name] = Asset(data, f"{kind}; charset=utf-8", tag)
    return found


async def asset(request: Request) -> Response:
    """One of them; a browser that has it is told so."""
    found = assets().get(str(request.path_params["name"]))
    if found is None:
        return Response("", 404, _HEADERS)
    headers = {**_HEADERS, "etag": found.tag}
    if request.headers.get("if-none-match") == found.tag:
        return Response(None, 304, headers)
    return Response(found.data, 200, headers, found.kind)
