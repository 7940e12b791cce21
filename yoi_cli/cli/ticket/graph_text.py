"""The dependency graph in the languages of Mermaid and Graphviz.

Titles are untrusted: in a label, every character that either language could read as its own
is written as an entity, so that a title can end no label, add no line and become no HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.ids import is_ticket_id
from yoi_cli.model.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.graph import Edge, Graph, Node


_LONGEST_TITLE = 60
#: What Mermaid, Markdown or HTML could give a meaning to.
_MEANT_IN_MERMAID = re.compile(r"""["'#&<>\[\](){}|\\;%`*_~$@:/=^-]""")
_MEANT_IN_DOT = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\\": "&#92;"}
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


class GraphMarks:
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
        return edge.waits and edge[:2] in self._critical_lines

    def line_is_circular(self, edge: Edge) -> bool:
        """Whether the line leads from a ticket to another of its cycle."""
        cycle = self._cycle_of.get(edge.source)
        is_same = cycle is not None and cycle == self._cycle_of.get(edge.target)
        return edge.waits and is_same


def mermaid(graph: Graph) -> str:
    """The graph as a Mermaid flowchart; an arrow leads from a ticket to what it waits for."""
    return "".join(f"{line}\n" for line in _mermaid_lines(graph))


def dot(graph: Graph) -> str:
    """The graph in Graphviz's DOT; an arrow leads from a ticket to what it waits for."""
    return "".join(f"{line}\n" for line in _dot_lines(graph))


def _mermaid_lines(graph: Graph) -> Iterator[str]:
    marks = GraphMarks(graph)
    names = {
        node.ticket: f"t{node.ticket}" if is_ticket_id(node.ticket) else f"x{number}"
        for number, node in enumerate(graph.nodes)
    }
    yield "flowchart LR"
    for node in graph.nodes:
        label = "<br/>".join(_mermaid_text(line) for line in _label(node))
        yield f'  {names[node.ticket]}["{label}"]:::{style_name(node)}'
    for edge in graph.edges:
        arrow = "-->" if edge.waits else "-.-"
        yield f"  {names[edge.source]} {arrow} {names[edge.target]}"
    for name, (fill, text) in COLOURS.items():
        yield f"  classDef {name} fill:{fill},color:{text},stroke:#999999"
    for colour, is_marked in ((CRITICAL, marks.is_critical), (CYCLE, marks.is_circular)):
        for node in graph.nodes:
            if is_marked(node.ticket):
                yield f"  style {names[node.ticket]} stroke:{colour},stroke-width:3px"
    for colour, lines in _marked_lines(graph, marks):
        numbers = ",".join(map(str, lines))
        yield f"  linkStyle {numbers} stroke:{colour},stroke-width:3px"


def _marked_lines(graph: Graph, marks: GraphMarks) -> Iterator[tuple[str, list[int]]]:
    for colour, is_marked in (
        (CRITICAL, marks.line_is_critical),
        (CYCLE, marks.line_is_circular),
    ):
        numbers = [number for number, edge in enumerate(graph.edges) if is_marked(edge)]
        if numbers:
            yield colour, numbers


def _dot_lines(graph: Graph) -> Iterator[str]:
    marks = GraphMarks(graph)
    yield "digraph tickets {"
    yield '  graph [rankdir=LR, charset="UTF-8"];'
    yield '  node [shape=box, style="rounded,filled", fontname="sans-serif", color="#999999"];'
    yield '  edge [color="#666666"];'
    for node in graph.nodes:
        fill, text = COLOURS[style_name(node)]
        label = "\\n".join(_dot_text(line) for line in _label(node))
        attributes = [f'label="{label}"', f'fillcolor="{fill}"', f'fontcolor="{text}"']
        if marks.is_critical(node.ticket) or marks.is_circular(node.ticket):
            colour = CYCLE if marks.is_circular(node.ticket) else CRITICAL
            attributes += [f'color="{colour}"', "penwidth=3"]
        yield f'  "{_dot_name(node.ticket)}" [{", ".join(attributes)}];'
    for edge in graph.edges:
        ends = f'"{_dot_name(edge.source)}" -> "{_dot_name(edge.target)}"'
        attributes = _dot_line(edge, marks)
        yield f"  {ends} [{', '.join(attributes)}];" if attributes else f"  {ends};"
    yield "}"


def _dot_line(edge: Edge, marks: GraphMarks) -> list[str]:
    if not edge.waits:
        return ["style=dotted", "dir=none", "constraint=false"]
    if marks.line_is_circular(edge):
        return [f'color="{CYCLE}"', "penwidth=3"]
    return [f'color="{CRITICAL}"', "penwidth=3"] if marks.line_is_critical(edge) else []


def _label(node: Node) -> tuple[str, ...]:
    """The lines of a box: id and state, and the title, cut where it is very long."""
    title = visible(node.title)
    if len(title) > _LONGEST_TITLE:
        title = title[: _LONGEST_TITLE - 1] + "…"
    return (f"{visible(node.ticket)} {status_of(node)}", *([title] if title else []))


def _mermaid_text(text: str) -> str:
    return _MEANT_IN_MERMAID.sub(lambda match: f"#{ord(match[0])};", text)


def _dot_text(text: str) -> str:
    return "".join(_MEANT_IN_DOT.get(char, char) for char in text)


def _dot_name(ticket: str) -> str:
    return visible(ticket).replace("\\", "\\\\").replace('"', '\\"')


def style_name(node: Node) -> str:
    """The key of `COLOURS` for a node."""
    return node.state if node.problem is None and node.state in COLOURS else "problem"


def status_of(node: Node) -> str:
    """How a ticket stands, in a word: its problem, or its state."""
    return node.problem or node.state or ""
