"""The dependency graph of tickets: its critical path and its cycles. Pure (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.relations import cyclic_components, waiting_end
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Node(NamedTuple):
    """A ticket of the graph. `state` is None where it cannot be told; `problem` says why."""

    ticket: str
    title: str
    state: str | None
    problem: str | None = None


class Edge(NamedTuple):
    """A line of the graph: `source` waits for `target`, or is only related to it.

    `kind` is the relation as it was recorded: `blocks` is recorded by the target.
    """

    source: str
    target: str
    kind: str

    @property
    def waits(self) -> bool:
        """Whether `source` waits for `target`."""
        return waiting_end(self.kind) is not None


class Graph(NamedTuple):
    """Tickets and what they wait for.

    `critical_path` stands in the order of the work: its first ticket waits for nobody.
    `isolated` are tickets that wait for nobody and hold nobody up; they are no nodes.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    critical_path: tuple[str, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()
    isolated: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def critical_path(waits_for: Mapping[str, Iterable[str]], unresolved: set[str]) -> tuple[str, ...]:
    """The longest chain of unresolved tickets, by count, in the order of the work.

    Empty where no unresolved ticket waits for another. A cycle has no longest chain, so its
    own lines do not count; of equally long chains the one of the smaller ids is taken. The
    walk has its own stack, so that a chain of any length is followed.
    """
    graph = _between(waits_for, unresolved)
    cycle_of = {
        member: number
        for number, component in enumerate(cyclic_components(graph))
        for member in component
    }
    acyclic = {
        ticket: tuple(
            o for o in others if ticket not in cycle_of or cycle_of.get(o) != cycle_of[ticket]
        )
        for ticket, others in graph.items()
    }
    behind = _longest_behind(acyclic)
    if not behind:
        return ()
    start = max(acyclic, key=lambda ticket: behind[ticket][0])
    path = [start]
    while (following := behind[path[-1]][1]) is not None:
        path.append(following)
    return tuple(reversed(path)) if len(path) > 1 else ()


def cycles(waits_for: Mapping[str, Iterable[str]], unresolved: set[str]) -> list[tuple[str, ...]]:
    """The cycles of unresolved tickets that wait for each other, each in the order of the ids."""
    components = cyclic_components(_between(waits_for, unresolved))
    return sorted(tuple(sorted(component)) for component in components)


def _between(
    waits_for: Mapping[str, Iterable[str]], unresolved: set[str]
) -> dict[str, tuple[str, ...]]:
    """What each unresolved ticket waits for of the others, all in the order of the ids."""
    return {
        ticket: tuple(sorted(unresolved.intersection(waits_for.get(ticket, ()))))
        for ticket in sorted(unresolved)
    }


def _longest_behind(
    graph: Mapping[str, Sequence[str]],
) -> dict[str, tuple[int, str | None]]:
    """For each ticket of a graph without cycles: how long its longest chain is, and by whom."""
    found: dict[str, tuple[int, str | None]] = {}
    for root in graph:
        pending = [root]
        while pending:
            ticket = pending[-1]
            unknown = [other for other in graph[ticket] if other not in found]
            if unknown and ticket not in found:
                pending += unknown
                continue
            pending.pop()
            if ticket not in found:
                best = max(graph[ticket], key=lambda other: found[other][0], default=None)
                found[ticket] = (1 + (found[best][0] if best is not None else 0), best)
    return found


def reachable(graph: Mapping[str, Iterable[str]], starts: Iterable[str]) -> set[str]:
    """Everything that can be reached along `graph` from `starts`, which are part of it."""
    found = set(starts)
    pending = list(found)
    while pending:
        for other in graph.get(pending.pop(), ()):
            if other not in found:
                found.add(other)
                pending.append(other)
    return found
