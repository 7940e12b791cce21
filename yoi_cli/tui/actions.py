"""What a person does in the panel: each thing is done behind the screen, on what they saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from yoi_cli.api.moves import Request
from yoi_cli.errors import YoiError
from yoi_cli.tui import pages
from yoi_cli.tui.background import Work, sentence_of
from yoi_cli.tui.board import BoardScreen
from yoi_cli.tui.moves import MovesScreen
from yoi_cli.tui.prompt import PromptScreen
from yoi_cli.tui.screens import PageScreen
from yoi_cli.tui.transcript import TranscriptScreen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import App

    from yoi_cli.api.moves import Outcome
    from yoi_cli.api.overview import Overview, OverviewRow
    from yoi_cli.api.workers import WorkerView
    from yoi_cli.tui.backend.port import Backend
    from yoi_cli.tui.composer import Composer
    from yoi_cli.tui.feed import Feed
    from yoi_cli.tui.header import Header
    from yoi_cli.tui.list_view import TicketList
    from yoi_cli.tui.moves import Choice
    from yoi_cli.tui.text_view import Line

_T = TypeVar("_T")
#: Errors that say that the ticket is not any more what the person saw.
_STALE = frozenset({"state_unexpected", "move_illegal", "blocked", "claimed", "nothing_asked"})
_DOING = {
    "queue": "queueing",
    "close": "closing",
    "intake": "marking ready",
    "return_to_planning": "returning",
    "stop": "stopping",
}
#: Said before these are done; the others do nothing that cannot be undone.
_CONFIRMED = frozenset({"stop", "close"})


class Face(Protocol):
    """What actions need of the first screen."""

    header: Header
    list: TicketList
    composer: Composer

    @property
    def overview(self) -> Overview | None: ...

    def tell(self, notice: str, *, is_wrong: bool = False) -> None: ...


class Actions:
    """Does things for the screens of an app, one at a time, and says there what came of them."""

    main: Face

    def __init__(self, app: App[str], backend: Backend, feed: Feed) -> None:
        self._app, self._backend, self._feed = app, backend, feed
        self._doing = ""
        #: What was typed for a move and not sent, by ticket and move.
        self._left: dict[tuple[str, str], str] = {}

    def create(self, text: str) -> None:
        """A new ticket of what was typed."""

        def done(ticket: str) -> None:
            self.main.composer.done_with(text)
            self._tell(f"{ticket} was made.")

        self._do("making a ticket", lambda: self._backend.create(text), done)

    def move(self, row: OverviewRow, action: str, text: str) -> None:
        """A move of the ticket that is selected, with what was typed."""
        self._act(row.ticket, action, Request(text, row.state), text)

    def clarify(self, row: OverviewRow) -> None:
        """Ask what was settled, and mark the ticket ready."""
        self._ask(row.ticket, "intake", "What was settled", Request(seen=row.state))

    def chosen(self, choice: Choice | None) -> None:
        """A move that was chosen among all of a ticket."""
        if choice is None:
            return
        move = choice.move
        request = Request(seen=choice.seen, commit=choice.commit, worker=move.worker)
        if move.needs_text or move.action in _CONFIRMED:
            self._ask(choice.ticket, move.action, move.label, request, needs_text=move.needs_text)
        else:
            self._act(choice.ticket, move.action, request)

    def _ask(
        self, ticket: str, action: str, label: str, request: Request, *, needs_text: bool = True
    ) -> None:
        key = (ticket, action)
        about = f" at {request.commit[:12]}" if request.commit else ""
        typed = self._left.get(key) or (self.main.composer.message if needs_text else "")
        screen = PromptScreen(f"{label}: {ticket}{about}", needs_text=needs_text, text=typed)

        def answered(text: str | None) -> None:
            if text is None:
                self._left[key] = screen.left
                return
            self._left[key] = text
            self._act(ticket, action, request._replace(text=text), text)

        self._app.push_screen(screen, answered)

    def _act(self, ticket: str, action: str, request: Request, text: str = "") -> None:
        def done(outcome: Outcome) -> None:
            self._left.pop((ticket, action), None)
            if text:
                self.main.composer.done_with(text)
            self._tell(" ".join([outcome.said, *outcome.warnings]), is_wrong=False)

        doing = f"{_DOING.get(action, action.replace('_', ' '))} {ticket}"
        self._do(doing, lambda: self._backend.act(ticket, action, request), done)

    def _do(self, doing: str, call: Callable[[], _T], done: Callable[[_T], None]) -> None:
        if self._doing:
            self._tell(f"Wait: {self._doing}…", is_wrong=True)
            return
        self._doing = doing
        self._tell(f"{doing}…")

        def finished(result: _T) -> None:
            self._doing = ""
            done(result)
            self._feed.ask()

        def failed(error: YoiError | OSError) -> None:
            self._doing = ""
            is_stale = isinstance(error, YoiError) and error.code in _STALE
            self._tell(f"{'stale: ' if is_stale else ''}{sentence_of(error)}", is_wrong=True)
            self._feed.ask()

        Work(self._app, call, finished, failed)

    def _tell(self, notice: str, *, is_wrong: bool = False) -> None:
        """Say it on the first screen, and on the page that is over it."""
        self.main.tell(notice, is_wrong=is_wrong)
        page = self._app.screen
        if isinstance(page, PageScreen):
            page.tell(notice)

    def refresh(self) -> None:
        self.main.header.tell("refreshing…")
        self._feed.ask(anew=True)

    def leave(self, draft: str) -> None:
        """Close the panel, whatever is under way."""
        self._feed.end()
        self._app.exit(draft)

    def orchestrate(self) -> None:
        """Start a run that stays, where none is there."""
        found = self.main.overview
        if found is not None and found.orchestrator != "absent":
            self._tell(f"An orchestrator is {found.orchestrator} already.")
            return

        self._do("starting an orchestrator", self._backend.orchestrate, self._tell)

    def show_keys(self) -> None:
        self._app.push_screen(PageScreen("Keys", lambda _: pages.keys_page()))

    def show_ticket(self, ticket: str) -> None:
        def load(times: int) -> Sequence[Line]:
            return self._ticket(ticket, every=times > 0)

        self._app.push_screen(PageScreen(ticket, load, about=ticket))

    def _ticket(self, ticket: str, *, every: bool) -> Sequence[Line]:
        backend = self._backend
        moves = backend.moves(ticket)
        found = backend.show(ticket, None if every else pages.NEWEST_EVENTS)
        broken = not moves.moves or bool(found.errors)
        findings = backend.doctor(ticket) if broken else []
        overview = self.main.overview
        views = () if overview is None else overview.workers
        mine = [view for view in views if view.ticket == found.ticket.id]
        row = self._row(found.ticket.id)
        claim = "" if row is None or not row.claim else row.claim
        return pages.ticket_page(
            found,
            moves,
            findings,
            workers=mine[-3:],
            claim=claim,
            words=self._words(mine[-1]) if mine else "",
        )

    def _row(self, ticket: str) -> OverviewRow | None:
        overview = self.main.overview
        rows = () if overview is None else overview.tickets.rows
        return next((row for row in rows if row.ticket == ticket), None)

    def _words(self, worker: WorkerView) -> str:
        """The end of what a worker said."""
        try:
            part = self._backend.output(worker.worker_id, -(1 << 14))
            reader = self._backend.reader(worker)
        except YoiError:  # it was forgotten by now
            return ""
        data = part.data.partition(b"\n")[2] if part.start else part.data
        text = data.decode("utf-8", "replace")
        if reader is not None:
            text = reader.feed(data) + reader.rest()
        return "\n".join(text.rstrip().split("\n")[-8:])

    def show_waits(self, ticket: str) -> None:
        def load(_: int) -> Sequence[Line]:
            return pages.waits_page(self._backend.waits(ticket))

        self._app.push_screen(PageScreen(f"{ticket}: what it waits for", load, about=ticket))

    def show_difference(self, ticket: str) -> None:
        def load(_: int) -> Sequence[Line]:
            return pages.difference_page(self._backend.difference(ticket))

        self._app.push_screen(PageScreen(f"{ticket}: what its branch changes", load, about=ticket))

    def show_inbox(self) -> None:
        def load(_: int) -> Sequence[Line]:
            return pages.inbox_page(self._backend.inbox())

        self._app.push_screen(PageScreen("What waits for a person", load))

    def show_board(self, ticket: str) -> None:
        def closed(selected: str | None) -> None:
            self.main.list.select(f"ticket:{selected}" if selected else "")

        self._app.push_screen(BoardScreen(self.main.overview, ticket), closed)

    def show_moves(self, ticket: str) -> None:
        self._app.push_screen(MovesScreen(self._backend, ticket), self.chosen)

    def transcript(self, worker: str) -> None:
        self._app.push_screen(TranscriptScreen(self._backend, worker))
