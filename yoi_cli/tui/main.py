"""The first screen: the list, and the composer below it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from yoi_cli.tui import enter
from yoi_cli.tui.composer import Composer, Prompt
from yoi_cli.tui.header import Header
from yoi_cli.tui.keys import LIST, bindings
from yoi_cli.tui.list_view import TicketList
from yoi_cli.tui.rows import rows_of

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.widgets import TextArea

    from yoi_cli.api.overview import Overview, OverviewRow
    from yoi_cli.tui.actions import Actions
    from yoi_cli.tui.backend.port import Backend
    from yoi_cli.tui.rows import Row


class MainScreen(Screen[None]):
    """What is seen first. Letters go to the composer, keys that are bound to the list."""

    BINDINGS: ClassVar = bindings(LIST)

    def __init__(self, backend: Backend, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self.header = Header(backend.workspace)
        self.list = TicketList()
        self.prompt = Prompt()
        self.composer = Composer()
        self._overview: Overview | None = None
        self._filter = ""

    def compose(self) -> ComposeResult:
        yield self.header
        yield self.list
        yield self.prompt
        yield self.composer

    def on_mount(self) -> None:
        self.composer.focus()
        self._aim()

    @property
    def overview(self) -> Overview | None:
        return self._overview

    @property
    def ticket(self) -> OverviewRow | None:
        """The ticket that is selected."""
        row = self.list.selected
        return None if row is None else row.ticket

    def show(self, overview: Overview) -> None:
        """Show the workspace as it is now; what was typed and selected stays."""
        self._overview = overview
        self.header.show(overview)
        self._fill()

    def tell(self, notice: str, *, is_wrong: bool = False) -> None:
        self.prompt.tell(notice, is_wrong=is_wrong)

    def on_text_area_changed(self, _event: TextArea.Changed) -> None:
        self.composer.fit()
        if self.composer.filter != self._filter:
            self._filter = self.composer.filter
            self.header.filtered(self._filter)
            self._fill()
        self._aim()

    def on_ticket_list_selected(self) -> None:
        self._aim()

    def _fill(self) -> None:
        if self._overview is not None:
            self.list.show_rows(rows_of(self._overview, self._filter))
            self._aim()

    def _aim(self) -> None:
        self.prompt.aim(self.composer.target, self._step().label)

    def _step(self) -> enter.Step:
        return enter.step_of(self.composer.target, self.composer.message, self.list.selected)

    def action_move(self, step: int) -> None:
        self.list.move(step)

    def action_page(self, step: int) -> None:
        self.list.page(step)

    def action_edge(self, step: int) -> None:
        self.list.edge(step)

    def action_newline(self) -> None:
        self.composer.newline()

    def action_target(self, step: int) -> None:
        self.composer.turn(step)
        self._aim()

    def action_back(self) -> None:
        if self._filter:
            self.composer.clear_filter()
            self._filter = ""
            self.header.filtered("")
            self._fill()
        elif self.list.selected is not None:
            self.list.select("")
        else:
            self.action_quit_now()

    def action_quit_now(self) -> None:
        self._actions.leave(self.composer.message)

    def action_enter(self) -> None:
        step, row, text = self._step(), self.list.selected, self.composer.message
        if step.kind == enter.CREATE:
            self._actions.create(text)
        elif step.kind == enter.FIRST:
            self.list.edge(-1)
            self.composer.aim(enter.PLANNING)
            self._aim()
        elif row is None or step.kind == enter.NOTHING:
            self.tell(step.label, is_wrong=True)
        else:
            self._enter_on(step, row, text)

    def _enter_on(self, step: enter.Step, row: Row, text: str) -> None:
        if step.kind == enter.TRANSCRIPT and row.worker is not None:
            self._actions.transcript(row.worker.worker_id)
        elif row.ticket is None:
            return
        elif step.kind == enter.DETAIL:
            self._actions.show_ticket(row.ticket.ticket)
        elif step.kind == enter.PROMPT:
            self._actions.clarify(row.ticket)
        else:
            self._actions.move(row.ticket, step.action, text)

    def action_help(self) -> None:
        self._actions.show_keys()

    def action_detail(self) -> None:
        row = self.list.selected
        if row is not None and row.broken is not None:
            self._actions.show_ticket(row.broken.ticket)
        elif row is not None and row.worker is not None and row.worker.ticket:
            self._actions.show_ticket(row.worker.ticket)
        elif self._has_ticket() and self.ticket is not None:
            self._actions.show_ticket(self.ticket.ticket)

    def action_transcript(self) -> None:
        row = self.list.selected
        if row is not None and row.worker is not None:
            self._actions.transcript(row.worker.worker_id)
        elif self._has_ticket() and self.ticket is not None:
            worker = self._worker_of(self.ticket)
            if worker:
                self._actions.transcript(worker)
            else:
                self.tell(f"No worker of this clone was at work for {self.ticket.ticket}.")

    def _worker_of(self, row: OverviewRow) -> str:
        """The worker of a ticket that lives, else its newest."""
        if row.workers:
            return row.workers[-1]
        views = () if self._overview is None else self._overview.workers
        mine = [view.worker_id for view in views if view.ticket == row.ticket]
        return mine[-1] if mine else ""

    def action_moves(self) -> None:
        if self._has_ticket() and self.ticket is not None:
            self._actions.show_moves(self.ticket.ticket)

    def action_graph(self) -> None:
        if self._has_ticket() and self.ticket is not None:
            self._actions.show_waits(self.ticket.ticket)

    def action_diff(self) -> None:
        if self._has_ticket() and self.ticket is not None:
            self._actions.show_difference(self.ticket.ticket)

    def _has_ticket(self) -> bool:
        if self.ticket is None:
            self.tell("Select a ticket first.")
        return self.ticket is not None

    def action_refresh(self) -> None:
        self._actions.refresh()

    def action_board(self) -> None:
        self._actions.show_board("" if self.ticket is None else self.ticket.ticket)

    def action_inbox(self) -> None:
        self._actions.show_inbox()

    def action_orchestrate(self) -> None:
        self._actions.orchestrate()
