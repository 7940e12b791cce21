"""The tickets in columns by state."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from yoi_cli.tui.cells import BOLD, DIM, REVERSE, WAITING, WRONG, fit, state_style, strip
from yoi_cli.tui.keys import BOARD, bindings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult
    from textual.events import Click

    from yoi_cli.api.overview import Overview, OverviewRow
    from yoi_cli.tui.cells import Piece

_PLAIN = Style.null()
#: No column is narrower.
_NARROWEST = 18
_HEIGHT = 3


class Columns(Widget, can_focus=False):
    """The columns; what is selected is seen, and around it as much as there is room for."""

    def __init__(self) -> None:
        super().__init__(id="columns")
        self._columns: dict[str, Sequence[OverviewRow]] = {}
        self._tops: dict[str, int] = {}
        self._column, self._ticket = 0, ""

    def show(self, overview: Overview) -> None:
        """Show the tickets as they are now; the same one stays selected."""
        states = [one for one in overview.tickets.counts if one != "closed"]
        if any(row.state == "closed" for row in overview.tickets.rows):
            states.append("closed")
        found: dict[str, list[OverviewRow]] = {state: [] for state in states}
        for row in overview.tickets.rows:
            found.setdefault(row.there or row.state, []).append(row)
        self._columns = dict(found)
        self.select(self._ticket)

    @property
    def selected(self) -> OverviewRow | None:
        rows = self._rows()
        place = self._place(rows)
        return None if place is None else rows[place]

    def select(self, ticket: str) -> None:
        """Select a ticket, in whichever column it is; one that is gone leaves none selected."""
        self._ticket = ""
        for place, rows in enumerate(self._columns.values()):
            if ticket and any(row.ticket == ticket for row in rows):
                self._column, self._ticket = place, ticket
        self.refresh()

    def turn(self, step: int) -> None:
        """Go to another column, to the ticket that stands beside this one."""
        if not self._columns:
            return
        at = self._place(self._rows()) or 0
        self._column = min(max(self._column + step, 0), len(self._columns) - 1)
        rows = self._rows()
        self._ticket = rows[min(at, len(rows) - 1)].ticket if rows else ""
        self.refresh()

    def move(self, step: int) -> None:
        rows = self._rows()
        if rows:
            place = self._place(rows)
            wanted = 0 if place is None else place + step
            self._ticket = rows[min(max(wanted, 0), len(rows) - 1)].ticket
        self.refresh()

    def on_click(self, event: Click) -> None:
        width, first, names = self._layout()
        column = first + min(event.x // max(1, width), len(names) - 1)
        name = list(self._columns)[column] if self._columns else ""
        place = self._tops.get(name, 0) + (event.y - 1) // _HEIGHT
        rows = self._columns.get(name, ())
        if event.y > 0 and place < len(rows):
            self._column, self._ticket = column, rows[place].ticket
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, _, names = self._layout()
        if not names:
            return Strip.blank(self.size.width)
        cells = [self._cell(name, y, width - 1) for name in names]
        gap = Strip.blank(1)
        joined = Strip.join([part for cell in cells for part in (cell, gap)])
        return joined.crop_extend(0, self.size.width, None)

    def _layout(self) -> tuple[int, int, list[str]]:
        """The width of a column, the first that is shown, and the states of those."""
        names = list(self._columns)
        fitting = max(1, min(len(names), self.size.width // _NARROWEST))
        first = min(max(0, self._column - fitting + 1), max(0, len(names) - fitting))
        first = min(first, self._column)
        return self.size.width // fitting if names else 0, first, names[first : first + fitting]

    def _cell(self, name: str, y: int, width: int) -> Strip:
        rows = self._columns[name]
        if y == 0:
            is_here = name == list(self._columns)[self._column]
            style = state_style(name) + BOLD + (Style(underline=True) if is_here else _PLAIN)
            return strip([(f"{name} ", style), (str(len(rows)), BOLD)], width)
        top = self._top(name, rows)
        place, part = divmod(y - 1, _HEIGHT)
        place += top
        if place >= len(rows):
            return Strip.blank(width)
        row = rows[place]
        over = REVERSE if row.ticket == self._ticket and part < _HEIGHT - 1 else _PLAIN
        return strip(_card(row, part, width), width, over)

    def _top(self, name: str, rows: Sequence[OverviewRow]) -> int:
        """The first ticket of a column that is shown."""
        room = max(1, (self.size.height - 1) // _HEIGHT)
        top = self._tops.get(name, 0)
        place = self._place(rows)
        if place is not None:
            top = min(max(top, place - room + 1), place)
        self._tops[name] = max(0, min(top, len(rows) - 1))
        return self._tops[name]

    def _rows(self) -> Sequence[OverviewRow]:
        names = list(self._columns)
        return self._columns[names[self._column]] if names else ()

    def _place(self, rows: Sequence[OverviewRow]) -> int | None:
        return next((n for n, row in enumerate(rows) if row.ticket == self._ticket), None)


def _card(row: OverviewRow, part: int, width: int) -> list[Piece]:
    if part == 0:
        priority = [(f"{row.priority} ", WRONG if row.priority == "P0" else DIM)]
        return [*(priority if row.priority else []), (row.title or "(no title)", _PLAIN)]
    if part > 1:
        return []
    said: list[Piece] = [(f"…{row.ticket[-6:]}", DIM)]
    if row.needs_person:
        said.append((" for you", WAITING))
    elif row.workers:
        said.append((" at work", DIM))
    elif row.gate:
        words = {"open": " gate open", "waits": " waits", "broken": " broken"}
        said.append((words[row.gate], {"broken": WRONG, "waits": WAITING}.get(row.gate, _PLAIN)))
    if row.claim and width > 30:
        said.append((f" {fit(row.claim, 12)}", DIM))
    return said


class BoardScreen(Screen[str]):
    """The board; it ends with the ticket that is selected on it."""

    BINDINGS: ClassVar = bindings(BOARD)

    def __init__(self, overview: Overview | None, ticket: str) -> None:
        super().__init__()
        self._columns = Columns()
        self._overview, self._first = overview, ticket

    def compose(self) -> ComposeResult:
        yield self._columns

    def on_mount(self) -> None:
        if self._overview is not None:
            self.show(self._overview)
            self._columns.select(self._first)

    def show(self, overview: Overview) -> None:
        """Show the tickets as they are now."""
        self._columns.show(overview)

    def action_column(self, step: int) -> None:
        self._columns.turn(step)

    def action_move(self, step: int) -> None:
        self._columns.move(step)

    async def action_detail(self) -> None:
        row = self._columns.selected
        if row is not None:
            await self.run_action(f"app.show_ticket('{row.ticket}')")

    async def action_moves(self) -> None:
        row = self._columns.selected
        if row is not None:
            await self.run_action(f"app.show_moves('{row.ticket}')")

    async def action_refresh(self) -> None:
        await self.run_action("app.refresh_all")

    def action_close(self) -> None:
        row = self._columns.selected
        self.dismiss(row.ticket if row is not None else "")
