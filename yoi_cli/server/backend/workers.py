"""Workers of all runtimes, each named by its runtime's id and its own."""

from __future__ import annotations

import secrets
from base64 import b64decode
from typing import TYPE_CHECKING

from yoi_cli.api.documents.board import (
    LaunchOptionsDocument,
    LaunchProfileDocument,
    WorkerRowPageDocument,
)
from yoi_cli.api.documents.registry import runtime_row_document, worker_row_document
from yoi_cli.api.documents.runtime import (
    RuntimeDiagnosticDocument,
    WorkerEventPageDocument,
    event_documents,
)
from yoi_cli.api.documents.workers import InputGivenDocument, output_document
from yoi_cli.api.runtimes import WorkerFilter, check_worker_id
from yoi_cli.api.worker_rows import RuntimeRow, WorkerRow
from yoi_cli.model.workers.order import INPUT, WorkerOrder
from yoi_cli.server.backend import requests
from yoi_cli.server.http.errors import refusal, wrong_field
from yoi_cli.server.http.paging import check_limit, page_of
from yoi_cli.server.http.permissions import WORKER
from yoi_cli.server.http.routes import Bytes, Call, Outcome, Reply
from yoi_cli.server.runtime.requests import (
    CancelBody,
    EventsQuery,
    InputBody,
    StopBody,
    TranscriptQuery,
)

if TYPE_CHECKING:
    from msgspec import UnsetType

    from yoi_cli.api.runtime_kinds import AnyRuntime
    from yoi_cli.api.worker_rows import Missing
    from yoi_cli.api.workers import WorkerView
    from yoi_cli.server.backend.context import BackendContext

_OK, _CREATED = 200, 201
_MOST_OUTPUT = 1 << 24
#: Names the worker that a client stands in, which then does not end itself by mistake.
_CALLER = "yoi-worker"


def all_workers(call: Call[BackendContext]) -> Reply:
    return _list(call, None)


def workers_of(call: Call[BackendContext]) -> Reply:
    return _list(call, call.path["runtime_id"])


def launch_options(call: Call[BackendContext]) -> Reply:
    from yoi_cli.api.workers import list_profiles

    rows = list_profiles(call.context.session).rows
    document = LaunchOptionsDocument(
        runtimes=tuple(map(runtime_row_document, call.context.registry.rows())),
        profiles=tuple(
            LaunchProfileDocument(
                name=row.profile.name, description=row.profile.description, roles=tuple(row.roles)
            )
            for row in rows
        ),
    )
    return Reply(_OK, "launch_options", document)


def create(call: Call[BackendContext]) -> Reply:
    return _create(call, call.path["runtime_id"], call.body_as(requests.CreateWorker))


def create_anywhere(call: Call[BackendContext]) -> Reply:
    body = call.body_as(requests.CreateWorkerAnywhere)
    return _create(call, body.runtime_id, body)


def worker(call: Call[BackendContext]) -> Reply:
    row = call.context.registry.worker(call.path["runtime_id"], _worker_id(call))
    return Reply(_OK, "worker_row", worker_row_document(row))


def give_input(call: Call[BackendContext]) -> Reply:
    body, worker_id = call.body_as(InputBody), _worker_id(call)
    data = _bytes_of(body)
    _runtime(call).give_input(worker_id, data, close=body.close)
    document = InputGivenDocument(worker_id=worker_id, bytes=len(data), closed=body.close)
    return Reply(_OK, "worker_input", document)


def stop(call: Call[BackendContext]) -> Reply:
    body = call.body_as(StopBody)
    view = _runtime(call).end(
        _worker_id(call), grace=body.grace, reason=body.reason, force=body.force
    )
    return _row(call, view)


def cancel(call: Call[BackendContext]) -> Reply:
    body = call.body_as(CancelBody)
    view = _runtime(call).end(_worker_id(call), cancel=True, reason=body.reason, force=body.force)
    return _row(call, view)


def pin(call: Call[BackendContext]) -> Reply:
    is_pinned = call.body_as(requests.Pin).pinned
    runtime_id, worker_id = call.path["runtime_id"], _worker_id(call)
    row = call.context.registry.pin(runtime_id, worker_id, is_pinned=is_pinned)
    return Reply(_OK, "worker_row", worker_row_document(row))


def transcript(call: Call[BackendContext]) -> Outcome:
    query, worker_id = call.query_as(TranscriptQuery), _worker_id(call)
    check_limit(query.limit, _MOST_OUTPUT)
    part = _runtime(call).output(worker_id, query.start, query.limit)
    if not query.raw:
        return Reply(_OK, "worker_output", output_document(worker_id, part))
    headers = {
        "yoi-start": str(part.start),
        "yoi-cursor": str(part.cursor),
        "yoi-resync": str(int(part.resync)),
        "yoi-at-end": str(int(part.at_end)),
    }
    return Bytes(_OK, part.data, headers=headers)


def events(call: Call[BackendContext]) -> Reply:
    worker_id = _worker_id(call)
    found = _runtime(call).events(worker_id)
    page = page_of(found, lambda one: f"{one.number:012d}", call.query_as(EventsQuery))
    document = WorkerEventPageDocument(
        worker_id=worker_id, items=event_documents(page.items), page=page.page, diagnostics=()
    )
    return Reply(_OK, "worker_events", document)


def _list(call: Call[BackendContext], only: str | None) -> Reply:
    query = call.query_as(requests.WorkersQuery)
    own = call.principal.worker_id if call.principal.kind == WORKER else None
    wanted = WorkerFilter(
        state=_given(query.state),
        ticket=_given(query.ticket),
        role=_given(query.role),
        profile=_given(query.profile),
        worker_id=own,
    )
    check_limit(query.limit)
    found = call.context.registry.workers(wanted, only=only)
    page = page_of(found.rows, lambda row: f"{row.worker.worker_id} {row.worker.runtime_id}", query)
    document = WorkerRowPageDocument(
        items=tuple(map(worker_row_document, page.items)),
        page=page.page,
        missing=tuple(runtime_row_document(_missing(call, one)) for one in found.missing),
        diagnostics=tuple(
            RuntimeDiagnosticDocument(
                code=error.code,
                severity="error",
                message="What is kept of a worker cannot be read.",
                worker_id=_text(error.details.get("worker_id")),
            )
            for _, error in found.unreadable
        ),
    )
    return Reply(_OK, "worker_rows", document)


def _missing(call: Call[BackendContext], one: Missing) -> RuntimeRow:
    known = next(
        (row for row in call.context.registry.rows() if row.runtime_id == one.runtime_id), None
    )
    row = known or RuntimeRow(one.runtime_id, "", "")
    return row._replace(unreachable_since=one.since, code=one.error.code)


def _create(call: Call[BackendContext], runtime_id: str, body: requests.CreateWorker) -> Reply:
    if call.context.is_draining:
        raise refusal("draining")
    key = f"named {body.name}" if body.name is not None else f"once {secrets.token_hex(16)}"
    order = WorkerOrder(
        key=_checked_key(key),
        profile=body.profile,
        ticket=_ticket_id(call, body.ticket),
        prompt=body.text,
        capabilities=(INPUT,) if body.input else (),
    )
    made = call.context.registry.runtime(runtime_id).create(order)
    worker_id = made.worker.worker_id
    if made.warnings:
        call.context.log.write("start_not_in_log", {"worker_id": worker_id})
    location = f"/api/w/{call.context.workspace_id}/runtimes/{runtime_id}/workers/{worker_id}"
    return Reply(
        _CREATED if made.is_new else _OK,
        "worker_row",
        worker_row_document(WorkerRow(made.worker)),
        {"location": location},
    )


def _checked_key(key: str) -> str:
    if not key.isascii() or not key.isprintable():
        raise wrong_field("name", "A name is a line of ASCII characters.")
    return key


def _ticket_id(call: Call[BackendContext], word: str | None) -> str | None:
    """The full id of the ticket that is meant, by this workspace's store."""
    if word is None:
        return None
    from yoi_cli.api.tickets import read_item

    return read_item(call.context.session, word)[0]


def _row(call: Call[BackendContext], view: WorkerView) -> Reply:
    pins = call.context.registry.remembered(call.path["runtime_id"]).pins()
    row = WorkerRow(view, view.worker_id in pins)
    return Reply(_OK, "worker_row", worker_row_document(row))


def _runtime(call: Call[BackendContext]) -> AnyRuntime:
    return call.context.registry.runtime(call.path["runtime_id"], call.headers.get(_CALLER))


def _worker_id(call: Call[BackendContext]) -> str:
    """The worker's id of the path. An unknown runtime is told before an unknown worker."""
    runtime_id = call.path["runtime_id"]
    if all(row.runtime_id != runtime_id for row in call.context.registry.rows()):
        call.context.registry.entry(runtime_id)
    return check_worker_id(call.path["worker_id"])


def _bytes_of(body: InputBody) -> bytes:
    if body.encoding == "text":
        return body.data.encode()
    try:
        return b64decode(body.data, validate=True)
    except ValueError:
        raise wrong_field("data", "That is no base64.") from None


def _given(value: str | UnsetType) -> str | None:
    return value if isinstance(value, str) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
