"""Ticket markdown on a terminal: every character as written, lightly styled.

A renderer would drop raw HTML and comments and turn link targets into escapes, and so hide
from a person what an agent reads. Here style is all that is added (README.md and docs/commands.md).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.text import visible_block

if TYPE_CHECKING:
    from rich.text import Text

_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")
_HEADING = re.compile(r" {0,3}#{1,6}(?: |$)")
_QUOTE = re.compile(r" {0,3}>")


def markdown(source: str) -> Text:
    """Untrusted `source` for a console; its plain text is `visible_block(source)`.

    Headings are bold, quotes italic, code fences and what they hold dim. A fence that is
    left open holds everything up to the end, as in CommonMark.
    """
    from rich.text import Text

    styled = Text()
    fence = ""
    for number, line in enumerate(visible_block(source).split("\n")):
        if number:
            styled.append("\n")
        opened = _FENCE.match(line)
        if fence:
            style = "dim"
            if opened and opened["marks"].startswith(fence) and not opened["info"].strip():
                fence = ""
        elif opened:
            style, fence = "dim", opened["marks"]
        else:
            style = _style(line)
        styled.append(line, style)
    return styled


def _style(line: str) -> str:
    if _HEADING.match(line):
        return "bold"
    return "italic" if _QUOTE.match(line) else ""
