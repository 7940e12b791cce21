"""The head of the panel: workspace, branch, orchestrator, counts by state, and what is wrong."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from yoi_cli.tui.cells import BOLD, DIM, GOOD, LINK, WAITING, WRONG, state_style, strip

if TYPE_CHECKING:
    from yoi_cli.api.overview import Overview
    from yoi_cli.tui.cells import Piece

_ORCHESTRATOR = {"live": GOOD, "idle": LINK, "absent": DIM}
_PLAIN = Style.null()


class Header(Widget, can_focus=False):
    """Two lines, and a third where something is wrong."""

    def __init__(self, workspace: str) -> None:
        super().__init__(id="header")
        self._workspace = os.path.basename(workspace) or workspace
        self._overview: Overview | None = None
        #: What goes on now, such as `refreshing`.
        self._doing = "attaching…"
        self._problem = ""
        self._filter = ""

    def show(self, overview: Overview) -> None:
        """Show another state of the workspace."""
        self._overview, self._problem = overview, ""
        self.tell("")

    def tell(self, doing: str) -> None:
        """Say what goes on."""
        self._doing = doing
        self._fit()

    def fail(self, why: str) -> None:
        """Say why what is shown is from before."""
        self._problem = why
        self.tell("")

    def filtered(self, words: str) -> None:
        """Say by which words the list is filtered."""
        self._filter = words
        self.refresh()

    def render_line(self, y: int) -> Strip:
        lines = (self._first, self._second, self._third)
        return (
            strip(lines[y](), self.size.width) if y < len(lines) else Strip.blank(self.size.width)
        )

    def _first(self) -> list[Piece]:
        pieces: list[Piece] = [("yoi ", DIM), (self._workspace, BOLD)]
        if self._overview is not None:
            found = self._overview
            if found.branch:
                pieces += [("  ", _PLAIN), (found.branch, LINK)]
            style = _ORCHESTRATOR.get(found.orchestrator, _PLAIN)
            pieces += [("  orchestrator ", DIM), (found.orchestrator, style)]
        if self._doing:
            pieces.append((f"  {self._doing}", WAITING))
        return pieces

    def _second(self) -> list[Piece]:
        if self._overview is None:
            return []
        pieces: list[Piece] = []
        counts = self._overview.tickets.counts
        # Where there is little room, those that somebody has to look at come first.
        for state, number in counts.items():
            if number or state != "closed":
                pieces += [(f"{state} ", state_style(state)), (f"{number}  ", BOLD)]
        waiting = sum(row.needs_person for row in self._overview.tickets.rows)
        if waiting:
            pieces.insert(0, (f"{waiting} for you  ", WAITING + BOLD))
        if self._filter:
            pieces.insert(0, (f"filter {self._filter}  ", WAITING))
        return pieces

    def _third(self) -> list[Piece]:
        if self._problem:
            return [(self._problem, WRONG)]
        found = () if self._overview is None else self._overview.diagnostics
        if not found:
            return []
        more = f"(+{len(found) - 1}) " if len(found) > 1 else ""
        return [(more, BOLD), (found[0], WAITING)]

    def _fit(self) -> None:
        self.styles.height = 3 if self._third() else 2
        self.refresh()
