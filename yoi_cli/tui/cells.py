"""Text in cells of a terminal: made visible, cut and padded by its width on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from yoi_cli.model.text import TAB_SIZE, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NONE = Style.null()
DIM = Style(dim=True)
BOLD = Style(bold=True)
REVERSE = Style(reverse=True)
WRONG = Style(color="red")
WAITING = Style(color="yellow")
GOOD = Style(color="green")
LINK = Style(color="cyan")
HEADING = Style(bold=True, underline=True)
_STATES = {
    "planning": DIM,
    "ready": LINK,
    "queued": Style(color="blue"),
    "inprogress": WAITING,
    "done": GOOD,
    "closed": DIM,
}

#: A piece of a line: untrusted text and its style.
Piece = tuple[str, Style]


def state_style(state: str) -> Style:
    """The style of a state; one that is not known has none."""
    return _STATES.get(state, _NONE)


def plain(text: str, style: Style = _NONE) -> Piece:
    """A piece of a line."""
    return text, style


def cut(text: str, width: int) -> str:
    """`text` made visible, in `width` cells at most, its end cut off with an ellipsis."""
    # What is many times too long is cut before it is looked at.
    shown = visible(text[: 4 * width + 8])
    if cell_len(shown) <= width and len(text) <= 4 * width + 8:
        return shown
    if width < 1:
        return ""
    return set_cell_size(shown, width - 1).rstrip() + "…"


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` cells."""
    return set_cell_size(cut(text, width), max(0, width))


def strip(pieces: Iterable[Piece], width: int, over: Style = _NONE) -> Strip:
    """A line of exactly `width` cells; `over` is a style for all of it, instead of colours."""
    segments, left = [], width
    for text, style in pieces:
        if left <= 0:
            break
        shown = cut(text, left)
        segments.append(Segment(shown, over + Style(bold=style.bold) if over else style))
        left -= cell_len(shown)
    if left > 0:
        segments.append(Segment(" " * left, over))
    return Strip(segments, width)


def wrapped(text: str, width: int) -> Iterator[str]:
    """One line of untrusted text as lines of `width` cells at most, broken between words."""
    left = visible(text.expandtabs(TAB_SIZE))
    while cell_len(left) > width:
        fitting = _longest(left, width)
        space = fitting.rfind(" ")
        if space > width // 3 and left[len(fitting) : len(fitting) + 1] not in ("", " "):
            fitting = fitting[: space + 1]
        yield fitting.rstrip()
        left = left[len(fitting) :].lstrip(" ") or ""
        if not left:
            return
    yield left


def _longest(text: str, width: int) -> str:
    """The longest beginning of `text` that takes `width` cells at most, of one character at
    least."""
    used = 0
    for place, char in enumerate(text):
        used += cell_len(char)
        if used > width:
            return text[: max(1, place)]
    return text
