"""The JSON types of the dependency graph (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from yoi_cli.model.graph import Graph


class NodeDocument(TypedDict):
    """A ticket of the graph. `problem` is missing, unreadable, diverged or null."""

    ticket: str
    title: str
    state: str | None
    problem: str | None


class EdgeDocument(TypedDict):
    """`source` waits for `target`; where the kind is `related`, neither waits.

    `kind` is the relation as it was recorded: `blocks` is recorded by the target.
    """

    source: str
    target: str
    kind: str


class GraphDocument(TypedDict):
    """The graph; `critical_path` stands in the order of the work.

    `isolated` are tickets that wait for nobody and hold nobody up, and so are no nodes;
    `unreadable` are those whose relations cannot be read.
    """

    nodes: list[NodeDocument]
    edges: list[EdgeDocument]
    critical_path: list[str]
    cycles: list[list[str]]
    isolated: list[str]
    unreadable: list[str]


def graph_document(graph: Graph) -> GraphDocument:
    return {
        "nodes": [
            {"ticket": n.ticket, "title": n.title, "state": n.state, "problem": n.problem}
            for n in graph.nodes
        ],
        "edges": [{"source": e.source, "target": e.target, "kind": e.kind} for e in graph.edges],
        "critical_path": list(graph.critical_path),
        "cycles": [list(cycle) for cycle in graph.cycles],
        "isolated": list(graph.isolated),
        "unreadable": list(graph.unreadable),
    }
