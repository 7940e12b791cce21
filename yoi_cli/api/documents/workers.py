"""The JSON types of workers (docs/workers.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from yoi_cli.api.documents.common import from_value
from yoi_cli.model.time import seconds_of, stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.workers.agents.base import AgentReport
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import Output, Recovery


class AgentReportDocument(Struct, frozen=True, kw_only=True):
    """What a coding agent told of itself: the id of its session, tokens, what they cost in US
    dollars (null where it tells none), its last message and its error."""

    session: str
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None
    last_message: str
    error: str


class WorkerDocument(Struct, frozen=True, kw_only=True):
    """A worker. `state` is queued, running, exited, killed or lost, and `evidence` says why
    it is known to be; `cause` is what ended it, where that was not itself. `agent` is the coding
    agent that it is, or empty; `report` is what that tells, where `worker show` was asked.
    `confine` is off, protect or strict, `landlock` the version of Landlock by which the kernel
    does that, 0 for none; `changes` are paths of the clone that changed while it ran.
    `has_terminal` says that it has a terminal of its own, to which `worker attach` goes.
    `key` is the word by which it is known again, and `accepts_input` says whether it can be given
    input now. `next_action` says what comes next, where the command started or ended it."""

    runtime_id: str
    worker_id: str
    state: Literal["queued", "running", "exited", "killed", "lost"]
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
    report: AgentReportDocument | None
    confine: str
    landlock: int
    changes: tuple[str, ...]
    has_terminal: bool
    key: str | None
    accepts_input: bool
    next_action: str | None


class WorkersDocument(Struct, frozen=True, kw_only=True):
    """The workers that are kept, the newest last. Where the runtime that they are of cannot be
    asked, `unreachable_since` says since when, and they are as they were seen last; else it is
    null."""

    workers: tuple[WorkerDocument, ...]
    unreachable_since: str | None


class WorkerOutputDocument(Struct, frozen=True, kw_only=True):
    """A stretch of a worker's output, from the byte `start` to `cursor`, in base64.

    `resync` says that what was asked for is no longer kept, `at_end` that nothing follows.
    """

    worker_id: str
    start: int
    cursor: int
    resync: bool
    at_end: bool
    data: str


class InputGivenDocument(Struct, frozen=True, kw_only=True):
    """Input that a worker was given; `closed` says that nothing can follow it."""

    worker_id: str
    bytes: int
    closed: bool


class RecoveredDocument(Struct, frozen=True, kw_only=True):
    """A worker that had not ended, and what was done for it: adopted, ended, lost or none."""

    worker: WorkerDocument
    action: str
    message: str


class RecoveryDocument(Struct, frozen=True, kw_only=True):
    """What became of every worker that had not ended."""

    recovered: tuple[RecoveredDocument, ...]


class PrunedWorkersDocument(Struct, frozen=True, kw_only=True):
    """The workers that were forgotten."""

    pruned: tuple[str, ...]


def worker_document(
    view: WorkerView, told: AgentReport | None = None, next_action: str | None = None
) -> WorkerDocument:
    return from_value(
        WorkerDocument,
        view,
        created_at=stamp(view.created_at),
        started_at=None if view.started_at is None else stamp(view.started_at),
        ended_at=None if view.ended_at is None else stamp(view.ended_at),
        report=None if told is None else from_value(AgentReportDocument, told),
        next_action=next_action,
    )


def worker_view(said: WorkerDocument) -> WorkerView:
    """The worker that a document was made from, without what its agent tells."""
    from yoi_cli.workers.model import WorkerView

    facts = {name: getattr(said, name) for name in WorkerView._fields}
    times = {name: _milliseconds(facts[name]) for name in ("started_at", "ended_at")}
    return WorkerView(**{**facts, **times, "created_at": _milliseconds(said.created_at) or 0})


def _milliseconds(text: str | None) -> int | None:
    seconds = None if text is None else seconds_of(text)
    return None if seconds is None else seconds * 1000


def told_worker_document(said: WorkerDocument, runtime_id: str) -> WorkerDocument:
    """What another runtime said of a worker, as it is told on: only what is known to be meant for
    everybody (`workers.told`), and under the `runtime_id` that it has here."""
    from yoi_cli.workers.told import told_facts

    facts = {**told_facts(said), "runtime_id": runtime_id, "report": None, "next_action": None}
    return from_value(WorkerDocument, said, **facts)


def workers_document(views: Iterable[WorkerView], away_since: int | None = None) -> WorkersDocument:
    return WorkersDocument(
        workers=tuple(worker_document(view) for view in views),
        unreachable_since=None if away_since is None else stamp(away_since),
    )


def output_document(worker_id: str, part: Output) -> WorkerOutputDocument:
    from base64 import b64encode

    data = b64encode(part.data).decode("ascii")
    return from_value(WorkerOutputDocument, part, worker_id=worker_id, data=data)


def output_of(said: WorkerOutputDocument) -> Output:
    """The stretch that a document was made from. Raises ValueError for what is no base64."""
    from base64 import b64decode

    from yoi_cli.workers.runtime import Output

    data = b64decode(said.data, validate=True)
    return Output(data, said.start, said.cursor, said.resync, said.at_end)


def recovery_document(found: Sequence[Recovery]) -> RecoveryDocument:
    return RecoveryDocument(
        recovered=tuple(
            from_value(RecoveredDocument, one, worker=worker_document(one.worker)) for one in found
        )
    )
