"""The graph of what waits for what, drawn here: columns from what can begin to what comes last."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from yoi_cli.api import queries
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.server.pages.board import NAMES
from yoi_cli.server.pages.screen import TICKETS, Screen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.model.graph import Graph, Node
    from yoi_cli.server.pages.screen import Visit

#: More is no picture any more; the page then has the list alone.
MOST_NODES = 150
_WIDTH, _HEIGHT, _ACROSS, _DOWN, _EDGE = 210, 52, 70, 18, 12
_SWEEPS = 3
#: As many narrow characters of a title as a box has room for.
_ROOM = 25


class Box(NamedTuple):
    """A ticket of the picture, where it stands; `label` is as much of its title as has room."""

    node: Node
    label: str
    x: int
    y: int
    is_critical: bool


class Line(NamedTuple):
    """A line from a ticket to one that waits for it."""

    path: str
    waits: bool
    is_critical: bool


class Picture(NamedTuple):
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def graph(visit: Visit) -> Screen:
    around = visit.query.get("ticket", "")
    closed, related = visit.query.get("closed") == "1", visit.query.get("related") == "1"
    found = queries.draw_graph(
        visit.session, (around,) if around else (), closed_too=closed, related=related
    )
    titles = {node.ticket: node for node in found.nodes}
    values: dict[str, object] = {
        "found": found,
        "picture": draw(found) if 0 < len(found.nodes) <= MOST_NODES else None,
        "nodes": titles,
        "around": around,
        "closed": closed,
        "related": related,
        "box": (_WIDTH, _HEIGHT),
        "most": MOST_NODES,
        "names": NAMES,
        "edges": [edge for edge in found.edges if edge.waits][:1000],
    }
    return Screen("graph.html", "Graph", values, "graph", (TICKETS,))


def draw(found: Graph) -> Picture:
    """Every ticket in the column behind those that it waits for; a cycle's lines go back."""
    waits: dict[str, list[str]] = {node.ticket: [] for node in found.nodes}
    for edge in found.edges:
        if edge.waits and edge.source in waits and edge.target in waits:
            waits[edge.source].append(edge.target)
    columns = _columns(waits)
    rows = _rows(columns, waits)
    nodes = {node.ticket: node for node in found.nodes}
    critical = set(found.critical_path)
    steps = set(pairwise(found.critical_path))
    places: dict[str, tuple[int, int]] = {}
    boxes: list[Box] = []
    for ticket, column in columns.items():
        x = _EDGE + column * (_WIDTH + _ACROSS)
        y = _EDGE + rows[ticket] * (_HEIGHT + _DOWN)
        places[ticket] = (x, y)
        node = nodes[ticket]
        boxes.append(Box(node, fitting(node.title or ticket), x, y, ticket in critical))
    lines: list[Line] = []
    for edge in found.edges:
        if edge.source in places and edge.target in places:
            path = _curve(places[edge.target], places[edge.source])
            lines.append(Line(path, edge.waits, (edge.target, edge.source) in steps))
    width = max(box.x for box in boxes) + _WIDTH + _EDGE
    height = max(box.y for box in boxes) + _HEIGHT + _EDGE
    return Picture(width, height, (*boxes,), (*lines,))


def _columns(waits: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """How many tickets stand before each, along the longest way; cycles are cut where met."""
    column: dict[str, int] = {}
    for start in waits:
        stack: list[tuple[str, bool]] = [(start, False)]
        open_now: set[str] = set()
        while stack:
            ticket, is_done = stack.pop()
            if is_done:
                open_now.discard(ticket)
                before = [column[one] for one in waits[ticket] if one in column]
                column[ticket] = max(before, default=-1) + 1
            elif ticket not in column and ticket not in open_now:
                open_now.add(ticket)
                stack.append((ticket, True))
                stack += [(one, False) for one in waits[ticket] if one not in open_now]
    return column


def _rows(columns: Mapping[str, int], waits: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """The place of each in its column, near to what it is joined to."""
    by_column: dict[int, list[str]] = {}
    for ticket, column in columns.items():
        by_column.setdefault(column, []).append(ticket)
    row = {t: n for members in by_column.values() for n, t in enumerate(members)}
    joined: dict[str, set[str]] = {ticket: set() for ticket in columns}
    for ticket, others in waits.items():
        for other in others:
            joined[ticket].add(other)
            joined[other].add(ticket)
    for _ in range(_SWEEPS):
        for members in by_column.values():
            members.sort(key=lambda t: _mean([row[one] for one in joined[t]], row[t]))
            row.update({ticket: number for number, ticket in enumerate(members)})
    return row


def _mean(numbers: Sequence[int], default: int) -> float:
    return sum(numbers) / len(numbers) if numbers else float(default)


def fitting(title: str, room: int = _ROOM) -> str:
    """As much of a title as fits, by how wide its characters are."""
    width = 0
    for place, character in enumerate(title):
        width += 2 if east_asian_width(character) in "WF" else 1
        if width > room:
            return f"{title[: place - 1]}…"
    return title


def _curve(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1 = start[0] + _WIDTH, start[1] + _HEIGHT // 2
    x2, y2 = end[0] - 7, end[1] + _HEIGHT // 2
    bend = max(abs(x2 - x1) // 2, 30)
    return f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
