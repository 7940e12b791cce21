"""All that may be done with a ticket, to be chosen from; the rest with why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from textual.screen import Screen

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tui.background import Work, sentence_of
from yoi_cli.tui.cells import BOLD, DIM, LINK, REVERSE, WRONG, fit
from yoi_cli.tui.keys import MOVES, bindings
from yoi_cli.tui.screens import Title
from yoi_cli.tui.text_view import Line, TextView, prose, said

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from yoi_cli.api.documents.moves import MoveDocument, MovesDocument
    from yoi_cli.errors import YoiError
    from yoi_cli.tui.backend.port import Backend

_PLAIN = Style.null()
_LABEL_WIDTH = 20


class Choice(NamedTuple):
    """What was chosen: a move, and of which state the ticket was, and at which commit its branch,
    when it was offered."""

    ticket: str
    move: MoveDocument
    seen: str | None
    commit: str | None


class MovesScreen(Screen[Choice | None]):
    """The moves of one ticket; those that may be made come first."""

    BINDINGS: ClassVar = bindings(MOVES)

    def __init__(self, backend: Backend, ticket: str) -> None:
        super().__init__()
        self._backend, self._ticket = backend, ticket
        self._title, self._text = Title(f"{ticket}: what may be done"), TextView()
        self._found: MovesDocument | None = None
        self._commit: str | None = None
        self._offered: list[MoveDocument] = []
        self._place = 0

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._text

    def on_mount(self) -> None:
        self._title.tell("reading…")
        Work(self.app, self._read, self._show, self._fail)

    def _read(self) -> tuple[MovesDocument, str | None]:
        found = self._backend.moves(self._ticket)
        reviews = any(m.is_enabled for m in found.moves if m.action == "approve")
        return found, self._backend.commit_of(self._ticket) if reviews else None

    def _show(self, read: tuple[MovesDocument, str | None]) -> None:
        self._found, self._commit = read
        self._offered = [move for move in self._found.moves if move.is_enabled]
        first = self._found.primary
        self._offered.sort(key=lambda move: move.action != first)
        if self.is_attached:
            self._title.tell("")
            self._draw()

    def _draw(self) -> None:
        found = self._found
        if found is None:
            return
        lines = [Line(((f"{found.state or 'unknown'}  ", BOLD), (found.title, _PLAIN)))]
        lines += [said(reason, DIM) for reason in found.reasons]
        if found.why:
            lines += prose(found.why, DIM)
        lines.append(said(""))
        top = len(lines)
        for place, move in enumerate(self._offered):
            over = REVERSE if place == self._place else _PLAIN
            command = over or LINK
            label = (fit(f" {move.label}", _LABEL_WIDTH), BOLD + over)
            lines.append(Line((label, (f" {move.command}", command))))
        refused = [move for move in found.moves if not move.is_enabled]
        lines += [said(""), said("Not now", DIM)] if refused else []
        for move in refused:
            label = (fit(f" {move.label}", _LABEL_WIDTH), DIM)
            why = (move.why or "").removeprefix(f"{self._ticket} ")
            lines.append(Line((label, (f" {why}", DIM))))
        self._text.show(lines)
        wanted = top + self._place
        if wanted >= self._text.scroll_offset.y + self._text.size.height:
            self._text.go(wanted - self._text.size.height + 1)
        elif wanted < self._text.scroll_offset.y:
            self._text.go(0 if self._place == 0 else wanted)

    def _fail(self, error: YoiError | OSError) -> None:
        if self.is_attached:
            self._title.tell("")
            self._text.show(prose(sentence_of(error), WRONG))

    def action_move(self, step: int) -> None:
        if self._offered:
            self._place = min(max(self._place + step, 0), len(self._offered) - 1)
            self._draw()

    def action_choose(self) -> None:
        if self._found is not None and self._offered:
            move = self._offered[self._place]
            self.dismiss(Choice(self._ticket, move, self._found.state, self._commit))

    def action_close(self) -> None:
        self.dismiss(None)
