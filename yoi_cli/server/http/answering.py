"""Outcomes and errors as responses: documents in the envelope of `--json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from yoi_cli.api.documents.common import from_value
from yoi_cli.api.documents.envelope import SCHEMA, document, json_line
from yoi_cli.api.documents.workspace import ErrorDocument
from yoi_cli.errors import YoiError
from yoi_cli.server.http.error_kinds import CODES, kind_of
from yoi_cli.server.http.routes import Bytes, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.server.http.incidents import ServerLog

_JSON = "application/json"
#: Answers are of the moment and of whoever asked, and never a page.
_SAFE = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
_SERVER_ERROR = 500
_EXTRA: Mapping[int, Mapping[str, str]] = {
    401: {"www-authenticate": "Bearer"},
    429: {"retry-after": "2"},
    503: {"retry-after": "1"},
}


def respond(outcome: Outcome) -> Response:
    """The response for what a handler gave."""
    headers = {**_SAFE, **outcome.headers}
    if isinstance(outcome, Bytes):
        headers["content-security-policy"] += "; sandbox"
        return Response(outcome.data, outcome.status, headers, outcome.media_type)
    if outcome.kind is None:
        return Response(None, outcome.status, headers)
    return Response(document(outcome.kind, outcome.data), outcome.status, headers, _JSON)


def respond_error(error: Exception, route: str, log: ServerLog) -> Response:
    """The response for an error, and where it is ours a line in the log to find it by."""
    said, status = explain(error, route, log)
    headers = {**_SAFE, **_EXTRA.get(status, {})}
    body = json_line({"schema": SCHEMA, "error": said})
    return Response(body, status, headers, _JSON)


def explain(error: Exception, route: str, log: ServerLog) -> tuple[ErrorDocument, int]:
    """What may be said of an error, and its status. What is not a `YoiError` is `internal`."""
    if not isinstance(error, YoiError):
        shown, kind = "internal", CODES["internal"]
    else:
        shown, kind = error.code, kind_of(error)
    details: dict[str, object] = {}
    if isinstance(error, YoiError):
        details = {name: error.details[name] for name in kind.details if name in error.details}
    if kind.status == _SERVER_ERROR or not isinstance(error, YoiError):
        details["incident"] = log.incident(route, error)
    own = isinstance(error, YoiError) and kind.own_words
    message, hint = kind.message, kind.hint
    if own and isinstance(error, YoiError):
        message, hint = error.message, error.hint
    said = ErrorDocument(code=shown, message=message, hint=hint, details=details)
    return said, kind.status


def error_document(error: YoiError) -> ErrorDocument:
    return from_value(ErrorDocument, error)
