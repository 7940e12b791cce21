"""The list of the panel: only the lines that are on the screen are ever drawn."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from yoi_cli.tui.lines import line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.events import Click, Resize

    from yoi_cli.tui.rows import Row


class TicketList(ScrollView, can_focus=False):
    """Rows of one or two lines, of which one may be selected, by its key."""

    class Selected(Message):
        """Another row is selected, or none."""

    def __init__(self) -> None:
        super().__init__(id="list")
        self._rows: Sequence[Row] = ()
        #: The first line of each row, and the line behind the last.
        self._starts: list[int] = [0]
        self._places: dict[str, int] = {}
        self._selected = ""

    @property
    def selected(self) -> Row | None:
        """The row that is selected."""
        place = self._places.get(self._selected)
        return None if place is None else self._rows[place]

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows. What was selected stays so where it is still there, and stays where it
        was on the screen; nothing is selected by it."""
        before, top = self._line_of(self._selected), self.scroll_offset.y
        self._rows = rows
        self._starts = [0, *accumulate(row.height for row in rows)]
        self._places = {row.key: place for place, row in enumerate(rows) if row.key}
        if self._selected not in self._places:
            self._selected = ""
        self._measure()
        after = self._line_of(self._selected)
        if before is not None and after is not None and top <= before < top + self.size.height:
            self._show_from(after - before + top)
        elif top > self._starts[-1] - self.size.height:
            self._show_from(self._starts[-1] - self.size.height)
        self.refresh()

    def select(self, key: str) -> None:
        """Select the row of that key; "" selects none."""
        if key not in self._places:
            key = ""
        self._selected = key
        place = self._places.get(key)
        if place is not None:
            first, behind, top = self._starts[place], self._starts[place + 1], self.scroll_offset.y
            if first < top:
                self._show_from(first)
            elif behind > top + self.size.height:
                self._show_from(behind - self.size.height)
        self.refresh()
        self.post_message(self.Selected())

    def move(self, step: int) -> None:
        """Select the row that is so many rows further down; without a selection the first that is
        on the screen."""
        place = self._places.get(self._selected)
        if place is None:
            self._select_near(self._row_at(self.scroll_offset.y), 1)
            return
        wanted = min(max(place + step, 0), len(self._rows) - 1)
        self._select_near(wanted, 1 if step > 0 else -1)

    def page(self, step: int) -> None:
        """Select a row that is a page further down."""
        place = self._places.get(self._selected)
        if place is None:
            self.move(step)
            return
        line_there = self._starts[place] + step * max(1, self.size.height - 2)
        self._select_near(self._row_at(line_there), 1 if step > 0 else -1)

    def edge(self, step: int) -> None:
        """Select the first row, or the last."""
        self._select_near(0 if step < 0 else len(self._rows) - 1, -step)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        wanted = y + self.scroll_offset.y
        if wanted >= self._starts[-1]:
            return Strip.blank(width)
        place = bisect_right(self._starts, wanted) - 1
        row = self._rows[place]
        is_selected = bool(row.key) and row.key == self._selected
        return line(row, wanted - self._starts[place], width, is_selected=is_selected)

    def on_resize(self, _event: Resize) -> None:
        self._measure()
        self.select(self._selected)

    def on_click(self, event: Click) -> None:
        """A click selects, and does nothing else."""
        wanted = event.y + self.scroll_offset.y
        if 0 <= wanted < self._starts[-1]:
            self.select(self._rows[self._row_at(wanted)].key)

    def _measure(self) -> None:
        self.virtual_size = Size(self.size.width, self._starts[-1])

    def _select_near(self, place: int, step: int) -> None:
        """Select a row, or the next that can be selected in a direction, else in the other."""
        for direction in (step, -step):
            found = place
            while 0 <= found < len(self._rows):
                if self._rows[found].is_selectable:
                    self.select(self._rows[found].key)
                    return
                found += direction

    def _row_at(self, wanted: int) -> int:
        return bisect_right(self._starts, min(max(wanted, 0), max(0, self._starts[-1] - 1))) - 1

    def _line_of(self, key: str) -> int | None:
        place = self._places.get(key)
        return None if place is None else self._starts[place]

    def _show_from(self, top: int) -> None:
        self.scroll_to(y=max(0, top), animate=False, force=True, immediate=True)
