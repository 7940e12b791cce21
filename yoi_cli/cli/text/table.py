"""Lists: compact tables for a terminal, tab-separated lines for a pipe (docs/commands.md)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from yoi_cli.cli.text.console import console, is_terminal, text, write_stderr, write_stdout
from yoi_cli.model.text import tsv, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

Justify: TypeAlias = Literal["left", "right"]

_STATE_STYLES = {
    "planning": "dim",
    "ready": "cyan",
    "queued": "blue",
    "inprogress": "yellow",
    "done": "green",
    "closed": "dim",
}
_UNBOUNDED = 100_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column and how it behaves where the terminal is narrow.

    With a `ratio` it gives way: it shares what the others leave by that weight, on one line
    that is cut with an ellipsis. With `no_wrap` it stays on one line and whole for as long
    as it can. With neither it wraps between words.
    """

    name: str
    style: str = ""
    justify: Justify = "left"
    no_wrap: bool = False
    ratio: int | None = None
    min_width: int | None = None


class Cell(NamedTuple):
    """Untrusted text with a style of its own, where the column's does not do."""

    text: str
    style: str = ""


Row: TypeAlias = Sequence[str | Cell]


def state_style(state: str) -> str:
    """The style of a ticket state; a state that is not known has none."""
    return _STATE_STYLES.get(state, "")


def print_table(columns: Sequence[Column], rows: Iterable[Row], *, empty: str) -> None:
    """Print `rows`, each with one cell a column, to standard output.

    A terminal gets a table, a pipe a header line and whole cells. Where there are no rows,
    the sentence `empty` goes to standard error. Raises ValueError for a row of another length.
    """
    listed = list(rows)
    if not is_terminal(sys.stdout):
        _write_lines(columns, listed)
    elif listed:
        target = console(sys.stdout)
        target.print(fitted_table(columns, listed, target), soft_wrap=False)
    if not listed:
        write_stderr(visible(empty) + "\n")


def _write_lines(columns: Sequence[Column], rows: Sequence[Row]) -> None:
    lines = [tsv([column.name for column in columns])]
    for row in rows:
        cells = zip(columns, row, strict=True)
        lines.append(tsv([cell.text if isinstance(cell, Cell) else cell for _, cell in cells]))
    write_stdout("\n".join(lines) + "\n")


def fitted_table(columns: Sequence[Column], rows: Sequence[Row], target: Console) -> Table:
    """The table as the console `target` has room for it."""
    from rich import box
    from rich.measure import Measurement
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        header_style="bold",
    )
    for column in columns:
        table.add_column(
            text(column.name),
            style=column.style,
            justify=column.justify,
            no_wrap=column.no_wrap and column.ratio is None,
            ratio=column.ratio,
            min_width=column.min_width,
        )
    for row in rows:
        table.add_row(*(_cell(cell, column) for cell, column in zip(row, columns, strict=True)))
    # Columns with a ratio would stretch a table that has room to spare, so they get their
    # share only where it is scarce.
    unbounded = target.options.update(max_width=_UNBOUNDED)
    table.expand = Measurement.get(target, unbounded, table).maximum > target.width
    return table


def _cell(cell: str | Cell, column: Column) -> Text:
    shown = text(cell.text, cell.style) if isinstance(cell, Cell) else text(cell)
    if column.ratio is not None:
        shown.no_wrap, shown.overflow = True, "ellipsis"
    return shown
