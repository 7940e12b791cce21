"""A page of text: headings, facts and markdown, for a terminal or for a pipe.

Both show the same characters. What people wrote is indented below what `yoi` says, so that
no body can pass for a heading, a fact or another event (README.md).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import console, is_terminal, write_stdout
from yoi_cli.cli.text.pager import write_long
from yoi_cli.cli.text.table import Cell
from yoi_cli.model.text import visible, visible_block

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

_INDENT = "  "


class Page:
    """Collects what is to be shown, and prints it at once."""

    def __init__(self) -> None:
        self._parts: list[Sequence[Cell] | str] = []

    def line(self, *cells: Cell | str) -> None:
        """One line of untrusted pieces, each in its own style."""
        self._parts.append([Cell(cell) if isinstance(cell, str) else cell for cell in cells])

    def command(self, command: str) -> None:
        """A command to be typed: it stays one line, which is copied whole where a terminal
        breaks it."""
        self._parts.append((Cell("$ ", "dim"), Cell(command, "cyan")))

    def blank(self) -> None:
        self.line()

    def heading(self, title: str) -> None:
        """A heading, with a blank line before it."""
        self.blank()
        self.line(Cell(title, "bold underline"))

    def facts(self, rows: Sequence[tuple[str, Cell | str]]) -> None:
        """Names and values in two columns; a fact without a value is left out."""
        shown = [
            (name, value)
            for name, value in rows
            if (value.text if isinstance(value, Cell) else value)
        ]
        width = max((len(name) for name, _ in shown), default=0) + 2
        for name, value in shown:
            self.line(Cell(f"{name}:".ljust(width), "dim"), value)

    def prose(self, markdown: str) -> None:
        """Untrusted markdown of any number of lines, indented."""
        self._parts.append(markdown)

    def show(self) -> None:
        """Print everything to standard output."""
        if is_terminal(sys.stdout):
            self._show_on_terminal()
        else:
            write_stdout(self.plain())

    def plain(self) -> str:
        """Everything as a pipe gets it."""
        return "".join(map(_plain, self._parts))

    def _show_on_terminal(self) -> None:
        from rich.text import Text

        target = console(sys.stdout)
        with target.capture() as captured:
            for part in self._parts:
                if isinstance(part, str):
                    for line in _wrapped(part, target.width):
                        target.print(line)
                else:
                    line = Text.assemble(*((visible(cell.text), cell.style) for cell in part))
                    for piece in [line] if isinstance(part, tuple) else _broken(line, target.width):
                        target.print(piece)
        write_long(captured.get())


def _plain(part: Sequence[Cell] | str) -> str:
    if not isinstance(part, str):
        return "".join(visible(cell.text) for cell in part).rstrip() + "\n"
    lines = visible_block(part.rstrip("\n")).split("\n")
    return "".join(f"{_INDENT}{line}".rstrip() + "\n" for line in lines)


def _broken(line: Text, width: int) -> list[Text]:
    """A line that is wider than the terminal, broken between words and indented further."""
    from rich.text import Text

    if line.cell_len <= width:
        return [line]
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    first, *others = line.wrap(console(sys.stdout), width, overflow="fold")
    if not others:
        return [first]
    margin = " " * (indent + len(_INDENT))
    rest = line[len(first.plain) :]
    rest = rest[len(rest.plain) - len(rest.plain.lstrip(" ")) :]
    below = rest.wrap(console(sys.stdout), width - len(margin), overflow="fold")
    return [first, *(Text.assemble(margin, one) for one in below)]


def _wrapped(source: str, width: int) -> list[Text]:
    """`source` as lines of a terminal, broken between words and indented."""
    from rich.text import Text

    from yoi_cli.cli.text.markdown import markdown

    styled = markdown(source.rstrip("\n"))
    lines = styled.wrap(console(sys.stdout), width - len(_INDENT), overflow="fold")
    return [Text.assemble(_INDENT, line) if line else line for line in lines]
