"""Relations, what they block, and cycles among them (docs/format.md and docs/routing.md)."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.relations import (
    KINDS,
    Relation,
    blocking_graph,
    closing_cycle,
    cyclic_components,
    find_path,
    sort_key,
)

LONG = 100_000
NODES = "ABCDEFG"
EDGES = st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)), max_size=16)
Graph = dict[str, tuple[str, ...]]


def relation(ticket: str, kind: str, target: str) -> Relation:
    return Relation(ticket, kind, target, "Ada Example", "2026-06-25T16:30:32Z")


def graph_of(edges: set[tuple[str, str]]) -> Graph:
    graph: Graph = {}
    for waiting, blocker in sorted(edges):
        graph[waiting] = (*graph.get(waiting, ()), blocker)
    return graph


def reachable(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """All (from, to) pairs that a walk of one step or more joins, by plain iteration."""
    found = set(edges)
    for middle, start, end in itertools.product(NODES, repeat=3):
        if (start, middle) in found and (middle, end) in found:
            found.add((start, end))
    return found


def test_depends_on_and_blocks_are_two_ways_to_say_who_waits() -> None:
    assert relation("A", "depends_on", "B").edge == ("A", "B")
    assert relation("A", "blocks", "B").edge == ("B", "A")


@pytest.mark.parametrize("kind", ["related", "supersedes", "duplicate_of", "unheard_of"])
def test_no_other_kind_makes_anybody_wait(kind: str) -> None:
    assert relation("A", kind, "B").edge is None


def test_every_kind_has_a_word_for_it_seen_from_the_target() -> None:
    assert [relation("A", kind, "B").inverse for kind in KINDS] == [
        "dependency_of",
        "blocked_by",
        "related",
        "superseded_by",
        "duplicated_by",
        "child",
    ]


def test_relations_are_kept_by_kind_then_by_target() -> None:
    mixed = [relation("A", kind, target) for target in "CB" for kind in reversed(list(KINDS))]
    ordered = sorted(mixed, key=sort_key)
    assert [entry.key for entry in ordered] == [(kind, t) for kind in KINDS for t in "BC"]


def test_a_blocker_named_twice_stands_once_in_the_graph() -> None:
    graph = blocking_graph([relation("A", "depends_on", "B"), relation("B", "blocks", "A")])
    assert graph == {"A": ("B",)}


@given(EDGES)
def test_the_cycles_are_the_groups_that_reach_one_another(edges: set[tuple[str, str]]) -> None:
    walks = reachable(edges)
    on_cycles = [node for node in NODES if (node, node) in walks]
    expected = {
        frozenset(o for o in on_cycles if (node, o) in walks and (o, node) in walks)
        for node in on_cycles
    }
    found = cyclic_components(graph_of(edges))
    assert set(found) == expected
    assert len(found) == len(expected)


@given(EDGES, st.sampled_from(NODES), st.sampled_from(NODES))
def test_an_edge_is_refused_exactly_when_it_closes_a_cycle(
    edges: set[tuple[str, str]], waiting: str, blocker: str
) -> None:
    cycle = closing_cycle(graph_of(edges), waiting, blocker)
    assert bool(cycle) == (waiting == blocker or (blocker, waiting) in reachable(edges))
    if cycle:
        assert cycle[0] == cycle[-1] == waiting
        assert set(itertools.pairwise(cycle)) <= edges | {(waiting, blocker)}


@given(EDGES, st.sampled_from(NODES), st.sampled_from(NODES))
def test_a_path_is_a_walk_along_edges_and_none_is_shorter(
    edges: set[tuple[str, str]], start: str, goal: str
) -> None:
    path = find_path(graph_of(edges), start, goal)
    if not path:
        assert start != goal
        assert (start, goal) not in reachable(edges)
        return
    assert (path[0], path[-1]) == (start, goal)
    assert set(itertools.pairwise(path)) <= edges
    assert len(set(path)) == len(path)
    assert len(path) - 1 == _distance(edges, start, goal)


def _distance(edges: set[tuple[str, str]], start: str, goal: str) -> int:
    reached = {start}
    for steps in range(len(NODES)):
        if goal in reached:
            return steps
        reached |= {end for begin, end in edges if begin in reached}
    raise AssertionError(f"{goal} is out of reach")


def test_a_chain_of_100000_tickets_is_walked_without_recursion() -> None:
    names = [str(number) for number in range(LONG)]
    graph: Graph = {a: (b,) for a, b in itertools.pairwise(names)}
    assert cyclic_components(graph) == []
    assert len(closing_cycle(graph, names[-1], names[0])) == LONG + 1
    ring = {**graph, names[-1]: (names[0],)}
    assert cyclic_components(ring) == [frozenset(names)]


def test_a_ticket_that_10000_wait_for_is_walked_once() -> None:
    graph: Graph = {str(n): ("hub",) for n in range(10_000)}
    graph["hub"] = tuple(str(n) for n in range(10_000))
    (cycle,) = cyclic_components(graph)
    assert len(cycle) == 10_001
