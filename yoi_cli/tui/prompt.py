"""Asking for a text, or whether something is really meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.containers import Vertical
from textual.screen import ModalScreen

from yoi_cli.tui.keyed import KeyedText
from yoi_cli.tui.keys import PROMPT, bindings
from yoi_cli.tui.screens import Title
from yoi_cli.tui.text_view import TextView, prose

if TYPE_CHECKING:
    from textual.app import ComposeResult


class PromptScreen(ModalScreen[str | None]):
    """Asks a question. What was typed is the answer, "" where nothing is to be said; None where
    the person went back, and then `left` is what stood there."""

    BINDINGS: ClassVar = bindings(PROMPT)

    def __init__(self, question: str, *, needs_text: bool = False, text: str = "") -> None:
        super().__init__()
        self._title, self._needs_text = Title("Enter does it, Esc goes back"), needs_text
        self._question = question
        self._about = TextView()
        self._area = KeyedText(PROMPT, text)
        #: What was typed when the person went back.
        self.left = text

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield self._about
            if self._needs_text:
                yield self._area
            yield self._title

    def on_mount(self) -> None:
        self._about.show(prose(self._question))
        self._about.styles.height = min(4, 1 + len(self._question) // max(20, self.size.width - 8))
        if self._needs_text:
            self._area.focus()
            self._area.move_cursor(self._area.document.end)

    def action_submit(self) -> None:
        if self._needs_text and not self._area.text.strip():
            self._title.tell("something has to be said")
            return
        self.dismiss(self._area.text if self._needs_text else "")

    def action_newline(self) -> None:
        if self._needs_text:
            self._area.insert("\n")

    def action_close(self) -> None:
        self.left = self._area.text
        self.dismiss(None)
