"""Reading a request's body, of which no more is kept than the server takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.http.errors import refusal

if TYPE_CHECKING:
    from starlette.requests import Request


async def read_body(request: Request, limit: int) -> bytes:
    """The body. Raises `body_too_large` as soon as that is known, before the rest has come."""
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > limit:
        raise refusal("body_too_large", limit=limit)
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise refusal("body_too_large", limit=limit)
        parts.append(part)
    return b"".join(parts)


def check_json(request: Request) -> None:
    """Raise `unsupported_media_type` for a body that is not said to be JSON: a form of another
    site can send anything but that without asking first."""
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said != "application/json":
        raise refusal("unsupported_media_type")
