"""The dependency graph as a tree, in a file or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.cli.text.page import Page
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.cli.text.table import Cell, state_style
from yoi_cli.cli.ticket.graph_text import GraphMarks, status_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.model.graph import Graph, Node

_DEEPEST_INDENT = 20


def print_graph(graph: Graph, *, as_json: bool) -> None:
    """Print the graph as one JSON document, or as a tree: below each ticket what it waits for."""
    if as_json:
        from yoi_cli.api.documents.relations import graph_document

        report_json("graph", graph_document(graph))
    else:
        _tree_page(graph).show()
    warn_of_graph(graph)


def print_drawn(graph: Graph, form: str, path: str) -> None:
    """The picture stands in a file."""
    counts = f"{len(graph.nodes)} tickets, {len(graph.edges)} lines"
    report_lines([("graph", form, path)], [f"Drew {counts}: {path}"])
    warn_of_graph(graph)


def warn_of_graph(graph: Graph) -> None:
    """Name what the graph cannot show."""
    warn(f"The relations of {ticket} cannot be read." for ticket in graph.unreadable)


def tree_text(graph: Graph) -> str:
    """The tree as plain lines."""
    return _tree_page(graph).plain()


def _tree_page(graph: Graph) -> Page:
    page = Page()
    for prefix, node, note in _rows(graph):
        page.line(
            Cell(prefix, "dim"),
            Cell(node.ticket, "bold"),
            "  ",
            Cell(status_of(node), "bold red" if node.problem else state_style(node.state or "")),
            "  ",
            node.title,
            Cell(note, "bold red"),
        )
    for line in _summary(graph):
        page.line(Cell(line, "dim"))
    return page


def _summary(graph: Graph) -> Iterator[str]:
    if graph.critical_path:
        yield f"critical path ({len(graph.critical_path)}): {_chain(graph.critical_path)}"
    for cycle in graph.cycles:
        yield f"cycle: {_chain((*cycle, cycle[0]))}"
    if graph.isolated:
        plural = "ticket waits" if len(graph.isolated) == 1 else "tickets wait"
        holds = "holds" if len(graph.isolated) == 1 else "hold"
        yield f"{len(graph.isolated)} more {plural} for nobody and {holds} nobody up"
    elif not graph.nodes:
        yield "No ticket waits for another."


def _chain(tickets: Sequence[str], most: int = 12) -> str:
    shown = " → ".join(tickets[:most])
    return f"{shown} → … ({len(tickets) - most} more)" if len(tickets) > most else shown


def _rows(graph: Graph) -> Iterator[tuple[str, Node, str]]:
    """The lines of the tree: (branch, ticket, marks).

    The walk has its own stack. A ticket's own tree is drawn once, and branches are indented
    no further than can be read, so that a chain of any length takes as many lines.
    """
    marks = GraphMarks(graph)
    nodes = {node.ticket: node for node in graph.nodes}
    below = _below(graph)
    drawn: set[str] = set()
    for root in _roots(graph, below):
        pending = [(root, 0, "", True)]
        while pending:
            ticket, depth, indent, is_last = pending.pop()
            again = ticket in drawn and bool(below.get(ticket))
            branch = "" if depth == 0 else indent + ("└─ " if is_last else "├─ ")
            yield branch, nodes[ticket], _note(ticket, marks) + again * "  (see above)"
            if again:
                continue
            drawn.add(ticket)
            others = below.get(ticket, ())
            deeper = _deeper(indent, depth, is_last=is_last)
            pending += [
                (other, depth + 1, deeper, index == len(others) - 1)
                for index, other in reversed(list(enumerate(others)))
            ]


def _note(ticket: str, marks: GraphMarks) -> str:
    critical = "  [critical]" if marks.is_critical(ticket) else ""
    return critical + ("  [cycle]" if marks.is_circular(ticket) else "")


def _deeper(indent: str, depth: int, *, is_last: bool) -> str:
    """The indentation one level further down; from a certain depth on, the depth as a number."""
    if depth == 0:
        return ""
    if depth >= _DEEPEST_INDENT:
        return f"({depth + 1}) "
    return indent + ("   " if is_last else "│  ")


def _below(graph: Graph) -> Mapping[str, Sequence[str]]:
    found: dict[str, dict[str, None]] = {}
    for edge in graph.edges:
        found.setdefault(edge.source, {})[edge.target] = None
    return {ticket: tuple(others) for ticket, others in found.items()}


def _roots(graph: Graph, below: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The tickets that hold nobody up, and for each cycle that nothing leads to, one of it."""
    held = {other for others in below.values() for other in others}
    reached: set[str] = set()
    first = [node.ticket for node in graph.nodes if node.ticket not in held]
    for ticket in (*first, *(node.ticket for node in graph.nodes)):
        if ticket in reached:
            continue
        yield ticket
        pending = [ticket]
        while pending:
            found = pending.pop()
            if found not in reached:
                reached.add(found)
                pending += below.get(found, ())
