"""The routes of the runtime server (docs/api-http.md is made from them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.workers.bundles import ProfileBundle
from yoi_cli.model.workers.cleanup import CleanupOrder
from yoi_cli.model.workers.order import WorkerOrder
from yoi_cli.server.http.permissions import (
    BUNDLES_READ,
    BUNDLES_WRITE,
    CLEANUP,
    PUBLIC,
    RUNTIME_OPERATE,
    RUNTIME_READ,
    WORKERS_CREATE,
    WORKERS_INPUT,
    WORKERS_LIST,
    WORKERS_OBSERVE,
    WORKERS_READ,
    WORKERS_STOP,
)
from yoi_cli.server.http.routes import Answer, Route, Socket
from yoi_cli.server.observe.query import ObserveQuery
from yoi_cli.server.runtime import handlers, requests
from yoi_cli.server.runtime.observing import observe_worker
from yoi_cli.server.runtime.transcript import transcript

if TYPE_CHECKING:
    from yoi_cli.server.runtime.context import RuntimeContext

_WORKER = "/v1/workers/{worker_id}"
_BYTES = "application/octet-stream"
_OF_WORKER = ("worker_id_invalid", "worker_not_found", "worker_store_corrupt")
_OF_WORK = ("worker_running", "work_not_found", "work_taken_over", "repository_not_found")

ROUTES: tuple[Route[RuntimeContext], ...] = (
    Route(
        "GET",
        "/v1/health",
        PUBLIC,
        "Whether the server listens",
        (Answer(204, "It does."),),
        wait=handlers.health,
    ),
    Route(
        "GET",
        "/v1/ready",
        RUNTIME_READ,
        "Whether the workers are looked after, and what was done for them at the start",
        (
            Answer(200, "They are.", "runtime_readiness"),
            Answer(503, "Not yet, or not any more.", "runtime_readiness"),
        ),
        run=handlers.ready,
    ),
    Route(
        "GET",
        "/v1/openapi.json",
        RUNTIME_READ,
        "The routes, as an OpenAPI 3.1 document",
        (Answer(200, "The document.", media_type="application/json"),),
        run=handlers.openapi,
    ),
    Route(
        "GET",
        "/v1/runtime",
        RUNTIME_READ,
        "The runtime: its version, its state, what it can do and how much it takes",
        (Answer(200, "The runtime.", "runtime"),),
        run=handlers.runtime,
    ),
    Route(
        "GET",
        "/v1/workers",
        WORKERS_LIST,
        "The workers, the oldest first",
        (Answer(200, "A page of them.", "worker_page"),),
        run=handlers.workers,
        query=requests.WorkersQuery,
        errors=("limit", "cursor_malformed"),
    ),
    Route(
        "POST",
        "/v1/workers",
        WORKERS_CREATE,
        "Start a worker; the same order with the same key is the same worker",
        (
            Answer(201, "It was started.", "worker"),
            Answer(200, "It was started before.", "worker"),
        ),
        run=handlers.create,
        body=WorkerOrder,
        errors=(
            *("key_conflict", "profile_not_found", "worker_invalid", "worker_unsupported"),
            *("variable_unset", "capability_unknown", "workspace_untrusted", "commands_changed"),
            *("ticket_not_found", "ticket_ambiguous", "repository_not_found"),
            *("base_not_found", "base_dirty", "folder_outside", "folder_not_found"),
            *("bundle_not_found", "bundle_digest_mismatch", "bundle_profile_unknown"),
            *("unsupported_declaration", "bundle_corrupt", "draining", "model_unknown"),
            *("branch_exists", "branch_blocked", "branch_in_use", "branch_invalid"),
            *("path_taken", "worktree_unsafe", "worker_running", "lock_timeout"),
        ),
        slow=True,
    ),
    Route(
        "GET",
        _WORKER,
        WORKERS_READ,
        "A worker; with `wait`, once it has ended",
        (Answer(200, "The worker.", "worker"),),
        wait=handlers.worker,
        query=requests.WorkerQuery,
        errors=(*_OF_WORKER, "limit"),
    ),
    Route(
        "POST",
        f"{_WORKER}/input",
        WORKERS_INPUT,
        "Give a worker something to read",
        (Answer(200, "It was given.", "worker_input"),),
        run=handlers.give_input,
        body=requests.InputBody,
        errors=(*_OF_WORKER, "worker_stopped", "worker_conflict", "worker_limit"),
        slow=True,
    ),
    Route(
        "POST",
        f"{_WORKER}/stop",
        WORKERS_STOP,
        "Ask a worker to end, and make it; one that has ended stays as it ended first",
        (Answer(200, "It has ended.", "worker"),),
        run=handlers.stop,
        body=requests.StopBody,
        body_is_optional=True,
        errors=(*_OF_WORKER, "self_termination", "worker_timeout"),
        slow=True,
    ),
    Route(
        "POST",
        f"{_WORKER}/cancel",
        WORKERS_STOP,
        "Drop a worker that is queued, or stop one whose result counts for nothing",
        (Answer(200, "It has ended.", "worker"),),
        run=handlers.cancel,
        body=requests.CancelBody,
        body_is_optional=True,
        errors=(*_OF_WORKER, "self_termination", "worker_timeout"),
        slow=True,
    ),
    Route(
        "POST",
        f"{_WORKER}/deliver",
        WORKERS_CREATE,
        "Have what a worker committed on the branch of its base at the ref of that",
        (Answer(200, "What it left.", "worker_delivery"),),
        run=handlers.deliver,
        errors=(*_OF_WORKER, *_OF_WORK, "delivery_failed"),
        slow=True,
    ),
    Route(
        "POST",
        f"{_WORKER}/release",
        WORKERS_CREATE,
        "Take away the worktree and the branch that were made for a worker",
        (Answer(200, "They are gone.", "worker_released"),),
        run=handlers.release,
        errors=(*_OF_WORKER, *_OF_WORK, "worktree_unsafe", "lock_timeout"),
        slow=True,
    ),
    Route(
        "GET",
        f"{_WORKER}/transcript",
        WORKERS_READ,
        "What a worker wrote, by the offsets of its bytes",
        (
            Answer(200, "The bytes, in a document or raw.", "worker_output", _BYTES),
            Answer(206, "The raw bytes of a `Range`.", None, _BYTES),
        ),
        run=transcript,
        query=requests.TranscriptQuery,
        errors=(*_OF_WORKER, "limit", "range_not_satisfiable"),
    ),
    Route(
        "GET",
        f"{_WORKER}/events",
        WORKERS_READ,
        "What happened in a worker's life",
        (Answer(200, "A page of events.", "worker_events"),),
        run=handlers.events,
        query=requests.EventsQuery,
        errors=(*_OF_WORKER, "limit", "cursor_malformed"),
    ),
    Route(
        "POST",
        "/v1/recover",
        RUNTIME_OPERATE,
        "Look after workers whose shim died",
        (Answer(200, "What was done for each.", "worker_recovery"),),
        run=handlers.recover,
        slow=True,
    ),
    Route(
        "POST",
        "/v1/prune",
        RUNTIME_OPERATE,
        "Forget workers that ended long ago",
        (Answer(200, "Those that were forgotten.", "workers_pruned"),),
        run=handlers.prune,
        body=requests.PruneBody,
        slow=True,
    ),
    Route(
        "GET",
        "/v1/cleanup-plan",
        RUNTIME_READ,
        "What the workers left that may be removed, and why the rest may not",
        (Answer(200, "It is.", "cleanup_plan"),),
        run=handlers.cleanup_plan,
        slow=True,
    ),
    Route(
        "POST",
        "/v1/cleanup-executions",
        CLEANUP,
        "Remove targets of a plan, while what is there is still what it says",
        (Answer(200, "What became of each.", "cleanup"),),
        run=handlers.clean_up,
        body=CleanupOrder,
        errors=("cleanup_stale", "cleanup_refused"),
        slow=True,
    ),
    Route(
        "PUT",
        "/v1/bundles/{digest}",
        BUNDLES_WRITE,
        "Keep a bundle of profiles",
        (Answer(200, "It is kept.", "bundle_state"),),
        run=handlers.put_bundle,
        body=ProfileBundle,
        errors=("bundle_digest_mismatch",),
    ),
    Route(
        "GET",
        "/v1/bundles/{digest}",
        BUNDLES_READ,
        "A bundle",
        (Answer(200, "The bundle.", "bundle"),),
        run=handlers.bundle,
        errors=("bundle_not_found", "bundle_corrupt"),
    ),
    Route(
        "GET",
        "/v1/bundles/{bundle_id}/availability",
        BUNDLES_READ,
        "Whether a bundle can be used",
        (Answer(200, "Whether it can.", "bundle_state"),),
        run=handlers.bundle_state,
        query=requests.BundleQuery,
        errors=("bundle_corrupt",),
    ),
)

#: WebSockets stand here. Each is let in as a route is (Host, Origin, credential, permission, and
#: the worker of its path), before it is upgraded; what it says after that is its own.
SOCKETS: tuple[Socket[RuntimeContext], ...] = (
    Socket(
        "/v1/workers/{worker_id}/observe",
        WORKERS_OBSERVE,
        "What a worker writes, and what happens to it",
        observe_worker,
        query=ObserveQuery,
    ),
    Socket(
        "/v1/workers/{worker_id}/events/ws",
        WORKERS_OBSERVE,
        "The same, under the name that it has in the original system",
        observe_worker,
        query=ObserveQuery,
    ),
)
