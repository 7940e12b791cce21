"""What every picture of a graph marks alike: colours of states, the critical path, cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.relations import RELATED

if TYPE_CHECKING:
    from yoi_cli.model.graph import Edge, Graph, Node

#: state: (fill, text) of a box. What has a problem takes the place of a state.
COLOURS = {
    "planning": ("#eeeeee", "#333333"),
    "ready": ("#cdeef5", "#0b3b46"),
    "queued": ("#cfe0fc", "#0d2b5c"),
    "inprogress": ("#fdf0c4", "#5c4400"),
    "done": ("#d3f2d6", "#0f4416"),
    "closed": ("#f7f7f7", "#888888"),
    "problem": ("#fbd5d5", "#6b0f0f"),
}
CRITICAL = "#c2410c"
CYCLE = "#b91c1c"


class Marks:
    """Answers what is to be marked on a node or a line of one graph."""

    def __init__(self, graph: Graph) -> None:
        path = graph.critical_path
        self._critical = frozenset(path)
        self._critical_lines = frozenset(zip(path[1:], path, strict=False))
        self._cycle_of = {
            ticket: number for number, cycle in enumerate(graph.cycles) for ticket in cycle
        }

    def is_critical(self, ticket: str) -> bool:
        return ticket in self._critical

    def is_circular(self, ticket: str) -> bool:
        return ticket in self._cycle_of

    def line_is_critical(self, edge: Edge) -> bool:
        return edge.kind != RELATED and edge[:2] in self._critical_lines

    def line_is_circular(self, edge: Edge) -> bool:
        """Whether the line leads from a ticket to another of its cycle."""
        cycle = self._cycle_of.get(edge.source)
        is_same = cycle is not None and cycle == self._cycle_of.get(edge.target)
        return edge.kind != RELATED and is_same


def style_name(node: Node) -> str:
    """The key of `COLOURS` for a node."""
    return node.state if node.problem is None and node.state in COLOURS else "problem"


def told(node: Node) -> str:
    """How a ticket stands, in a word: its problem, or its state."""
    return node.problem or node.state or ""
