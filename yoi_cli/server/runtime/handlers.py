"""The runtime server's handlers: they translate, and decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET, UnsetType

from yoi_cli.api.documents.runtime import (
    WorkerPageDocument,
    readiness_document,
    runtime_document,
    unreadable_diagnostics,
    worker_documents,
)
from yoi_cli.api.runtimes import WorkerFilter
from yoi_cli.server.http.paging import PageQuery, page_of
from yoi_cli.server.http.permissions import WORKER
from yoi_cli.server.http.routes import Call, Reply

if TYPE_CHECKING:
    from yoi_cli.server.runtime.context import RuntimeContext

_READY, _NOT_READY = 200, 503


class WorkersQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which workers: of a `state`, for a `ticket`, in a `role`, with a `profile`."""

    state: str | UnsetType = UNSET
    ticket: str | UnsetType = UNSET
    role: str | UnsetType = UNSET
    profile: str | UnsetType = UNSET


async def health(call: Call[RuntimeContext]) -> Reply:
    return Reply(204)


def ready(call: Call[RuntimeContext]) -> Reply:
    found = call.context.readiness
    status = _READY if found.ready and not call.context.is_draining else _NOT_READY
    document = readiness_document(call.context.runtime.runtime_id, found)
    return Reply(status, "runtime_readiness", document)


def runtime(call: Call[RuntimeContext]) -> Reply:
    facts = call.context.runtime.facts(call.context.state)
    return Reply(200, "runtime", runtime_document(facts, call.context.limits))


def workers(call: Call[RuntimeContext]) -> Reply:
    query = call.query_as(WorkersQuery)
    own = call.principal.worker_id if call.principal.kind == WORKER else None
    wanted = WorkerFilter(
        _given(query.state), _given(query.ticket), _given(query.role), _given(query.profile), own
    )
    found = call.context.runtime.list_workers(wanted)
    page = page_of(found.workers, lambda view: view.worker_id, query)
    document = WorkerPageDocument(
        items=worker_documents(page.items),
        page=page.page,
        diagnostics=unreadable_diagnostics(found.unreadable if own is None else ()),
    )
    return Reply(200, "worker_page", document)


def _given(value: str | UnsetType) -> str | None:
    return value if isinstance(value, str) else None
