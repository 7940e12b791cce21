"""Orders and errors as they go between both machines; the standard library alone."""

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
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.workers.local.typed import typed

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLASSES: Mapping[str, type[YoiError]] = {
    one.__name__: one
    for one in (ConflictError, NotFoundError, OperationError, StoreInvalidError, UsageError)
}


def request_said(request: WorkerRequest) -> dict[str, object]:
    """A request, but for what the worker reads first, which goes beside it."""
    said = {**request._asdict(), "spec": request.spec._asdict()}
    said["environment"] = dict(request.environment)
    said["stdin"] = request.stdin is not None
    return said


def request_heard(said: Mapping[str, object], stdin: bytes) -> WorkerRequest:
    """The request that was said. Raises ValueError."""
    spec, environment, passed = (said.get(name) for name in ("spec", "environment", "passed"))
    if not (isinstance(spec, dict) and isinstance(environment, dict) and isinstance(passed, list)):
        raise ValueError("no request")
    return WorkerRequest(
        typed(WorkerSpec, spec),
        {str(name): str(value) for name, value in environment.items()},
        stdin if said.get("stdin") else None,
        bool(said.get("redact")),
        str(said.get("prompt")),
        tuple(map(str, passed)),
    )


def error_said(error: YoiError) -> dict[str, object]:
    """An error as an object."""
    return {
        "class": type(error).__name__,
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "details": dict(error.details),
    }


def error_heard(said: Mapping[str, object]) -> YoiError:
    """The error that was said. Raises ValueError."""
    kind = _CLASSES.get(str(said.get("class")))
    words = [said.get(name) for name in ("code", "message", "hint")]
    code, message, hint = (word if isinstance(word, str) else "" for word in words)
    details = said.get("details")
    if kind is None or not code or not isinstance(details, dict):
        raise ValueError("no error")
    return kind(code, message, hint=hint, details=details)
