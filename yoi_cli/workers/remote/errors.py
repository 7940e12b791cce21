"""What becomes of an answer that is none, or of none at all: one code for each cause.

Nothing that a runtime on another machine says is repeated but its code, and only one that is
known here, in words of our own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import (
    ConflictError,
    NotFoundError,
    OperationError,
    StoreInvalidError,
    UsageError,
    YoiError,
)
from yoi_cli.model.workers.refusals import REFUSALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.errors import Json

#: What every server says of a request that it cannot take.
_OF_REQUESTS = frozenset(
    {
        *("invalid_request", "invalid_query", "invalid_json", "limit", "cursor_malformed"),
        "body_too_large",
    }
)
_OF_CLASS: Mapping[int, type[YoiError]] = {
    400: UsageError,
    404: NotFoundError,
    409: ConflictError,
    413: UsageError,
    416: UsageError,
    500: StoreInvalidError,
    502: OperationError,
    504: OperationError,
}
_OF_STATUS = {
    401: "runtime_auth_failed",
    403: "runtime_auth_failed",
    405: "runtime_unsupported",
    501: "runtime_unsupported",
    503: "runtime_unavailable",
}
_HINTS = {
    "runtime_auth_failed": "Name the token that its server has now.",
    "runtime_unreachable": "See whether its server runs, and whether the address is right.",
    "runtime_timeout": "It may have done it all the same: look before you ask again.",
    "runtime_unsupported": "Its version, or its kind, cannot do that.",
    "runtime_malformed": "Another program, or another version, may listen there.",
    "runtime_failed": "Its own log says more.",
    "runtime_unavailable": "Try again in a moment.",
}
_MESSAGES = {
    "runtime_auth_failed": "does not take the credential",
    "runtime_unreachable": "cannot be reached",
    "runtime_timeout": "did not answer in time",
    "runtime_unsupported": "cannot do that",
    "runtime_malformed": "answers what is no answer",
    "runtime_failed": "failed",
    "runtime_unavailable": "is starting, or about to end",
}


def runtime_error(code: str, runtime_id: str) -> OperationError:
    """The error of the runtime itself."""
    return OperationError(
        code,
        f"The runtime {runtime_id or 'there'} {_MESSAGES[code]}.",
        hint=_HINTS[code],
        details={"runtime_id": runtime_id},
    )


def error_of_answer(
    status: int, code: str, details: Mapping[str, object], runtime_id: str
) -> YoiError:
    """The error for an answer that is one. `code` is empty where it names none."""
    own = _OF_STATUS.get(status)
    if own is not None:
        return runtime_error(own, runtime_id)
    known, kind = REFUSALS.get(code), _OF_CLASS.get(status)
    if known is not None and kind is not None:
        told = {name: _fact(details.get(name)) for name in known.details if name in details}
        return kind(code, known.message, hint=known.hint, details=told)
    if code in _OF_REQUESTS and kind is UsageError:
        return UsageError(code, "The runtime does not take that request.")
    is_error = 400 <= status < 600
    other = "runtime_timeout" if status == 504 else "runtime_failed"
    return runtime_error(other if is_error else "runtime_malformed", runtime_id)


def _fact(value: object) -> Json:
    return value if isinstance(value, (str, int)) else None
