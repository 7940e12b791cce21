"""Where text is typed, with what it is for named above it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from yoi_cli.tui.cells import BOLD, DIM, LINK, WAITING, WRONG, cut, strip, wrapped
from yoi_cli.tui.enter import FILTER, PLANNING, TARGETS
from yoi_cli.tui.keyed import KeyedText
from yoi_cli.tui.keys import LIST

if TYPE_CHECKING:
    from textual.strip import Strip

    from yoi_cli.tui.cells import Piece

_MOST_LINES = 5
_MOST_NOTICE = 3


class Composer(KeyedText):
    """A text of a few lines, and another for the filter: each is kept while the other is shown."""

    def __init__(self) -> None:
        super().__init__(LIST, name="composer", hint="F1 shows the keys")
        self.target = PLANNING
        self._kept = {"text": "", "filter": ""}

    @property
    def message(self) -> str:
        """What is typed for a ticket."""
        return self._kept["text"] if self.target == FILTER else self.text

    @property
    def filter(self) -> str:
        """By which words the list is filtered."""
        return self.text if self.target == FILTER else self._kept["filter"]

    def turn(self, step: int) -> None:
        """Go on to another target."""
        self.aim(TARGETS[(TARGETS.index(self.target) + step) % len(TARGETS)])

    def aim(self, target: str) -> None:
        """Say what the text is for."""
        before = "filter" if self.target == FILTER else "text"
        after = "filter" if target == FILTER else "text"
        self._kept[before] = self.text
        self.target = target
        if before != after:
            self.put(self._kept[after])

    def clear_filter(self) -> None:
        self._kept["filter"] = ""
        if self.target == FILTER:
            self.put("")

    def done_with(self, message: str) -> None:
        """Forget what was said, unless more was typed in the meantime."""
        if self._kept["text"] == message:
            self._kept["text"] = ""
        if self.target != FILTER and self.text == message:
            self.put("")

    def newline(self) -> None:
        self.insert("\n")

    def fit(self) -> None:
        """As many lines as the text has, within bounds."""
        lines = self.wrapped_document.height if self.size.width else 1
        most = max(1, min(_MOST_LINES, self.screen.size.height // 4))
        self.styles.height = max(1, min(lines, most))


class Prompt(Widget, can_focus=False):
    """The line above the text: what it is for, and what Enter does; and a line for what came of
    the last thing that was done."""

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._target, self._label = PLANNING, ""
        self._notice, self._is_wrong = "", False
        self._lines: list[str] = []

    def aim(self, target: str, label: str) -> None:
        self._target, self._label = target, label
        self.refresh()

    def tell(self, notice: str, *, is_wrong: bool = False) -> None:
        """Say what came of something; it stands there until something else is said."""
        self._notice, self._is_wrong = notice, is_wrong
        self._fit()

    @property
    def notice(self) -> str:
        return self._notice

    def on_resize(self) -> None:
        self._fit()

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y < len(self._lines):
            mark = "! " if self._is_wrong else "· "
            style = WRONG if self._is_wrong else LINK
            return strip([(mark if y == 0 else "  ", BOLD), (self._lines[y], style)], width)
        pieces: list[Piece] = [("▸ ", WAITING), (self._target, BOLD), (f"  {self._label}", DIM)]
        return strip(pieces, width)

    def _fit(self) -> None:
        """As many lines as the notice takes, within bounds."""
        most = max(1, min(_MOST_NOTICE, self.screen.size.height // 6))
        found = list(wrapped(self._notice, max(8, self.size.width - 2))) if self._notice else []
        self._lines = found[:most]
        if len(found) > most:
            self._lines[-1] = cut(f"{self._lines[-1]} {found[most]}", max(8, self.size.width - 2))
        self.styles.height = 1 + len(self._lines)
        self.refresh()
