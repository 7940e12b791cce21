"""Workers of all runtimes, and one with what it writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.backend import requests, runtimes, workers
from yoi_cli.server.backend.routes.rows import (
    OF_TICKET,
    OF_WORKER,
    PAGED,
    RUNTIME,
    SCOPED,
    WORKER,
    WORKSPACE,
    changing,
    reading,
)
from yoi_cli.server.http.permissions import (
    RUNTIMES_READ,
    WORKERS_CREATE,
    WORKERS_INPUT,
    WORKERS_LIST,
    WORKERS_READ,
    WORKERS_STOP,
)
from yoi_cli.server.http.routes import Answer, Route
from yoi_cli.server.runtime.requests import (
    CancelBody,
    EventsQuery,
    InputBody,
    StopBody,
    TranscriptQuery,
)

if TYPE_CHECKING:
    from yoi_cli.server.backend.routes.rows import Routes

ROUTES: Routes = (
    reading(
        f"{WORKSPACE}/workers",
        WORKERS_LIST,
        "The workers of all runtimes, the oldest first",
        "worker_rows",
        workers.all_workers,
        query=requests.WorkersQuery,
        errors=(*SCOPED, *PAGED),
        slow=True,
    ),
    changing(
        f"{WORKSPACE}/workers",
        WORKERS_CREATE,
        "Start a worker on a runtime",
        Answer(201, "It was started.", "worker_row"),
        workers.create_anywhere,
        requests.CreateWorkerAnywhere,
        errors=(*OF_WORKER, *OF_TICKET, "key_conflict", "profile_not_found", "worker_invalid"),
        more=(Answer(200, "It was started before.", "worker_row"),),
    ),
    reading(
        f"{WORKSPACE}/workers/launch-options",
        WORKERS_LIST,
        "What a new worker may be",
        "launch_options",
        workers.launch_options,
    ),
    reading(f"{WORKSPACE}/runtimes", RUNTIMES_READ, "The runtimes", "runtimes", runtimes.list_),
    reading(
        RUNTIME,
        RUNTIMES_READ,
        "A runtime",
        "runtime_row",
        runtimes.show,
        errors=(*SCOPED, "runtime_not_found"),
    ),
    reading(
        f"{RUNTIME}/workers",
        WORKERS_LIST,
        "The workers of a runtime, the oldest first",
        "worker_rows",
        workers.workers_of,
        query=requests.WorkersQuery,
        errors=(*SCOPED, *PAGED, "runtime_not_found"),
        slow=True,
    ),
    changing(
        f"{RUNTIME}/workers",
        WORKERS_CREATE,
        "Start a worker on this runtime",
        Answer(201, "It was started.", "worker_row"),
        workers.create,
        requests.CreateWorker,
        errors=(*OF_WORKER, *OF_TICKET, "key_conflict", "profile_not_found", "worker_invalid"),
        more=(Answer(200, "It was started before.", "worker_row"),),
    ),
    reading(
        WORKER,
        WORKERS_READ,
        "A worker, asked now",
        "worker_row",
        workers.worker,
        errors=OF_WORKER,
        slow=True,
    ),
    changing(
        f"{WORKER}/input",
        WORKERS_INPUT,
        "Give a worker something to read",
        Answer(200, "It was given.", "worker_input"),
        workers.give_input,
        InputBody,
        errors=(*OF_WORKER, "worker_stopped", "worker_conflict", "worker_limit"),
    ),
    changing(
        f"{WORKER}/stop",
        WORKERS_STOP,
        "Ask a worker to end, and make it",
        Answer(200, "It has ended.", "worker_row"),
        workers.stop,
        StopBody,
        errors=(*OF_WORKER, "self_termination", "worker_timeout"),
        optional=True,
    ),
    changing(
        f"{WORKER}/cancel",
        WORKERS_STOP,
        "Drop a worker that is queued, or stop one whose result counts for nothing",
        Answer(200, "It has ended.", "worker_row"),
        workers.cancel,
        CancelBody,
        errors=(*OF_WORKER, "self_termination", "worker_timeout"),
        optional=True,
    ),
    changing(
        f"{WORKER}/pin",
        WORKERS_STOP,
        "Keep a worker from being cleaned up, or let it go",
        Answer(200, "It is.", "worker_row"),
        workers.pin,
        requests.Pin,
        errors=OF_WORKER,
    ),
    Route(
        "GET",
        f"{WORKER}/transcript",
        WORKERS_READ,
        "What a worker wrote, by offsets of bytes",
        (
            Answer(200, "A stretch of it.", "worker_output"),
            Answer(200, "With `raw`: the bytes.", None, "application/octet-stream"),
        ),
        run=workers.transcript,
        query=TranscriptQuery,
        errors=(*OF_WORKER, "limit"),
        slow=True,
    ),
    reading(
        f"{WORKER}/events",
        WORKERS_READ,
        "What happened to a worker",
        "worker_events",
        workers.events,
        query=EventsQuery,
        errors=(*OF_WORKER, *PAGED),
        slow=True,
    ),
)
