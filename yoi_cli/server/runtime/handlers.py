"""The runtime server's handlers: they translate, and decide nothing."""

from __future__ import annotations

from base64 import b64decode
from functools import partial
from typing import TYPE_CHECKING

from yoi_cli.api.documents.common import from_value
from yoi_cli.api.documents.registry import cleanup_document, cleanup_plan_document
from yoi_cli.api.documents.runtime import (
    BundleDocument,
    BundleStateDocument,
    WorkerDeliveryDocument,
    WorkerEventPageDocument,
    WorkerPageDocument,
    WorkerReleasedDocument,
    event_documents,
    readiness_document,
    runtime_document,
    unreadable_diagnostics,
    worker_documents,
)
from yoi_cli.api.documents.workers import (
    InputGivenDocument,
    PrunedWorkersDocument,
    recovery_document,
    worker_document,
)
from yoi_cli.api.runtimes import WorkerFilter, check_worker_id
from yoi_cli.model.time import seconds_of
from yoi_cli.model.workers.bundles import ProfileBundle
from yoi_cli.model.workers.cleanup import CleanupOrder
from yoi_cli.model.workers.order import WorkerOrder
from yoi_cli.server.http.errors import refusal, wrong_field
from yoi_cli.server.http.paging import beginning_of, check_limit, page_of
from yoi_cli.server.http.permissions import WORKER
from yoi_cli.server.http.routes import Bytes, Call, Reply
from yoi_cli.server.runtime.context import MOST_WAIT
from yoi_cli.server.runtime.requests import (
    BundleQuery,
    CancelBody,
    EventsQuery,
    InputBody,
    PruneBody,
    StopBody,
    WorkerQuery,
    WorkersQuery,
)

if TYPE_CHECKING:
    from msgspec import UnsetType

    from yoi_cli.api.runtimes import EmbeddedRuntime
    from yoi_cli.server.runtime.context import RuntimeContext

_READY, _NOT_READY = 200, 503
_OK, _CREATED = 200, 201
#: Names the worker that a client stands in, which then does not end itself by mistake.
_CALLER = "yoi-worker"


async def health(call: Call[RuntimeContext]) -> Reply:
    return Reply(204)


def ready(call: Call[RuntimeContext]) -> Reply:
    found = call.context.readiness
    status = _READY if found.ready and not call.context.is_draining else _NOT_READY
    document = readiness_document(call.context.runtime.runtime_id, found)
    return Reply(status, "runtime_readiness", document)


def openapi(call: Call[RuntimeContext]) -> Bytes:
    return Bytes(_OK, call.context.openapi, "application/json")


def runtime(call: Call[RuntimeContext]) -> Reply:
    facts = call.context.runtime.facts(call.context.state)
    return Reply(_OK, "runtime", runtime_document(facts, call.context.limits))


def workers(call: Call[RuntimeContext]) -> Reply:
    query = call.query_as(WorkersQuery)
    own = call.principal.worker_id if call.principal.kind == WORKER else None
    wanted = WorkerFilter(
        _given(query.state),
        _given(query.ticket),
        _given(query.role),
        _given(query.profile),
        _given(query.key),
        own,
    )
    # One more than is shown, which tells whether there is more.
    after, most = beginning_of(query), query.limit + 1
    found = call.context.runtime.list_workers(wanted, after=after, most=most)
    page = page_of(found.workers, lambda view: view.worker_id, query)
    document = WorkerPageDocument(
        items=worker_documents(page.items),
        page=page.page,
        diagnostics=unreadable_diagnostics(found.unreadable if own is None else ()),
    )
    return Reply(_OK, "worker_page", document)


def create(call: Call[RuntimeContext]) -> Reply:
    if call.context.is_draining:
        raise refusal("draining")
    made = call.context.runtime.create(call.body_as(WorkerOrder))
    worker_id = made.worker.worker_id
    if made.warnings:
        call.context.log.write("start_not_in_log", {"worker_id": worker_id})
    return Reply(
        _CREATED if made.is_new else _OK,
        "worker",
        worker_document(made.worker),
        {"location": f"/v1/workers/{worker_id}"},
    )


async def worker(call: Call[RuntimeContext]) -> Reply:
    wait = call.query_as(WorkerQuery).wait
    check_limit(wait, MOST_WAIT, 0, "wait")
    worker_id = _worker_id(call)
    view = await call.context.threads.run(partial(call.context.runtime.show, worker_id))
    if wait and not view.has_ended:
        view = await call.context.await_end(worker_id, wait)
    return Reply(_OK, "worker", worker_document(view))


def give_input(call: Call[RuntimeContext]) -> Reply:
    body = call.body_as(InputBody)
    worker_id = _worker_id(call)
    data = _bytes_of(body)
    call.context.runtime.give_input(worker_id, data, close=body.close)
    document = InputGivenDocument(worker_id=worker_id, bytes=len(data), closed=body.close)
    return Reply(_OK, "worker_input", document)


def stop(call: Call[RuntimeContext]) -> Reply:
    body = call.body_as(StopBody)
    view = _called(call).end(
        _worker_id(call), grace=body.grace, reason=body.reason, force=body.force
    )
    return Reply(_OK, "worker", worker_document(view))


def cancel(call: Call[RuntimeContext]) -> Reply:
    body = call.body_as(CancelBody)
    view = _called(call).end(_worker_id(call), cancel=True, reason=body.reason, force=body.force)
    return Reply(_OK, "worker", worker_document(view))


def deliver(call: Call[RuntimeContext]) -> Reply:
    found = call.context.runtime.deliver(_worker_id(call))
    return Reply(_OK, "worker_delivery", from_value(WorkerDeliveryDocument, found))


def release(call: Call[RuntimeContext]) -> Reply:
    worker_id = _worker_id(call)
    kept = call.context.runtime.release(worker_id)
    document = WorkerReleasedDocument(worker_id=worker_id, rescued=tuple(kept))
    return Reply(_OK, "worker_released", document)


def events(call: Call[RuntimeContext]) -> Reply:
    worker_id = _worker_id(call)
    found = call.context.runtime.events(worker_id)
    page = page_of(found, lambda one: f"{one.number:012d}", call.query_as(EventsQuery))
    document = WorkerEventPageDocument(
        worker_id=worker_id, items=event_documents(page.items), page=page.page, diagnostics=()
    )
    return Reply(_OK, "worker_events", document)


def recover(call: Call[RuntimeContext]) -> Reply:
    return Reply(_OK, "worker_recovery", recovery_document(call.context.runtime.recover()))


def prune(call: Call[RuntimeContext]) -> Reply:
    before = seconds_of(call.body_as(PruneBody).ended_before)
    if before is None:
        raise wrong_field("ended_before", "A time is written like 2026-06-01T12:00:00Z.")
    gone = call.context.runtime.prune(before * 1000)
    return Reply(_OK, "workers_pruned", PrunedWorkersDocument(pruned=tuple(gone)))


def cleanup_plan(call: Call[RuntimeContext]) -> Reply:
    found = call.context.runtime.cleanup_plan()
    return Reply(_OK, "cleanup_plan", cleanup_plan_document(found))


def clean_up(call: Call[RuntimeContext]) -> Reply:
    runtime = call.context.runtime
    done = runtime.clean_up(call.body_as(CleanupOrder))
    return Reply(_OK, "cleanup", cleanup_document(runtime.runtime_id, done))


def put_bundle(call: Call[RuntimeContext]) -> Reply:
    bundle = call.body_as(ProfileBundle)
    state = call.context.runtime.put_bundle(bundle, call.path["digest"])
    return Reply(_OK, "bundle_state", from_value(BundleStateDocument, state))


def bundle(call: Call[RuntimeContext]) -> Reply:
    digest = call.path["digest"]
    found = call.context.runtime.bundle(digest)
    return Reply(_OK, "bundle", BundleDocument(digest=digest, bundle=found))


def bundle_state(call: Call[RuntimeContext]) -> Reply:
    digest = call.query_as(BundleQuery).digest
    state = call.context.runtime.bundle_state(call.path["bundle_id"], digest)
    return Reply(_OK, "bundle_state", from_value(BundleStateDocument, state))


def _worker_id(call: Call[RuntimeContext]) -> str:
    return check_worker_id(call.path["worker_id"])


def _called(call: Call[RuntimeContext]) -> EmbeddedRuntime:
    """The runtime, which knows the worker that the client says it stands in."""
    caller = call.headers.get(_CALLER)
    return call.context.runtime.called_by(caller)


def _bytes_of(body: InputBody) -> bytes:
    if body.encoding == "text":
        return body.data.encode()
    try:
        return b64decode(body.data, validate=True)
    except ValueError:
        raise wrong_field("data", "That is no base64.") from None


def _given(value: str | UnsetType) -> str | None:
    return value if isinstance(value, str) else None
