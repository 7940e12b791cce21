"""Pages of text of any length: lines are cut or wrapped for the screen, and drawn when seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tui.cells import strip, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from textual.events import Resize

    from yoi_cli.tui.cells import Piece

#: More lines than this are not kept of what goes on and on.
MOST_LINES = 50_000
_PLAIN = Style.null()


class Line(NamedTuple):
    """A line of a page: its pieces, which are cut where the screen ends, or, of one piece, wrapped
    where it `wraps`; `indent` stands before every line that comes of it."""

    pieces: tuple[Piece, ...]
    wraps: bool = False
    indent: str = ""


def prose(text: str, style: Style = _PLAIN, *, indent: str = "") -> list[Line]:
    """The lines of untrusted text, to be wrapped."""
    return [
        Line(((one, style),), wraps=True, indent=indent)
        for one in text.replace("\r\n", "\n").split("\n")
    ]


def said(text: str, style: Style = _PLAIN) -> Line:
    """One line, to be cut."""
    return Line(((text, style),))


class TextView(ScrollView, can_focus=False):
    """Lines of text, which may be added to; where the end is seen it stays seen."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[Line] = []
        self._shown: list[Line] = []
        self._width = 0

    def show(self, lines: Sequence[Line], *, at_end: bool = False) -> None:
        """Show a page, from its beginning or at its end; one that is shown anew stays where it
        was."""
        is_first = not self._lines
        self._lines = list(lines)
        self._lay_out()
        if at_end and is_first:
            self.to_end()

    def add(self, lines: Iterable[Line]) -> None:
        """Add to the end; who looks at the end goes on looking at it."""
        follows = self.is_at_end
        added = list(lines)
        self._lines += added
        self._shown += self._fitted(added)
        if len(self._lines) > MOST_LINES:
            del self._lines[: MOST_LINES // 5]
            self._lay_out()
        self._measure()
        if follows:
            self.to_end()
        self.refresh()

    @property
    def is_at_end(self) -> bool:
        return self.scroll_offset.y >= len(self._shown) - self.size.height

    def to_end(self) -> None:
        self.go(len(self._shown))

    def go(self, top: int) -> None:
        """Show the page from that line on."""
        last = max(0, len(self._shown) - self.size.height)
        self.scroll_to(y=min(max(0, top), last), animate=False, force=True, immediate=True)

    def by(self, step: int) -> None:
        """Scroll by lines."""
        self.go(round(self.scroll_offset.y) + step)

    def render_line(self, y: int) -> Strip:
        width, place = self.scrollable_content_region.width, y + self.scroll_offset.y
        if place >= len(self._shown):
            return Strip.blank(width)
        one = self._shown[place]
        pieces = ((one.indent, _PLAIN), *one.pieces) if one.indent else one.pieces
        return strip(pieces, width)

    def on_resize(self, _event: Resize) -> None:
        if self.scrollable_content_region.width != self._width:
            follows = bool(self._shown) and self.is_at_end
            self._lay_out()
            if follows:
                self.to_end()

    def _lay_out(self) -> None:
        self._shown = self._fitted(self._lines)
        self._measure()
        self.refresh()

    def _measure(self) -> None:
        self._width = self.scrollable_content_region.width
        self.virtual_size = Size(self.size.width, len(self._shown))

    def _fitted(self, lines: Iterable[Line]) -> list[Line]:
        # One cell is left for a scroll bar that comes with the lines.
        width = max(8, self.size.width - 2)
        found: list[Line] = []
        for one in lines:
            if not one.wraps:
                found.append(one)
                continue
            ((text, style),) = one.pieces
            parts = wrapped(text, max(4, width - len(one.indent)))
            found += [Line(((part, style),), indent=one.indent) for part in parts]
        return found
