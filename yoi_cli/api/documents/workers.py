"""The JSON types of workers (docs/workers.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import Output, Recovery


class WorkerDocument(TypedDict):
    """A worker. `state` is queued, running, exited, killed or lost, and `evidence` says why
    it is known to be; `cause` is what ended it, where that was not itself."""

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


class WorkersDocument(TypedDict):
    """The workers that are kept, the newest last."""

    workers: list[WorkerDocument]


class WorkerOutputDocument(TypedDict):
    """A stretch of a worker's output, from the byte `start` to `cursor`, in base64.

    `resync` says that what was asked for is no longer kept, `at_end` that nothing follows.
    """

    worker_id: str
    start: int
    cursor: int
    resync: bool
    at_end: bool
    data: str


class InputGivenDocument(TypedDict):
    """Input that a worker was given; `closed` says that nothing can follow it."""

    worker_id: str
    bytes: int
    closed: bool


class RecoveredDocument(TypedDict):
    """A worker that had not ended, and what was done for it: adopted, ended, lost or none."""

    worker: WorkerDocument
    action: str
    message: str


class RecoveryDocument(TypedDict):
    """What became of every worker that had not ended."""

    recovered: list[RecoveredDocument]


class PrunedWorkersDocument(TypedDict):
    """The workers that were forgotten."""

    pruned: list[str]


def worker_document(view: WorkerView) -> WorkerDocument:
    return {
        "runtime_id": view.runtime_id,
        "worker_id": view.worker_id,
        "state": view.state,
        "evidence": view.evidence,
        "ticket": view.ticket,
        "role": view.role,
        "profile": view.profile,
        "exit_code": view.exit_code,
        "signal": view.signal,
        "cause": view.cause,
        "created_at": stamp(view.created_at),
        "started_at": None if view.started_at is None else stamp(view.started_at),
        "ended_at": None if view.ended_at is None else stamp(view.ended_at),
        "output_size": view.output_size,
    }


def workers_document(views: Iterable[WorkerView]) -> WorkersDocument:
    return {"workers": [worker_document(view) for view in views]}


def output_document(worker_id: str, part: Output) -> WorkerOutputDocument:
    from base64 import b64encode

    return {
        "worker_id": worker_id,
        "start": part.start,
        "cursor": part.cursor,
        "resync": part.resync,
        "at_end": part.at_end,
        "data": b64encode(part.data).decode("ascii"),
    }


def recovery_document(found: Sequence[Recovery]) -> RecoveryDocument:
    return {
        "recovered": [
            {
                "worker": worker_document(one.worker),
                "action": one.action,
                "message": one.message,
            }
            for one in found
        ]
    }
