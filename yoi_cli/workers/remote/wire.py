"""Documents of a runtime's server, as far as a client goes by them, and the values they mean.

A younger runtime says more than these know, which is not minded; what they know has to be there.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.time import seconds_of
from yoi_cli.model.workers.bundles import ProfileBundle
from yoi_cli.model.workers.cleanup import Cleaned, CleanupPlan, Target
from yoi_cli.model.workers.order import Digest
from yoi_cli.workers.model import STATES, WorkerView
from yoi_cli.workers.observation import LifecycleEvent
from yoi_cli.workers.runtime import (
    BundleState,
    Delivery,
    Output,
    Recovery,
    RuntimeFacts,
    WorkerCounts,
)
from yoi_cli.workers.told import told, told_event, told_recovery

_Document = TypeVar("_Document", bound=Struct)
#: A code, or another word that is shown as it is.
_Word = Annotated[str, Meta(pattern=r"^[a-z_]{1,60}\Z")]


class WireError(Struct, frozen=True):
    """An error; what it says in words is not repeated."""

    code: str
    details: Mapping[str, object] = {}


class WireFailure(Struct, frozen=True):
    error: WireError


class WireWorker(Struct, frozen=True):
    runtime_id: str
    worker_id: str
    state: str
    evidence: str
    ticket: str | None
    role: str | None
    profile: str | None
    exit_code: int | None
    signal: int | None
    cause: str
    created_at: str
    started_at: str | None
    ended_at: str | None
    output_size: int
    agent: str
    confine: str
    landlock: int
    changes: tuple[str, ...]
    has_terminal: bool
    key: str | None
    accepts_input: bool

    def view(self) -> WorkerView:
        """Raises ValueError for what no worker is."""
        if self.state not in STATES:
            raise ValueError(self.state)
        values = msgspec.structs.asdict(self)
        times = {name: _milliseconds(values[name]) for name in ("started_at", "ended_at")}
        created = _milliseconds(self.created_at) or 0
        return told(WorkerView(**{**values, **times, "created_at": created}))


class WirePage(Struct, frozen=True):
    has_more: bool
    next_cursor: str | None


class WireDiagnostic(Struct, frozen=True):
    code: str
    worker_id: str | None = None


class WireWorkers(Struct, frozen=True):
    items: tuple[WireWorker, ...]
    page: WirePage
    diagnostics: tuple[WireDiagnostic, ...] = ()

    def unreadable(self) -> tuple[StoreInvalidError, ...]:
        return tuple(
            StoreInvalidError(
                "worker_store_corrupt",
                f"What is kept of the worker {one.worker_id} cannot be read.",
                hint="The other workers are not affected.",
                details={"worker_id": one.worker_id},
            )
            for one in self.diagnostics
            if one.code == "worker_store_corrupt"
        )


class WireOutput(Struct, frozen=True):
    start: int
    cursor: int
    resync: bool
    at_end: bool
    data: str

    def output(self) -> Output:
        """Raises ValueError where the data and the offsets disagree."""
        data = b64decode(self.data, validate=True)
        if self.start < 0 or self.cursor - self.start != len(data):
            raise ValueError("the offsets are not those of the data")
        return Output(data, self.start, self.cursor, self.resync, self.at_end)


class WireEvent(Struct, frozen=True):
    number: int
    at: str
    event: str
    cause: str
    why: str
    grace_ms: int | None
    processes: int | None
    start: int | None


class WireEvents(Struct, frozen=True):
    items: tuple[WireEvent, ...]
    page: WirePage

    def events(self) -> list[LifecycleEvent]:
        return [
            told_event(
                LifecycleEvent(**{**msgspec.structs.asdict(one), "at": _milliseconds(one.at) or 0})
            )
            for one in self.items
        ]


class WireRecovered(Struct, frozen=True):
    worker: WireWorker
    action: str
    message: str

    def recovery(self) -> Recovery:
        return told_recovery(self.worker.view(), self.action)


class WireRecovery(Struct, frozen=True):
    recovered: tuple[WireRecovered, ...]


class WirePruned(Struct, frozen=True):
    pruned: tuple[str, ...]


class WireInput(Struct, frozen=True):
    worker_id: str
    bytes: int
    closed: bool


class WireBundle(Struct, frozen=True):
    digest: str
    bundle: ProfileBundle


class WireBundleState(Struct, frozen=True):
    id: str
    digest: str
    revision: int | None
    availability: str

    def state(self) -> BundleState:
        return BundleState(self.id, self.digest, self.revision, self.availability)


class WireDelivery(Struct, frozen=True):
    worker_id: str
    branch: str | None
    commit: str
    uncommitted: tuple[str, ...]
    uncommitted_count: int

    def delivery(self) -> Delivery:
        """Raises ValueError for what is no commit."""
        if not re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", self.commit):
            raise ValueError(self.commit)
        return Delivery(**msgspec.structs.asdict(self))


class WireReleased(Struct, frozen=True):
    worker_id: str
    rescued: tuple[str, ...]


class WireTarget(Struct, frozen=True):
    id: str
    kind: Literal["worktree", "worker"]
    ticket: str | None
    worker_id: str | None
    refused: _Word | None
    dirty: bool
    uncommitted: int
    ordered: bool

    def target(self) -> Target:
        return Target(
            self.id,
            self.kind,
            self.ticket,
            self.worker_id,
            self.refused or "",
            self.dirty,
            self.uncommitted,
            self.ordered,
        )


class WireCleanupPlan(Struct, frozen=True):
    runtime_id: str
    digest: Digest
    targets: tuple[WireTarget, ...]

    def plan(self) -> CleanupPlan:
        return CleanupPlan(
            self.runtime_id, self.digest, tuple(one.target() for one in self.targets)
        )


class WireCleaned(Struct, frozen=True):
    id: str
    removed: bool
    rescued: tuple[Annotated[str, Meta(pattern=r"^refs/yoi/rescue/")], ...]
    code: _Word | None

    def cleaned(self) -> Cleaned:
        return Cleaned(self.id, self.rescued, "" if self.removed else self.code or "runtime_failed")


class WireCleanup(Struct, frozen=True):
    targets: tuple[WireCleaned, ...]


class WireCounts(Struct, frozen=True):
    queued: int
    running: int
    exited: int
    killed: int
    lost: int
    unreadable: int


class WireRuntime(Struct, frozen=True):
    runtime_id: str
    name: str
    version: str
    api_versions: tuple[str, ...]
    state: str
    workers: WireCounts
    capabilities: tuple[str, ...]
    workspaces: tuple[str, ...]

    def facts(self) -> RuntimeFacts:
        return RuntimeFacts(
            self.runtime_id,
            self.name,
            self.version,
            self.api_versions,
            self.state,
            WorkerCounts(**msgspec.structs.asdict(self.workers)),
            self.capabilities,
            self.workspaces,
        )


class _Envelope(Struct, frozen=True):
    schema: str
    kind: str
    data: msgspec.Raw


def read_document(data: bytes, kind: str, of: type[_Document]) -> _Document:
    """The document of `kind`. Raises ValueError (as `msgspec` does) for anything else."""
    envelope = msgspec.json.decode(data, type=_Envelope)
    if envelope.schema != "yoi/1" or envelope.kind != kind:
        raise ValueError("another document")
    return msgspec.json.decode(envelope.data, type=of)


def read_error(data: bytes) -> WireError:
    """What an answer that is an error says; without a code where it says nothing."""
    try:
        return msgspec.json.decode(data, type=WireFailure).error
    except (ValueError, RecursionError):
        return WireError("")


def _milliseconds(text: str | None) -> int | None:
    if text is None:
        return None
    seconds = seconds_of(text)
    if seconds is None:
        raise ValueError(text)
    return seconds * 1000
