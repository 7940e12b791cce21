"""The JSON types of a runtime that is reached over HTTP (docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import from_value
from yoi_cli.api.documents.observation import LifecycleEventDocument, lifecycle_event_document
from yoi_cli.api.documents.workers import WorkerDocument, worker_document
from yoi_cli.model.workers.bundles import ProfileBundle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.api.runtimes import Readiness, RuntimeFacts
    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.observation import LifecycleEvent


class PageDocument(Struct, frozen=True, kw_only=True):
    """Which part of a list a page is. `next_cursor` asks for what follows; null at the end."""

    limit: int
    returned: int
    has_more: bool
    next_cursor: str | None


class RuntimeDiagnosticDocument(Struct, frozen=True, kw_only=True):
    """Something that a list could not say: `severity` is info, warning or error. `worker_id` is
    the worker that it is about, or null."""

    code: str
    severity: str
    message: str
    worker_id: str | None


class WorkerPageDocument(Struct, frozen=True, kw_only=True):
    """A page of workers, the oldest first. A worker that cannot be read is a diagnostic."""

    items: tuple[WorkerDocument, ...]
    page: PageDocument
    diagnostics: tuple[RuntimeDiagnosticDocument, ...]


class WorkerCountsDocument(Struct, frozen=True, kw_only=True):
    """How many workers there are in each state, and how many cannot be read."""

    queued: int
    running: int
    exited: int
    killed: int
    lost: int
    unreadable: int


class RuntimeLimitsDocument(Struct, frozen=True, kw_only=True):
    """The most that a request may ask for: bytes of a body, items of a page, bytes of output,
    and seconds to wait."""

    body: int
    page: int
    output: int
    wait: int


class RuntimeDocument(Struct, frozen=True, kw_only=True):
    """A runtime. `state` is starting, running or draining; `name` is a label and no address.
    `capabilities` are what it can do, `workspaces` the ids of those that it works for."""

    runtime_id: str
    name: str
    version: str
    api_versions: tuple[str, ...]
    state: str
    workers: WorkerCountsDocument
    capabilities: tuple[str, ...]
    limits: RuntimeLimitsDocument
    workspaces: tuple[str, ...]


class ReadinessDocument(Struct, frozen=True, kw_only=True):
    """Whether the workers that were there when the runtime started are looked after again, and
    what was done for how many. `problems` says what went wrong; it serves all the same."""

    runtime_id: str
    ready: bool
    recovered: int
    adopted: int
    ended: int
    lost: int
    unreadable: int
    problems: tuple[RuntimeDiagnosticDocument, ...]


class WorkerEventPageDocument(Struct, frozen=True, kw_only=True):
    """A page of a worker's events, the oldest first."""

    worker_id: str
    items: tuple[LifecycleEventDocument, ...]
    page: PageDocument
    diagnostics: tuple[RuntimeDiagnosticDocument, ...]


class WorkerDeliveryDocument(Struct, frozen=True, kw_only=True):
    """What a worker with a base left in its worktree: the `branch` that is checked out, or null;
    its `commit`, which is at the ref of the base where that names this branch; the first of the
    paths that are not committed, below the top of the commit, and how many there are."""

    worker_id: str
    branch: str | None
    commit: str
    uncommitted: tuple[str, ...]
    uncommitted_count: int


class WorkerReleasedDocument(Struct, frozen=True, kw_only=True):
    """The worktree and the branch of a worker are gone; `rescued` are the refs by which what was
    not delivered is kept."""

    worker_id: str
    rescued: tuple[str, ...]


class BundleDocument(Struct, frozen=True, kw_only=True):
    """A bundle of profiles, with its digest."""

    digest: str
    bundle: ProfileBundle


class BundleStateDocument(Struct, frozen=True, kw_only=True):
    """Whether a bundle can be used: `availability` is available, missing, or mismatch where only
    other digests of its id are kept. `revision` is null where it is not available."""

    id: str
    digest: str
    revision: int | None
    availability: str


class ServerDocument(Struct, frozen=True, kw_only=True):
    """A server that listens: its address, and the file in which the same user's commands find it
    with its token."""

    kind: str
    runtime_id: str
    address: str
    file: str


_RECOVERY_FAILED = RuntimeDiagnosticDocument(
    code="recovery_failed",
    severity="error",
    message="The workers that were there could not be looked after.",
    worker_id=None,
)


class RuntimeTokenDocument(Struct, frozen=True, kw_only=True):
    """A credential of the `kind` owner, viewer or worker for the server at `address`; it is good
    until `expires_at`, or as long as the server runs."""

    token: str
    kind: str
    address: str
    expires_at: str | None


def unreadable_diagnostics(
    errors: Iterable[StoreInvalidError],
) -> tuple[RuntimeDiagnosticDocument, ...]:
    """What is said of workers that cannot be read: never what their files say."""
    return tuple(
        RuntimeDiagnosticDocument(
            code=error.code,
            severity="error",
            message="What is kept of the worker cannot be read.",
            worker_id=_worker_of(error),
        )
        for error in errors
    )


def _worker_of(error: StoreInvalidError) -> str | None:
    named = error.details.get("worker_id")
    return named if isinstance(named, str) else None


def event_documents(events: Iterable[LifecycleEvent]) -> tuple[LifecycleEventDocument, ...]:
    return tuple(map(lifecycle_event_document, events))


def worker_documents(views: Iterable[WorkerView]) -> tuple[WorkerDocument, ...]:
    return tuple(worker_document(view) for view in views)


def runtime_document(facts: RuntimeFacts, limits: RuntimeLimitsDocument) -> RuntimeDocument:
    return from_value(
        RuntimeDocument,
        facts,
        workers=from_value(WorkerCountsDocument, facts.counts),
        limits=limits,
    )


def readiness_document(runtime_id: str, found: Readiness) -> ReadinessDocument:
    return from_value(
        ReadinessDocument,
        found,
        runtime_id=runtime_id,
        problems=(
            *unreadable_diagnostics(found.unreadable_workers),
            *((_RECOVERY_FAILED,) if found.failed else ()),
        ),
    )
