"""The registry of runtimes: what there is, and changing it while the server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api import cleanup
from yoi_cli.api.documents.registry import (
    RuntimeRemovedDocument,
    cleanup_document,
    cleanup_plan_document,
    runtime_row_document,
    runtime_test_document,
    runtimes_document,
)
from yoi_cli.api.negotiation import test as negotiate
from yoi_cli.api.registry import HTTP, RuntimeEntry, check_kind, generated_id
from yoi_cli.model.workers.cleanup import CleanupOrder
from yoi_cli.server.backend import requests
from yoi_cli.server.http.errors import wrong_field
from yoi_cli.server.http.routes import Call, Reply

if TYPE_CHECKING:
    from yoi_cli.api.worker_rows import RuntimeRow
    from yoi_cli.server.backend.context import BackendContext

_OK, _CREATED = 200, 201


def list_(call: Call[BackendContext]) -> Reply:
    registry = call.context.registry
    problem = registry.problem
    document = runtimes_document(registry.rows(), problem.code if problem else None)
    return Reply(_OK, "runtimes", document)


def show(call: Call[BackendContext]) -> Reply:
    return Reply(_OK, "runtime_row", runtime_row_document(_row(call, call.path["runtime_id"])))


def add(call: Call[BackendContext]) -> Reply:
    body, registry = call.body_as(requests.AddRuntime), call.context.registry
    runtime_id = body.runtime_id
    if runtime_id is None:
        if body.name is None:
            raise wrong_field("runtime_id", "A runtime has an id, or a name to make one of.")
        runtime_id = generated_id(body.name)
    check_kind(body.kind, (HTTP,))  # others are named at the machine itself
    entry = RuntimeEntry(
        url=body.url,
        name=body.name,
        token_env=body.token_env,
        timeout=body.timeout,
        workspaces=body.workspaces,
    )
    registry.add(runtime_id, entry)
    return Reply(_CREATED, "runtime_row", runtime_row_document(_row(call, runtime_id)))


def remove(call: Call[BackendContext]) -> Reply:
    runtime_id = call.path["runtime_id"]
    call.context.registry.remove(runtime_id)
    return Reply(_OK, "runtime_removed", RuntimeRemovedDocument(runtime_id=runtime_id))


def test(call: Call[BackendContext]) -> Reply:
    found = negotiate(call.context.registry, call.path["runtime_id"])
    return Reply(_OK, "runtime_test", runtime_test_document(found))


def cleanup_plan(call: Call[BackendContext]) -> Reply:
    context = call.context
    found = cleanup.plan(context.session, context.registry, call.path["runtime_id"])
    return Reply(_OK, "cleanup_plan", cleanup_plan_document(found))


def clean_up(call: Call[BackendContext]) -> Reply:
    order, context = call.body_as(CleanupOrder), call.context
    runtime_id = call.path["runtime_id"]
    done = cleanup.execute(context.session, context.registry, runtime_id, order)
    return Reply(_OK, "cleanup", cleanup_document(runtime_id, done))


def _row(call: Call[BackendContext], runtime_id: str) -> RuntimeRow:
    registry = call.context.registry
    for row in registry.rows():
        if row.runtime_id == runtime_id:
            return row
    registry.entry(runtime_id)
    raise AssertionError("an entry has a row")
