"""What the panel asks for and does: by the api, of this clone's store.

Every call opens a session of its own, so that settings which were changed are seen. None is made
by the thread that draws.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.api.session import Session, Start, open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.api.diff import Changes, TicketDiff
    from yoi_cli.api.inbox import Inbox
    from yoi_cli.api.moves import Outcome, Request, TicketMoves
    from yoi_cli.api.overview import Overview
    from yoi_cli.api.queries import Neighbour, Readable
    from yoi_cli.api.routing import Decision
    from yoi_cli.api.watch import Watcher
    from yoi_cli.api.workers import AgentTranscript, Output, WorkerView

#: As much of a patch is shown.
LONGEST_PATCH = 2 << 20


class Waits(NamedTuple):
    """What routing says of a ticket, and for it and all behind it what each waits for."""

    decision: Decision
    tree: Mapping[str, list[tuple[str, str]]]


class Difference(NamedTuple):
    """What a ticket's branch changes; of a patch that is too long only the beginning."""

    found: TicketDiff
    changes: Changes
    patch: bytes
    is_cut: bool


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
        """What reads the overview as it is now, for one thread."""
        from yoi_cli.api.overview import LiveOverview

        live = LiveOverview(closed_too=closed_too)
        return lambda: live.read(self.session())

    def moves(self, ticket: str) -> TicketMoves:
        from yoi_cli.api.moves import moves

        return moves(self.session(), ticket)

    def act(self, ticket: str, action: str, request: Request) -> Outcome:
        from yoi_cli.api.moves import act

        return act(self.session(), ticket, action, request)

    def create(self, text: str) -> str:
        """Make a ticket: the first line is its title, the rest its description. Its id."""
        from yoi_cli.api.tickets import create

        title, _, rest = text.strip().partition("\n")
        description = rest.strip("\n") or None
        return create(self.session(), title.strip(), description=description).ticket

    def show(self, ticket: str) -> tuple[Readable, Mapping[str, Neighbour]]:
        from yoi_cli.api.queries import neighbours, show

        session = self.session()
        found = show(session, ticket)
        return found, neighbours(session, found.view)

    def doctor(self, ticket: str) -> list[str]:
        """What doctor finds of a ticket, in lines."""
        from yoi_cli.api.doctor import examine_ticket

        found = examine_ticket(self.session(), ticket).diagnostics
        return [f"{one.place} {one.message} [{one.code}]" for one in found]

    def waits(self, ticket: str) -> Waits:
        from yoi_cli.api.routing import route

        routed = route(self.session(), [ticket])
        if routed.unroutable:
            raise routed.unroutable[0].error
        tree = routed.tree(ticket)
        return Waits(routed.decisions[0], {one: list(others) for one, others in tree.items()})

    def difference(self, ticket: str) -> Difference:
        from yoi_cli.api import diff

        session = self.session()
        found = diff.find(session, ticket)
        patch = diff.patch(session, found)
        is_cut = len(patch) > LONGEST_PATCH
        return Difference(found, diff.changes(session, found), patch[:LONGEST_PATCH], is_cut)

    def commit_of(self, ticket: str) -> str | None:
        """The commit that a review would be about now; None where there is no branch."""
        from yoi_cli.api import diff
        from yoi_cli.errors import YoiError

        try:
            return diff.find(self.session(), ticket).head
        except YoiError:
            return None

    def inbox(self) -> Inbox:
        from yoi_cli.api.inbox import inbox

        return inbox(self.session())

    def worker(self, worker: str) -> WorkerView:
        from yoi_cli.api.workers import show

        return show(self.session(), worker)

    def reader(self, worker: str) -> AgentTranscript | None:
        """What makes text of what a coding agent printed; None of any other worker."""
        from yoi_cli.api.workers import transcript

        return transcript(self.session(), worker)

    def output(self, worker: str, since: int) -> Output:
        from yoi_cli.api.workers import output

        return output(self.session(), worker, since=since)[1]

    def send(self, worker: str, text: str) -> None:
        from yoi_cli.api.workers import give_input

        give_input(self.session(), worker, f"{text}\n".encode("utf-8", "replace"))

    def stop(self, worker: str) -> str:
        """Stop a worker; how it ended."""
        from yoi_cli.api.workers import stop

        return stop(self.session(), worker).worker.ending

    def orchestrate(self) -> str:
        """Start a run that stays; the file that it tells its steps to."""
        from yoi_cli.api.orchestration import start_run

        return start_run(self.session(), (), ["--watch"]).output

    def keep_draft(self, text: str) -> str:
        """Keep what was typed and not said; the path of the file."""
        folder = os.path.join(self.session().own_folder(make=True), "panel")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        path = os.path.join(folder, "draft.txt")
        with open(path, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        return path
