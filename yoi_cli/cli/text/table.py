"""Lists: compact tables for a terminal, tab-separated lines for a pipe (docs/commands.md)."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from yoi_cli.cli.text.console import (
    is_terminal,
    is_utf8,
    size,
    wants_color,
    write_stderr,
    write_stdout,
)
from yoi_cli.cli.text.layout import GAP, ID, INDENT, PROSE, TEXT, TIME, TITLE, WORD, Wish, lay_out
from yoi_cli.cli.text.pager import write_long
from yoi_cli.cli.text.style import styled
from yoi_cli.model.text import tsv, visible
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.cli.text.style import styled
from yoi_cli.cli.text.layout import Layout

__all__ = ["ID", "PROSE", "TEXT", "TIME", "TITLE", "WORD", "Cell", "Column", "Row"]

Justify: TypeAlias = Literal["left", "right"]

_STATE_STYLES = {
    "planning": "dim",
    "ready": "cyan",
    "queued": "blue",
    "inprogress": "yellow",
    "done": "green",
    "closed": "dim",
}
_PRIORITY_STYLES = {"P0": "bold red", "P1": "yellow", "P3": "dim", "P4": "dim"}


class Column(NamedTuple):
    """A column, by what it holds, which says how it behaves where the terminal is narrow.

    An `ID` is whole everywhere, a `TITLE` has at least half of what ids leave, a `WORD` and a
    `TIME` are whole or stand below, a `TEXT` is cut, `PROSE` is never. A terminal shows `heading`
    above it if there is one, the age of a `TIME`, and nothing of a column without a value or one
    that is `only_piped`. One that `is_spare` is left out where a row would else take two lines.
    """

    name: str
    kind: str = WORD
    style: str = ""
    justify: Justify = "left"
    heading: str = ""
    only_piped: bool = False
    is_spare: bool = False


class Cell(NamedTuple):
    """Untrusted text with a style of its own, where the column's does not do."""

    text: str
    style: str = ""


Row: TypeAlias = Sequence[str | Cell]


class Look(NamedTuple):
    """How a table is drawn: in `width` cells, with or without `color`; `cut` ends what is cut.

    `now_ms` is what ages are counted from; without it times are given as dates. `marks` are the
    lengths of the ends of ids that are enough to name them.
    """

    width: int
    color: bool = False
    cut: str = "…"
    rule: str = "─"
    now_ms: int | None = None
    marks: Mapping[str, int] = {}


def state_style(state: str) -> str:
    """The style of a ticket state; a state that is not known has none."""
    return _STATE_STYLES.get(state, "")


def priority_style(priority: str) -> str:
    """The style of a priority: urgent ones stand out."""
    return _PRIORITY_STYLES.get(priority, "")


def print_table(
    columns: Sequence[Column], rows: Iterable[Row], *, empty: str, dates: bool = False
) -> None:
    """Print `rows`, each with one cell a column, to standard output.

    A terminal gets a table, with `dates` in place of ages, a pipe a header line and whole cells.
    Where there are no rows, the sentence `empty` goes to standard error. Raises ValueError for a
    row of another length.
    """
    listed = list(rows)
    if not is_terminal(sys.stdout):
        _write_lines(columns, listed)
    elif listed:
        look = terminal_look(dates=dates, width=size(sys.stdout)[0])
        write_long("\n".join(table_lines(columns, listed, look)) + "\n")
    if not listed:
        write_stderr(visible(empty) + "\n")


def terminal_look(*, width: int, dates: bool = False) -> Look:
    """How standard output, a terminal, shows tables."""
    from yoi_cli.cli.text.marks import ends_of_ids

    color = wants_color(sys.stdout)
    signs = ("…", "─") if is_utf8(sys.stdout) else ("~", "-")
    now = None if dates else time.time_ns() // 1_000_000
    return Look(width, color, *signs, now, ends_of_ids() if color else {})


def table_lines(columns: Sequence[Column], rows: Sequence[Row], look: Look) -> list[str]:
    """The lines of a table. Raises ValueError for a row of another length."""
    cells = [
        [_cell(one, column, look) for one, column in zip(row, columns, strict=True)] for row in rows
    ]
    used = [
        at
        for at, column in enumerate(columns)
        if not column.only_piped and any(row[at].text for row in cells)
    ]
    columns = [columns[at] for at in used]
    cells = [[row[at] for at in used] for row in cells]
    wishes = [
        Wish(
            column.kind,
            max(_width(_heading(column, look)), *(_width(row[at].text) for row in cells)),
            column.is_spare,
        )
        for at, column in enumerate(columns)
    ]
    layout = lay_out(wishes, look.width)
    heads = [Cell(_heading(column, look), "bold") for column in columns]
    lines = [_line(heads, columns, layout, look, {}), look.rule * min(layout.width, look.width)]
    for row in cells:
        lines.append(_line(row, columns, layout, look, look.marks))
        lines += _below(row, columns, layout, look)
    return lines


def _heading(column: Column, look: Look) -> str:
    """The word above a column; a heading that is said of ages is not said of dates."""
    is_date = column.kind == TIME and look.now_ms is None
    return visible(column.name if is_date else column.heading or column.name)


def _cell(cell: str | Cell, column: Column, look: Look) -> Cell:
    shown, style = cell if isinstance(cell, Cell) else (cell, "")
    if column.kind == TIME:
        from yoi_cli.model.time import age_or_date

        shown = age_or_date(shown, look.now_ms)
    return Cell(visible(shown), style or column.style)


def _line(
    row: Sequence[Cell],
    columns: Sequence[Column],
    layout: Layout,
    look: Look,
    marks: Mapping[str, int],
) -> str:
    """The columns that stand beside one another."""
    parts: list[str] = []
    last = next(reversed(layout.widths), None)
    for at, width in layout.widths.items():
        cell, column = row[at], columns[at]
        shown = _cut(cell.text, width, look.cut)
        blanks = " " * (width - _width(shown))
        if column.kind == ID and cell.text in marks:
            inked = _marked(cell, marks[cell.text], look)
        else:
            inked = styled(shown, cell.style, color=look.color)
        if column.justify == "right":
            parts.append(blanks + inked)
        else:
            parts.append(inked if at == last else inked + blanks)
    return (" " * GAP).join(parts).rstrip(" ")


def _marked(cell: Cell, length: int, look: Look) -> str:
    """An id of which the end that is enough to name it stands out."""
    start, end = cell.text[:-length], cell.text[-length:]
    return styled(start, cell.style, color=look.color) + styled(
        end, "bold underline", color=look.color
    )


def _below(row: Sequence[Cell], columns: Sequence[Column], layout: Layout, look: Look) -> list[str]:
    """The title of a row that takes two lines, and what else has no room beside the id."""
    room, margin = look.width - INDENT, " " * INDENT
    lines = []
    if layout.title is not None and row[layout.title].text:
        title = row[layout.title]
        shown = _cut(title.text, room, look.cut)
        lines.append(margin + styled(shown, title.style, color=look.color))
    told, used = "", 0
    for at in layout.below:
        cell, label = row[at], f"{_heading(columns[at], look)}: "
        if not cell.text:
            continue
        first, *others = _wrapped(label + cell.text, room)
        if used and used + GAP + _width(first) > room:
            lines.append(margin + told)
            told, used = "", 0
        told += " " * GAP if used else ""
        told += styled(label, "dim", color=look.color)
        told += styled(first[len(label) :], cell.style, color=look.color)
        used += _width(first) + (GAP if used else 0)
        for other in others:
            lines.append(margin + told)
            told, used = styled(other, cell.style, color=look.color), _width(other)
    return [*lines, margin + told] if told else lines


def _wrapped(shown: str, room: int) -> list[str]:
    """`shown` in lines of `room` cells, broken between words, and within what is longer."""
    lines, line = [], ""
    for word in shown.split(" "):
        longer = f"{line} {word}" if line else word
        if _width(longer) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while _width(line) > room:
            head = _fitting(line, room)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line]


def _width(shown: str) -> int:
    """How many cells of a terminal `shown` takes: two for each ideograph."""
    if shown.isascii():
        return len(shown)
    from rich.cells import cell_len

    return cell_len(shown)


def _cut(shown: str, width: int, sign: str) -> str:
    """`shown`, or as much of its beginning as leaves room for the `sign` that something is cut."""
    if _width(shown) <= width:
        return shown
    return _fitting(shown, width - 1).rstrip(" ") + sign


def _fitting(shown: str, width: int) -> str:
    """The longest beginning of `shown` that takes at most `width` cells, but for one character."""
    used = 0
    for at, char in enumerate(shown):
        used += _width(char)
        if used > width:
            return shown[: max(at, 1)]
    return shown


def _write_lines(columns: Sequence[Column], rows: Sequence[Row]) -> None:
    lines = [tsv([column.name for column in columns])]
    for row in rows:
        cells = zip(columns, row, strict=True)
        lines.append(tsv([cell.text if isinstance(cell, Cell) else cell for _, cell in cells]))
    write_stdout("\n".join(lines) + "\n")
