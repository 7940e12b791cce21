"""Durable facts between tickets, and what they block (docs/format.md and docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEPENDS_ON = "depends_on"
BLOCKS = "blocks"
RELATED = "related"
SUPERSEDES = "supersedes"
DUPLICATE_OF = "duplicate_of"

#: Forward kinds, in the order in which a file lists them.
KINDS = (DEPENDS_ON, BLOCKS, RELATED, SUPERSEDES, DUPLICATE_OF)
INVERSES = {
    DEPENDS_ON: "dependency_of",
    BLOCKS: "blocked_by",
    RELATED: "related",
    SUPERSEDES: "superseded_by",
    DUPLICATE_OF: "duplicated_by",
}

#: What is wrong with a ticket at the other end, so that its state says nothing.
MISSING = "missing"
UNREADABLE = "unreadable"
DIVERGED = "diverged"


class Relation(NamedTuple):
    """`ticket_id` stands in the relation `kind` to `target`; recorded by `author` at `at`."""

    ticket_id: str
    kind: str
    target: str
    author: str
    at: str
    note: str | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What no ticket may have twice."""
        return (self.kind, self.target)

    @property
    def inverse(self) -> str:
        """The word for this relation, seen from its target."""
        return INVERSES.get(self.kind, self.kind)

    @property
    def edge(self) -> tuple[str, str] | None:
        """(waiting ticket, ticket waited for) where the relation blocks, else None."""
        if self.kind == DEPENDS_ON:
            return (self.ticket_id, self.target)
        if self.kind == BLOCKS:
            return (self.target, self.ticket_id)
        return None


def sort_key(relation: Relation) -> tuple[int, str]:
    """The order of relations in a file: by kind, then by target."""
    kind = KINDS.index(relation.kind) if relation.kind in KINDS else len(KINDS)
    return (kind, relation.target)


def blocking_graph(relations: Iterable[Relation]) -> dict[str, tuple[str, ...]]:
    """For each ticket that waits for others: those others, each once, in a stable order."""
    graph: dict[str, dict[str, None]] = {}
    for relation in relations:
        edge = relation.edge
        if edge is not None:
            graph.setdefault(edge[0], {})[edge[1]] = None
    return {ticket: tuple(blockers) for ticket, blockers in graph.items()}


def find_path(graph: Mapping[str, tuple[str, ...]], start: str, goal: str) -> tuple[str, ...]:
    """A shortest path from `start` to `goal` along `graph`, both included; empty if none."""
    came_from: dict[str, str] = {start: start}
    frontier = [start]
    while frontier and goal not in came_from:
        reached: list[str] = []
        for ticket in frontier:
            for blocker in graph.get(ticket, ()):
                if blocker not in came_from:
                    came_from[blocker] = ticket
                    reached.append(blocker)
        frontier = reached
    if goal not in came_from:
        return ()
    path = [goal]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))


def closing_cycle(
    graph: Mapping[str, tuple[str, ...]], waiting: str, blocker: str
) -> tuple[str, ...]:
    """The cycle that the edge `waiting → blocker` would close, as a walk; empty if none."""
    path = find_path(graph, blocker, waiting)
    return (waiting, *path) if path else ()


def cyclic_components(graph: Mapping[str, tuple[str, ...]]) -> list[frozenset[str]]:
    """The groups of tickets that block one another in a cycle (strongly connected ones).

    Tarjan's algorithm with an explicit stack, so that a chain of any length is walked.
    """
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    found: list[frozenset[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph.get(root, ())))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            ticket, rest = work[-1]
            for blocker in rest:
                if blocker not in index:
                    index[blocker] = low[blocker] = len(index)
                    stack.append(blocker)
                    on_stack.add(blocker)
                    work.append((blocker, iter(graph.get(blocker, ()))))
                    break
                if blocker in on_stack:
                    low[ticket] = min(low[ticket], index[blocker])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[ticket])
                if low[ticket] == index[ticket]:
                    component = _pop_through(ticket, stack, on_stack)
                    if len(component) > 1 or ticket in graph.get(ticket, ()):
                        found.append(component)
    return found


def _pop_through(ticket: str, stack: list[str], on_stack: set[str]) -> frozenset[str]:
    component: set[str] = set()
    while ticket not in component:
        member = stack.pop()
        on_stack.discard(member)
        component.add(member)
    return frozenset(component)
