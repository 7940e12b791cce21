"""This clone's store, by the api.

Every call opens a session of its own, so that settings which were changed are seen. None is made
by the thread that draws.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.api.session import Session, Start, open_session
from yoi_cli.tui.backend.port import Difference, ShownTicket, title_and_description

if TYPE_CHECKING:
    from collections.abc import Callable

    from yoi_cli.api.documents.inbox import InboxDocument
    from yoi_cli.api.documents.moves import MovesDocument
    from yoi_cli.api.documents.overview import WaitsDocument
    from yoi_cli.api.moves import Outcome, Request
    from yoi_cli.api.overview import Overview
    from yoi_cli.api.watch import Watcher
    from yoi_cli.api.workers import AgentTranscript, Output, WorkerView


class LocalBackend:
    """The store, the claims and the workers of the clone that `start` names."""

    def __init__(self, start: Start) -> None:
        self._start = start
        #: Raises here, before the screen is taken, what `open_session` raises.
        self.workspace = self.session().workspace

    def session(self) -> Session:
        """The workspace as it is now."""
        return open_session(self._start)

    def watcher(self) -> Watcher:
        from yoi_cli.api.watch import watch

        return watch(self.session())

    def overview(self, *, closed_too: bool) -> Callable[[], Overview]:
        from yoi_cli.api.overview import LiveOverview

        live = LiveOverview(closed_too=closed_too)
        return lambda: live.read(self.session())

    def moves(self, ticket: str) -> MovesDocument:
        from yoi_cli.api.documents.moves import moves_document
        from yoi_cli.api.moves import moves

        return moves_document(moves(self.session(), ticket))

    def act(self, ticket: str, action: str, request: Request) -> Outcome:
        from yoi_cli.api.moves import act

        return act(self.session(), ticket, action, request)

    def create(self, text: str) -> str:
        from yoi_cli.api.tickets import create

        title, description = title_and_description(text)
        return create(self.session(), title, description=description).ticket

    def show(self, ticket: str, newest: int | None) -> ShownTicket:
        from yoi_cli.api.documents.board import neighbour_documents
        from yoi_cli.api.documents.ticket import shown_document
        from yoi_cli.api.queries import neighbours, show
        from yoi_cli.model.event_views import EventWindow

        session = self.session()
        found = show(session, ticket, EventWindow(newest))
        return ShownTicket(
            shown_document(found.view),
            tuple(error.code for error in found.errors.values()),
            {one.ticket: one for one in neighbour_documents(neighbours(session, found.view))},
        )

    def doctor(self, ticket: str) -> list[str]:
        from yoi_cli.api.doctor import examine_ticket

        found = examine_ticket(self.session(), ticket).diagnostics
        return [f"{one.place} {one.message} [{one.code}]" for one in found]

    def waits(self, ticket: str) -> WaitsDocument:
        from yoi_cli.api.documents.overview import waits_document
        from yoi_cli.api.routing import route

        routed = route(self.session(), [ticket])
        if routed.unroutable:
            raise routed.unroutable[0].error
        return waits_document(routed, ticket)

    def difference(self, ticket: str) -> Difference:
        from yoi_cli.api import diff
        from yoi_cli.api.documents.diff import diff_document

        session = self.session()
        found = diff.find(session, ticket)
        patch, most = diff.patch(session, found), diff.LONGEST_PATCH
        document = diff_document(found, diff.changes(session, found))
        return Difference(document, patch[:most], len(patch) > most)

    def commit_of(self, ticket: str) -> str | None:
        from yoi_cli.api import diff
        from yoi_cli.errors import YoiError

        try:
            return diff.find(self.session(), ticket).head
        except YoiError:
            return None

    def inbox(self) -> InboxDocument:
        from yoi_cli.api.documents.inbox import inbox_document
        from yoi_cli.api.inbox import inbox

        return inbox_document(inbox(self.session()))

    def worker(self, worker: str) -> WorkerView:
        from yoi_cli.api.workers import show

        return show(self.session(), worker)

    def reader(self, worker: WorkerView) -> AgentTranscript | None:
        from yoi_cli.api.workers import agent_transcript

        return agent_transcript(worker.agent)

    def output(self, worker: str, since: int) -> Output:
        from yoi_cli.api.workers import output

        return output(self.session(), worker, since=since)[1]

    def send(self, worker: str, text: str) -> None:
        from yoi_cli.api.workers import give_input

        give_input(self.session(), worker, f"{text}\n".encode("utf-8", "replace"))

    def stop(self, worker: str) -> str:
        from yoi_cli.api.workers import stop

        return stop(self.session(), worker).worker.ending

    def orchestrate(self) -> str:
        from yoi_cli.api.orchestration import start_run

        output = start_run(self.session(), (), ["--watch"]).output
        return f"yoi orchestrate --watch was started; it tells its steps to {output}"

    def keep_draft(self, text: str) -> str:
        folder = os.path.join(self.session().own_folder(make=True), "panel")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, "draft.txt")
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        return path

    def close(self) -> None:
        return
