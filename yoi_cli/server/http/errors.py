"""Errors of the servers themselves; `error_kinds` has their statuses and sentences."""

from __future__ import annotations

from yoi_cli.errors import OperationError, UsageError, YoiError


def refusal(code: str, **details: str | int) -> YoiError:
    """The error for a request that is refused with `code`, whose sentence stands in the table."""
    return OperationError(code, code, details=details)


def wrong_field(field: str, why: str, *, code: str = "invalid_request") -> UsageError:
    """The error for a member of a body, a query or a path that cannot be taken."""
    return UsageError(
        code, why, hint="/v1/openapi.json says what is taken.", details={"field": field}
    )
