"""Small charts of text: bars, sparklines, histograms of durations.

Block characters where standard output can show them, ASCII where it cannot; `blocks`
decides by hand. The lines hold no newline, colour or control character.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_right
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_utf8
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_SPARKS = "▁▂▃▄▅▆▇█"
_ASCII_SPARKS = "_.:-=+*#"
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_UNITS = (("d", _DAY), ("h", _HOUR), ("m", _MINUTE), ("s", 1))
_LIMITS = (_MINUTE, 10 * _MINUTE, _HOUR, 4 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 28 * _DAY)
_SPANS = ("< 1 m", "< 10 m", "< 1 h", "< 4 h", "< 1 d", "< 3 d", "< 7 d", "< 28 d", "longer")


def duration(seconds: float) -> str:
    """`seconds` in its two largest units, cut off rather than rounded: `3d 4h`, `45s`."""
    if not math.isfinite(seconds):
        return "?"
    rest = abs(int(seconds))
    if rest == 0:
        return "0s"
    counts = []
    for name, length in _UNITS:
        count, rest = divmod(rest, length)
        counts.append((count, name))
    first = next(at for at, (count, _) in enumerate(counts) if count)
    words = [f"{count}{name}" for count, name in counts[first : first + 2] if count]
    return ("-" if seconds < 0 else "") + " ".join(words)


def number(value: float) -> str:
    """A count as it is, anything else with one decimal."""
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def bars(
    rows: Sequence[tuple[str, float]],
    width: int,
    *,
    show: Callable[[float], str] = number,
    blocks: bool | None = None,
) -> list[str]:
    """One line a row, label, bar and value, together at most `width` columns wide.

    The longest bar stands for the greatest value; anything above zero has a visible bar,
    and what is negative or not finite counts as zero. Labels may be untrusted; a long one
    is cut to a third of the width.
    """
    amounts = [_amount(value) for _, value in rows]
    values = [show(amount) for amount in amounts]
    value_width = max(map(len, values), default=0)
    labels = _fit([visible(label) for label, _ in rows], width // 3)
    room = max(width - value_width - 2 - max(map(_columns, labels), default=0), 1)
    greatest = max(amounts, default=0.0) or 1.0
    draw = _blocks if _can_show_blocks(blocks) else _hashes
    return [
        f"{label} {draw(amount / greatest * room):<{room}} {value:>{value_width}}"
        for label, amount, value in zip(labels, amounts, values, strict=True)
    ]


def sparkline(values: Sequence[float], *, blocks: bool | None = None) -> str:
    """One character a value, its height measured from zero to the greatest."""
    levels = _SPARKS if _can_show_blocks(blocks) else _ASCII_SPARKS
    amounts = [_amount(value) for value in values]
    greatest = max(amounts, default=0.0) or 1.0
    return "".join(levels[round(amount / greatest * (len(levels) - 1))] for amount in amounts)


def histogram(seconds: Sequence[float], width: int, *, blocks: bool | None = None) -> list[str]:
    """How many durations fall into each span from minutes to weeks, as `bars`.

    Empty spans before the first and after the last that is filled are left out.
    """
    counts = [0] * len(_SPANS)
    for value in filter(math.isfinite, seconds):
        counts[bisect_right(_LIMITS, value)] += 1
    filled = [at for at, count in enumerate(counts) if count]
    if not filled:
        return []
    rows = list(zip(_SPANS, counts, strict=True))
    return bars(rows[filled[0] : filled[-1] + 1], width, blocks=blocks)


def _amount(value: float) -> float:
    return value if math.isfinite(value) and value > 0 else 0.0


def _can_show_blocks(blocks: bool | None) -> bool:
    return is_utf8(sys.stdout) if blocks is None else blocks


def _columns(label: str) -> int:
    from rich.cells import cell_len

    return cell_len(label)


def _fit(labels: Sequence[str], most: int) -> list[str]:
    """`labels` padded to one width, which is at most `most` columns."""
    from rich.text import Text

    width = min(max(map(_columns, labels), default=0), most)
    fitted = [Text(label) for label in labels]
    for label in fitted:
        label.truncate(width, overflow="ellipsis", pad=True)
    return [label.plain for label in fitted]


def _blocks(length: float) -> str:
    eighths = math.ceil(length * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8]


def _hashes(length: float) -> str:
    return "#" * math.ceil(length)
