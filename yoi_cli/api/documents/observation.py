"""The frames in which a worker is observed over a WebSocket (docs/runtime.md, "Observation").

Every frame has `v`, the version of the frames, and `kind`. What comes through a backend has the
`runtime_id` that the backend knows its runtime by; what a runtime says itself has its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value
from yoi_cli.api.documents.workers import WorkerDocument
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from yoi_cli.workers.observation import LifecycleEvent

VERSION = 1


class Frame(Struct, frozen=True, kw_only=True, tag_field="kind", tag=True):
    """What every frame has, besides its `kind`."""

    v: int
    runtime_id: str
    worker_id: str


class LifecycleEventDocument(Struct, frozen=True, kw_only=True):
    """Something that happened to a worker, the `number`th.

    `event` is queued, started, adopted, input_closed, output_cut, ending, leftovers,
    leftovers_stay, ended, or unreadable where its record is damaged. `cause` is what ends it,
    `why` why it has no exit; `grace_ms` how long it has, `processes` how many are left, `start`
    from which byte on output is kept.
    """

    number: int
    at: str
    event: str
    cause: str
    why: str
    grace_ms: int | None
    processes: int | None
    start: int | None


class SnapshotFrame(Frame, frozen=True, kw_only=True, tag="snapshot"):
    """The first frame: the worker, the oldest byte that is kept, how many were written, and the
    cursor from which on frames follow."""

    worker: WorkerDocument
    oldest: int
    size: int
    cursor: str


class OutputFrame(Frame, frozen=True, kw_only=True, tag="output"):
    """At most 64 KiB of output from the byte `start` on, in base64, cut anywhere; `cursor` is
    where to go on behind it."""

    start: int
    cursor: str
    data: str


class EventFrame(Frame, frozen=True, kw_only=True, tag="event"):
    """A lifecycle event, and where to go on behind it."""

    cursor: str
    event: LifecycleEventDocument


class StateFrame(Frame, frozen=True, kw_only=True, tag="state"):
    """The worker, of which something changed besides the size of its output."""

    worker: WorkerDocument


class ResyncFrame(Frame, frozen=True, kw_only=True, tag="resync"):
    """The byte `start` that was asked for is gone (`reason` is `expired`); output goes on at the
    byte `to`."""

    start: int = field(name="from")
    to: int
    reason: str
    cursor: str


class HeartbeatFrame(Frame, frozen=True, kw_only=True, tag="heartbeat"):
    """Nothing happened for a while; `cursor` is where it would go on."""

    cursor: str


class DiagnosticFrame(Frame, frozen=True, kw_only=True, tag="diagnostic"):
    """What is wrong, before the connection is closed for it."""

    code: str
    message: str


class EndFrame(Frame, frozen=True, kw_only=True, tag="end"):
    """The worker as it ended, behind its last byte and its last event."""

    worker: WorkerDocument
    cursor: str


AnyFrame: TypeAlias = (
    SnapshotFrame
    | OutputFrame
    | EventFrame
    | StateFrame
    | ResyncFrame
    | HeartbeatFrame
    | DiagnosticFrame
    | EndFrame
)


def told_event_document(said: LifecycleEventDocument) -> LifecycleEventDocument:
    """What another runtime said to have happened to a worker, as it is told on."""
    from yoi_cli.workers.told import told_event_facts

    return from_value(LifecycleEventDocument, said, **told_event_facts(said))


def lifecycle_event_document(event: LifecycleEvent) -> LifecycleEventDocument:
    return from_value(LifecycleEventDocument, event, at=stamp(event.at))
