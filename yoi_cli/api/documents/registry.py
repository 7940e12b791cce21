"""The JSON types of the registry of runtimes (docs/runtime.md, "Registry")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from yoi_cli.api.documents.common import from_value
from yoi_cli.api.documents.workers import WorkerDocument, worker_document
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.api.negotiation import Negotiation
    from yoi_cli.api.registry import RuntimeEntry
    from yoi_cli.api.worker_rows import RuntimeRow, WorkerRow
    from yoi_cli.model.workers.cleanup import Cleaned, CleanupPlan


class RuntimeRowDocument(Struct, frozen=True, kw_only=True):
    """A runtime of the registry: `kind` is embedded or http, `name` a label. Where it could not
    be asked the last time, `unreachable_since` is since when, and `code` why; else they are null.
    """

    runtime_id: str
    kind: str
    name: str
    unreachable_since: str | None
    code: str | None


class RuntimesDocument(Struct, frozen=True, kw_only=True):
    """The runtimes of a workspace. `problem` is the code that says why the file which names those
    on other machines cannot be read; null where it can."""

    runtimes: tuple[RuntimeRowDocument, ...]
    problem: str | None


class RuntimeEntryDocument(Struct, frozen=True, kw_only=True):
    """What the file says of a runtime on another machine, for whoever may read that file: where it
    is, and where its token is found; of one by Slurm, what sbatch is given, and the folder that all
    its machines see; of one over SSH, the host, and the folder of the clone there."""

    runtime_id: str
    kind: str
    name: str | None
    url: str
    token_env: str | None
    token_file: str | None
    timeout: float
    workspaces: tuple[str, ...]
    remote: str | None
    places: int | None
    folder: str | None
    partition: str | None
    time: str | None
    account: str | None
    arguments: tuple[str, ...]
    python: str | None
    poll_interval: float
    start_wait: float
    host: str | None


class RuntimeRemovedDocument(Struct, frozen=True, kw_only=True):
    """A runtime that is not in the registry any more."""

    runtime_id: str


class CapabilityCheckDocument(Struct, frozen=True, kw_only=True):
    """Whether a runtime can do something; `why` says what is missing, or was not tried, and `hint`
    what helps; they are null where nothing is."""

    name: str
    is_there: bool
    why: str | None
    hint: str | None


class RuntimeTestDocument(Struct, frozen=True, kw_only=True):
    """What a runtime answered when it was tested. It is `compatible` where every one of `checks` is
    good. `code` and `message` say why it could not be asked, and are null where it could."""

    runtime_id: str
    kind: str
    compatible: bool
    version: str
    api_versions: tuple[str, ...]
    state: str
    workspaces: tuple[str, ...]
    checks: tuple[CapabilityCheckDocument, ...]
    code: str | None
    message: str | None


class WorkerRowDocument(Struct, frozen=True, kw_only=True):
    """A worker of any runtime. It is `archived` where its runtime has forgotten it, and
    `unreachable_since` says since when that cannot be asked; without either, `has_console`: what
    it writes can be looked at. `pinned` keeps it from being cleaned up."""

    worker: WorkerDocument
    pinned: bool
    archived: bool
    unreachable_since: str | None
    has_console: bool


class CleanupTargetDocument(Struct, frozen=True, kw_only=True):
    """Something that may be removed: a worktree of a ticket or, where it was `ordered`, of a
    worker; or the record of a worker. `refused` says why it may not (running, pinned, open,
    worktree, or a risk that no rescue helps against), null where it may. Where it is `dirty`,
    removing it has to be confirmed, and what is committed or merged nowhere else is kept under a
    rescue ref."""

    id: str
    kind: str
    ticket: str | None
    worker_id: str | None
    refused: str | None
    dirty: bool
    uncommitted: int
    ordered: bool


class CleanupPlanDocument(Struct, frozen=True, kw_only=True):
    """What may be removed of a runtime. The `digest` names what is there now: it is sent with
    what is to be done of it."""

    runtime_id: str
    digest: str
    targets: tuple[CleanupTargetDocument, ...]


class CleanedDocument(Struct, frozen=True, kw_only=True):
    """A target that was removed, with the refs that keep what it held; or the `code` of what kept
    it, else null."""

    id: str
    removed: bool
    rescued: tuple[str, ...]
    code: str | None


class CleanupDocument(Struct, frozen=True, kw_only=True):
    """What became of each target."""

    runtime_id: str
    targets: tuple[CleanedDocument, ...]


def cleanup_plan_document(found: CleanupPlan) -> CleanupPlanDocument:
    targets = tuple(
        from_value(
            CleanupTargetDocument,
            one,
            refused=one.refused or None,
            dirty=one.is_dirty,
            ordered=one.is_ordered,
        )
        for one in found.targets
    )
    return from_value(CleanupPlanDocument, found, targets=targets)


def cleanup_document(runtime_id: str, done: Iterable[Cleaned]) -> CleanupDocument:
    targets = tuple(
        from_value(CleanedDocument, one, removed=not one.code, code=one.code or None)
        for one in done
    )
    return CleanupDocument(runtime_id=runtime_id, targets=targets)


def runtimes_document(rows: Iterable[RuntimeRow], problem: str | None) -> RuntimesDocument:
    return RuntimesDocument(runtimes=tuple(map(runtime_row_document, rows)), problem=problem)


def runtime_row_document(row: RuntimeRow) -> RuntimeRowDocument:
    return from_value(
        RuntimeRowDocument,
        row,
        unreachable_since=_stamp(row.unreachable_since),
        code=row.code or None,
    )


def runtime_entry_document(runtime_id: str, entry: RuntimeEntry) -> RuntimeEntryDocument:
    return from_value(RuntimeEntryDocument, entry, runtime_id=runtime_id)


def runtime_test_document(found: Negotiation) -> RuntimeTestDocument:
    checks = tuple(
        from_value(CapabilityCheckDocument, one, why=one.why or None, hint=one.hint or None)
        for one in found.checks
    )
    return from_value(
        RuntimeTestDocument,
        found,
        compatible=found.is_compatible,
        checks=checks,
        code=found.code or None,
        message=found.message or None,
    )


def worker_row_document(row: WorkerRow) -> WorkerRowDocument:
    return WorkerRowDocument(
        worker=worker_document(row.worker),
        pinned=row.is_pinned,
        archived=row.is_archived,
        unreachable_since=_stamp(row.unreachable_since),
        has_console=row.has_console,
    )


def _stamp(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else stamp(milliseconds)
