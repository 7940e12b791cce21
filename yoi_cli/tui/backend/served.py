"""A workspace that a server shows, by the routes of `yoi serve`."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING
from urllib.parse import quote

from yoi_cli.api.diff import LONGEST_PATCH
from yoi_cli.api.documents.board import (
    MoveMadeDocument,
    ServedTicketDocument,
    ServedWorkspaceDocument,
)
from yoi_cli.api.documents.diff import DiffDocument
from yoi_cli.api.documents.doctor import DoctorDocument
from yoi_cli.api.documents.inbox import InboxDocument
from yoi_cli.api.documents.moves import MovesDocument
from yoi_cli.api.documents.outcomes import CreatedDocument
from yoi_cli.api.documents.overview import (
    OverviewDocument,
    RunStartedDocument,
    WaitsDocument,
    overview_of,
)
from yoi_cli.api.documents.registry import WorkerRowDocument
from yoi_cli.api.documents.workers import (
    InputGivenDocument,
    WorkerOutputDocument,
    output_of,
    worker_view,
)
from yoi_cli.api.moves import Outcome
from yoi_cli.api.workers import agent_transcript
from yoi_cli.errors import YoiError
from yoi_cli.model.states import CLOSED
from yoi_cli.tui.backend.port import Difference, ShownTicket, title_and_description

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.api.documents.board import TicketRowDocument
    from yoi_cli.api.moves import Request
    from yoi_cli.api.overview import Overview
    from yoi_cli.api.served import ServedWorkspace
    from yoi_cli.api.served.changes import ServedChanges
    from yoi_cli.api.workers import AgentTranscript, Output, WorkerView

#: The runtime of the clone that is served.
_CLONE = "runtimes/local/workers"
_TOPICS = ("tickets", "workers")


class ServedBackend:
    """The workspace that `served` is; its server decides who it is that writes."""

    def __init__(self, served: ServedWorkspace) -> None:
        self._served = served
        self._changes: ServedChanges | None = None
        self.workspace = served.get("workspace", ServedWorkspaceDocument, "workspace").name

    def watcher(self) -> ServedChanges:
        if self._changes is not None:
            self._changes.close()
        self._changes = self._served.changes(_TOPICS)
        return self._changes

    def overview(self, *, closed_too: bool) -> Callable[[], Overview]:
        return _Followed(self._served, closed_too=closed_too).read

    def moves(self, ticket: str) -> MovesDocument:
        return self._served.get("moves", MovesDocument, f"{_ticket(ticket)}/moves")

    def act(self, ticket: str, action: str, request: Request) -> Outcome:
        given = {"text": request.text, "seen": request.seen, "commit": request.commit}
        body = {**given, "worker": request.worker, "action": action}
        done = self._served.post("move_made", MoveMadeDocument, f"{_ticket(ticket)}/moves", body)
        return Outcome(done.said, done.warnings)

    def create(self, text: str) -> str:
        title, description = title_and_description(text)
        body = {"title": title, "description": description}
        return self._served.post("created", CreatedDocument, "tickets", body).ticket

    def show(self, ticket: str, newest: int | None) -> ShownTicket:
        query = {} if newest is None else {"events": newest}
        found = self._served.get("served_ticket", ServedTicketDocument, _ticket(ticket), query)
        return ShownTicket(
            found.ticket, found.errors, {one.ticket: one for one in found.neighbours}
        )

    def doctor(self, ticket: str) -> list[str]:
        found = self._served.get("doctor", DoctorDocument, "doctor", {"ticket": ticket})
        return [
            f"{one.path}{'' if one.line is None else f':{one.line}'} {one.message} [{one.code}]"
            for one in found.diagnostics
        ]

    def waits(self, ticket: str) -> WaitsDocument:
        return self._served.get("waits", WaitsDocument, f"{_ticket(ticket)}/waits")

    def difference(self, ticket: str) -> Difference:
        found = self._served.get("diff", DiffDocument, f"{_ticket(ticket)}/diff")
        patch = self._served.raw(f"{_ticket(ticket)}/patch", {"limit": LONGEST_PATCH + 1})
        return Difference(found, patch[:LONGEST_PATCH], len(patch) > LONGEST_PATCH)

    def commit_of(self, ticket: str) -> str | None:
        try:
            return self._served.get("diff", DiffDocument, f"{_ticket(ticket)}/diff").head
        except YoiError:
            return None

    def inbox(self) -> InboxDocument:
        return self._served.get("inbox", InboxDocument, "inbox")

    def worker(self, worker: str) -> WorkerView:
        return worker_view(
            self._served.get("worker_row", WorkerRowDocument, _worker(worker)).worker
        )

    def reader(self, worker: WorkerView) -> AgentTranscript | None:
        return agent_transcript(worker.agent)

    def output(self, worker: str, since: int) -> Output:
        path = f"{_worker(worker)}/transcript"
        found = self._served.get("worker_output", WorkerOutputDocument, path, {"start": since})
        return output_of(found)

    def send(self, worker: str, text: str) -> None:
        body = {"data": f"{text}\n"}
        self._served.post("worker_input", InputGivenDocument, f"{_worker(worker)}/input", body)

    def stop(self, worker: str) -> str:
        done = self._served.post("worker_row", WorkerRowDocument, f"{_worker(worker)}/stop")
        return worker_view(done.worker).ending

    def orchestrate(self) -> str:
        return self._served.post("run_started", RunStartedDocument, "runs").said

    def keep_draft(self, text: str) -> str:
        descriptor, path = tempfile.mkstemp(prefix="yoi-draft-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        return path

    def close(self) -> None:
        if self._changes is not None:
            self._changes.close()
        self._served.close()


class _Followed:
    """The overview of a served workspace, of which only what changed is asked for. For one
    thread."""

    def __init__(self, served: ServedWorkspace, *, closed_too: bool) -> None:
        self._served, self._closed_too = served, closed_too
        self._revision = ""
        self._rows: dict[str, TicketRowDocument] = {}
        self._workers: dict[str, WorkerView] = {}

    def read(self) -> Overview:
        query: Mapping[str, str | int] = {
            "since": self._revision,
            "closed": "true" if self._closed_too else "false",
        }
        found = self._served.get("overview", OverviewDocument, "overview", query)
        if found.whole:
            self._rows, self._workers = {}, {}
        self._rows |= {row.id: row for row in found.rows}
        self._workers |= {one.worker_id: worker_view(one) for one in found.workers}
        hidden = () if self._closed_too else [r.id for r in found.rows if r.state == CLOSED]
        for ticket in (*found.gone, *hidden):
            self._rows.pop(ticket, None)
        for worker in found.gone_workers:
            self._workers.pop(worker, None)
        self._revision = found.revision
        workers = sorted(self._workers.values(), key=lambda one: one.worker_id)
        return overview_of(found, self._rows.values(), workers)


def _ticket(ticket: str) -> str:
    return f"tickets/{quote(ticket, safe='')}"


def _worker(worker: str) -> str:
    return f"{_CLONE}/{quote(worker, safe='')}"
