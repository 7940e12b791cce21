"""What of a runtime may be removed, and the registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.workers.cleanup import CleanupOrder
from yoi_cli.server.backend import requests, runtimes
from yoi_cli.server.backend.routes.rows import RUNTIME, SCOPED, WORKSPACE, changing, reading
from yoi_cli.server.http.permissions import CLEANUP, RUNTIMES_READ, RUNTIMES_WRITE
from yoi_cli.server.http.routes import Answer, Route

if TYPE_CHECKING:
    from yoi_cli.server.backend.routes.rows import Routes

ROUTES: Routes = (
    reading(
        f"{RUNTIME}/cleanup-plan",
        CLEANUP,
        "What of a runtime may be removed, and why the rest may not",
        "cleanup_plan",
        runtimes.cleanup_plan,
        errors=(*SCOPED, "runtime_not_found", "runtime_unsupported"),
        slow=True,
    ),
    changing(
        f"{RUNTIME}/cleanup-executions",
        CLEANUP,
        "Remove targets of a plan, while what is there is still what it says",
        Answer(200, "What became of each.", "cleanup"),
        runtimes.clean_up,
        CleanupOrder,
        errors=(
            *(*SCOPED, "runtime_not_found", "runtime_unsupported"),
            *("cleanup_stale", "cleanup_refused"),
        ),
    ),
    reading(
        f"{WORKSPACE}/settings/runtimes",
        RUNTIMES_READ,
        "The registry of runtimes",
        "runtimes",
        runtimes.list_,
    ),
    changing(
        f"{WORKSPACE}/settings/runtimes",
        RUNTIMES_WRITE,
        "Add a runtime on another machine",
        Answer(201, "It is used from now on.", "runtime_row"),
        runtimes.add,
        requests.AddRuntime,
        errors=(
            *(*SCOPED, "runtime_exists", "runtime_id_invalid", "runtime_url_invalid"),
            *("runtime_kind_unknown", "token_reference_invalid", "registry_changed"),
        ),
    ),
    Route(
        "DELETE",
        f"{WORKSPACE}/settings/runtimes/{{runtime_id}}",
        RUNTIMES_WRITE,
        "Take a runtime out of the registry",
        (Answer(200, "It is gone.", "runtime_removed"),),
        run=runtimes.remove,
        errors=(
            *(*SCOPED, "runtime_not_found", "runtime_embedded", "runtime_busy"),
            "registry_changed",
        ),
        slow=True,
    ),
    changing(
        f"{WORKSPACE}/settings/runtimes/{{runtime_id}}/test",
        RUNTIMES_WRITE,
        "Negotiate with a runtime; the result is not kept",
        Answer(200, "What it can do.", "runtime_test"),
        runtimes.test,
        None,
        errors=(*SCOPED, "runtime_not_found"),
    ),
)
