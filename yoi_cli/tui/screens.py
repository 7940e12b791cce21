"""Pages over the list: text that is read in the background, and can be read again."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen
from textual.widget import Widget

from yoi_cli.tui.background import Work, sentence_of
from yoi_cli.tui.cells import BOLD, DIM, WRONG, strip
from yoi_cli.tui.keys import PAGE, bindings
from yoi_cli.tui.text_view import TextView, prose, said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.strip import Strip

    from yoi_cli.errors import YoiError
    from yoi_cli.tui.text_view import Line


class Title(Widget, can_focus=False):
    """The first line of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(classes="title")
        self._text, self._doing = text, ""

    def tell(self, doing: str) -> None:
        self._doing = doing
        self.refresh()

    def render_line(self, y: int) -> Strip:
        pieces = [(self._text, BOLD), (f"  {self._doing}" if self._doing else "", DIM)]
        return strip(pieces if y == 0 else [], self.size.width)


class PageScreen(Screen[None]):
    """A page of text; `load` makes its lines, and is called again by F5. `about` is the ticket
    whose moves F4 shows."""

    BINDINGS: ClassVar = bindings(PAGE)

    def __init__(
        self,
        title: str,
        load: Callable[[int], Sequence[Line]],
        *,
        about: str = "",
        at_end: bool = False,
    ) -> None:
        super().__init__()
        self._title, self._text = Title(title), TextView()
        self._load, self._about, self._at_end = load, about, at_end
        self._times = 0

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._text

    def on_mount(self) -> None:
        self.action_reload()

    def action_reload(self) -> None:
        self._title.tell("reading…")
        times = self._times
        self._times += 1
        Work(self.app, lambda: self._load(times), self._show, self._fail)

    def _show(self, lines: Sequence[Line]) -> None:
        if self.is_attached:
            self._title.tell("")
            self._text.show(lines, at_end=self._at_end)

    def _fail(self, error: YoiError | OSError) -> None:
        if self.is_attached:
            self._title.tell("")
            self._text.show([said("This cannot be shown.", WRONG), *prose(sentence_of(error))])

    def tell(self, what: str) -> None:
        """Say what came of something that was done from here."""
        self._title.tell(what)

    def action_scroll(self, step: int) -> None:
        self._text.by(step)

    def action_scroll_page(self, step: int) -> None:
        self._text.by(step * max(1, self._text.size.height - 1))

    def action_scroll_edge(self, step: int) -> None:
        self._text.go(0) if step < 0 else self._text.to_end()

    async def action_moves(self) -> None:
        if self._about:
            await self.run_action(f"app.show_moves('{self._about}')")

    def action_close(self) -> None:
        self.dismiss()
