"""Durable facts between tickets, and what they block (docs/format.md and docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEPENDS_ON = "depends_on"
BLOCKS = "blocks"
RELATED = "related"
SUPERSEDES = "supersedes"
DUPLICATE_OF = "duplicate_of"
PARENT = "parent"

#: The ends of a relation: the ticket that has it, and the one that it names.
TICKET = "ticket"
TARGET = "target"


class RelationKind(NamedTuple):
    """A kind of relation; what is decided, drawn or told by kind follows from this alone.

    `inverse` is the word for it, seen from the target. `blocks` is the end that waits for the
    other one: `TICKET`, `TARGET`, or None. Two tickets cannot both say a `one_way` kind of each
    other, and readers of either are told of it.
    """

    name: str
    inverse: str
    blocks: str | None = None
    one_way: bool = False

    @property
    def is_mutual(self) -> bool:
        """Whether it says the same of both its ends, and so orders nothing."""
        return self.inverse == self.name


#: Every kind by its name, in the order in which a file lists relations.
KINDS: Mapping[str, RelationKind] = {
    kind.name: kind
    for kind in (
        RelationKind(DEPENDS_ON, "dependency_of", blocks=TICKET),
        RelationKind(BLOCKS, "blocked_by", blocks=TARGET),
        RelationKind(RELATED, "related"),
        RelationKind(SUPERSEDES, "superseded_by", one_way=True),
        RelationKind(DUPLICATE_OF, "duplicated_by", one_way=True),
        RelationKind(PARENT, "child", one_way=True),
    )
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
        kind = KINDS.get(self.kind)
        return self.kind if kind is None else kind.inverse

    @property
    def edge(self) -> tuple[str, str] | None:
        """(waiting ticket, ticket waited for) where the relation blocks, else None."""
        waiting = waiting_end(self.kind)
        if waiting is None:
            return None
        return (self.ticket_id, self.target) if waiting == TICKET else (self.target, self.ticket_id)


def waiting_end(kind: str) -> str | None:
    """The end that waits for the other in a relation of `kind`: `TICKET`, `TARGET` or None."""
    known = KINDS.get(kind)
    return None if known is None else known.blocks


def place_of(kind: str) -> int:
    """The place of `kind` in the order of kinds; a word that is none comes last."""
    return list(KINDS).index(kind) if kind in KINDS else len(KINDS)


def kind_of_inverse(word: str) -> str | None:
    """The kind that `word` is the inverse of, None where it is none's."""
    return next((kind.name for kind in KINDS.values() if kind.inverse == word), None)


def sort_key(relation: Relation) -> tuple[int, str]:
    """The order of relations in a file: by kind, then by target."""
    return (place_of(relation.kind), relation.target)


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
