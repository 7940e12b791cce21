"""The budget table, as text for a terminal and as markdown to keep."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal, TypeAlias

from measure import Series

Unit: TypeAlias = Literal["x", "MB"]

MEGABYTE = 1_000_000
COLUMNS = ("what", "ours (min-max)", "reference (min-max)", "ratio", "bound", "verdict")


@dataclass(frozen=True, slots=True)
class Row:
    """One budget: what was measured, and the bound it is held against.

    The bound is a ratio to `reference`, or megabytes where there is no reference to have.
    `missing` says why there are no figures, and `failed` that there should be some.
    """

    what: str
    bound: float
    unit: Unit = "x"
    ours: Series | None = None
    reference: Series | None = None
    missing: str = ""
    failed: bool = False

    @property
    def measured(self) -> float:
        """What is compared with the bound: a ratio of medians, or the most megabytes seen."""
        if self.ours is None:
            return math.nan
        if self.reference is None:
            return self.ours.highest / MEGABYTE
        return self.ours.median / self.reference.median

    @property
    def verdict(self) -> str:
        if self.ours is None:
            return self.missing
        return "within" if self.measured <= self.bound else "OVER"

    def cells(self) -> tuple[str, ...]:
        """The row's text, one cell for each of COLUMNS."""
        scale, unit = (1000, "ms") if self.unit == "x" else (1 / MEGABYTE, "MB")
        return (
            self.what,
            _spread(self.ours, scale, unit),
            _spread(self.reference, scale, unit),
            f"{self.measured:.2f}" if self.reference else "-",
            f"{self.bound:g} {self.unit}",
            self.verdict,
        )


def _spread(series: Series | None, scale: float, unit: str) -> str:
    if series is None:
        return "-"
    values = (series.median, series.lowest, series.highest)
    median, low, high = (_figure(value * scale) for value in values)
    return f"{median} {unit} ({low}-{high})"


def _figure(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"


def text_table(rows: Sequence[Row]) -> str:
    """The rows in aligned columns."""
    lines = [COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def markdown(rows: Sequence[Row], command: str) -> str:
    """A page with the table, when and on what kind of machine it was made, and by what."""
    lines = [COLUMNS, ("---",) * len(COLUMNS), *(row.cells() for row in rows)]
    table = "\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in lines)
    return (
        "# Benchmarks\n\n"
        "The budgets of the design, measured as ratios within one run: each of our commands in\n"
        "turn with its reference, medians, whole processes with stdout to the null device.\n\n"
        f"- Date: {datetime.now(UTC):%Y-%m-%d}\n"
        f"- Machine: {machine()}\n"
        f"- Command: `{command}`\n\n"
        f"{table}\n"
        "\nThe row of `show` contains one pass over the relations of all tickets, which finds the\n"
        "incoming ones; the bound is meant without it. Measure on a machine at rest.\n"
    )


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")


def machine() -> str:
    """The kind of machine, never its name: cores, memory, system, Python, typer."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GB, {_system()}, "
        f"{platform.python_implementation()} {platform.python_version()}, "
        f"typer {version('typer')}"
    )


def _system() -> str:
    """Name and version; what follows the first two numbers may name a machine or its owner."""
    return f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"
