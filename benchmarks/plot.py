"""Plots on logarithmic axes, as SVG that is readable on light and on dark pages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 78, 150, 48, 54
STEPS = (1, 2, 5)
#: Labels at the ends of lines that are closer than this would stand on one another.
LABEL_GAP = 17
STYLE = """
  svg { font: 13px system-ui, sans-serif; }
  .page { fill: #ffffff; } .text { fill: #1f2328; } .quiet { fill: #59636e; }
  .grid { stroke: #d1d9e0; stroke-width: 1; } .fine { stroke: #eceff2; stroke-width: 1; }
  .line { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
  .s0 { stroke: #0969da; } .s1 { stroke: #bc4c00; } .s2 { stroke: #1a7f37; }
  .s3 { stroke: #8250df; } .s4 { stroke: #59636e; stroke-dasharray: 5 4; }
  .d0 { fill: #0969da; } .d1 { fill: #bc4c00; } .d2 { fill: #1a7f37; }
  .d3 { fill: #8250df; } .d4 { fill: #59636e; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; } .text { fill: #e6edf3; } .quiet { fill: #9198a1; }
    .grid { stroke: #30363d; } .fine { stroke: #1c2128; }
    .s0 { stroke: #58a6ff; } .s1 { stroke: #f0883e; } .s2 { stroke: #3fb950; }
    .s3 { stroke: #bc8cff; } .s4 { stroke: #9198a1; }
    .d0 { fill: #58a6ff; } .d1 { fill: #f0883e; } .d2 { fill: #3fb950; }
    .d3 { fill: #bc8cff; } .d4 { fill: #9198a1; }
  }
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A name and its points, by rising x; both coordinates are greater than 0."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """What a picture shows; at most five lines."""

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """A logarithmic axis from `low` to `high`, between two places of the picture."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of `value`."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[float]:
        """The powers of ten on the axis; also their doubles and halves where those are few."""
        tens = [tick for tick in _steps((1,)) if self.low <= tick <= self.high]
        return tens if len(tens) > 3 else self.fine()

    def fine(self) -> list[float]:
        return [tick for tick in _steps(STEPS) if self.low <= tick <= self.high]


def axis_for(values: Sequence[float], start: float, end: float, *, rounded: bool) -> Axis:
    """The axis that has all `values`; a `rounded` one ends at steps of 1, 2 and 5."""
    low, high = min(values), max(values)
    if rounded or low == high:
        steps = _steps(STEPS)
        low = max(step for step in steps if step <= low * 1.0001)
        high = min(step for step in steps if step > low and step >= high * 0.9999)
    return Axis(low, high, start, end)


def _steps(digits: Sequence[int]) -> list[float]:
    return [digit * 10.0**power for power in range(-6, 10) for digit in digits]


def shown(value: float) -> str:
    """A number as people write it: 10,000 and 0.05."""
    return f"{value:,.0f}" if value >= 1 else f"{value:.6f}".rstrip("0")


def drawn(plot: Plot) -> str:
    """The picture, as the text of an SVG file."""
    xs = [x for line in plot.lines for x, _ in line.points]
    ys = [y for line in plot.lines for _, y in line.points]
    across = axis_for(xs, LEFT, WIDTH - RIGHT, rounded=False)
    up = axis_for(ys, HEIGHT - BOTTOM, TOP, rounded=True)
    parts = [
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}" rx="6"/>',
        _text(LEFT, 26, plot.title, "text", size=15),
        *_grid(across, up, {*xs}),
        _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, plot.x_label, "quiet", anchor="middle"),
        _text(
            0, 0, plot.y_label, "quiet", anchor="middle", turned=(18, (TOP + HEIGHT - BOTTOM) / 2)
        ),
    ]
    for number, line in enumerate(plot.lines):
        parts += _line(line, number, across, up)
    parts += _labels(plot.lines, up)
    body = "\n".join(f"  {part}" for part in parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img">\n'
        f"  <title>{escape(plot.title)}</title>\n  <style>{STYLE}  </style>\n{body}\n</svg>\n"
    )


def _grid(across: Axis, up: Axis, xs: set[float]) -> list[str]:
    left, right, bottom, top = LEFT, WIDTH - RIGHT, HEIGHT - BOTTOM, TOP
    parts = []
    for value in up.fine():
        y = up.at(value)
        parts.append(_rule(left, y, right, y, "grid" if value in up.ticks() else "fine"))
    for value in up.ticks():
        parts.append(_text(left - 8, up.at(value) + 4, shown(value), "quiet", anchor="end"))
    places = across.ticks() if len(xs) > 7 else sorted(xs)
    for value in places:
        x = across.at(value)
        parts.append(_rule(x, top, x, bottom, "grid"))
        parts.append(_text(x, bottom + 18, shown(value), "quiet", anchor="middle"))
    return parts


def _line(line: Line, number: int, across: Axis, up: Axis) -> list[str]:
    places = [(across.at(x), up.at(y)) for x, y in line.points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = [f'<circle class="d{number}" cx="{x:.1f}" cy="{y:.1f}" r="3.4"/>' for x, y in places]
    return [f'<polyline class="line s{number}" points="{path}"/>', *dots]


def _labels(lines: Sequence[Line], up: Axis) -> list[str]:
    """The names at the ends of the lines, moved apart where they would touch."""
    ends = sorted((up.at(line.points[-1][1]), number) for number, line in enumerate(lines))
    parts, last = [], -math.inf
    for y, number in ends:
        last = max(y, last + LABEL_GAP)
        x = WIDTH - RIGHT + 12
        parts.append(_text(x, last + 4, lines[number].name, f"d{number}"))
    return parts


def _rule(x: float, y: float, to_x: float, to_y: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"/>'


def _text(
    x: float,
    y: float,
    words: str,
    kind: str,
    *,
    anchor: str = "start",
    size: int = 0,
    turned: tuple[float, float] | None = None,
) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}"'
    if turned is not None:
        where = f'transform="translate({turned[0]:.1f} {turned[1]:.1f}) rotate(-90)"'
    style = f' style="font-size:{size}px;font-weight:600"' if size else ""
    return f'<text class="{kind}" {where} text-anchor="{anchor}"{style}>{escape(words)}</text>'
