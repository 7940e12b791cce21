"""The critical path and what can be reached, on graphs of any shape."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.graph import critical_path, reachable

NAMES = "abcdefg"
GRAPHS = st.dictionaries(
    st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), unique=True, max_size=3)
)


def test_the_critical_path_is_the_longest_chain_in_the_order_of_the_work() -> None:
    graph = {"d": ["c", "a"], "c": ["b"], "b": ["a"], "e": ["a"]}
    assert critical_path(graph, set("abcde")) == ("a", "b", "c", "d")


def test_what_is_resolved_is_no_part_of_the_critical_path() -> None:
    graph = {"d": ["c"], "c": ["b"], "b": ["a"]}
    assert critical_path(graph, set("bcd")) == ("b", "c", "d")
    assert critical_path(graph, set("abd")) == ("a", "b")


def test_a_graph_without_a_line_has_no_critical_path() -> None:
    assert critical_path({}, set("abc")) == ()
    assert critical_path({"a": ["b"]}, {"a"}) == ()


def test_a_cycle_is_passed_through_at_one_ticket() -> None:
    graph = {"a": ["b"], "b": ["c", "a"], "c": ["d"]}
    assert critical_path(graph, set("abcd")) == ("d", "c", "b")
    assert critical_path({"a": ["b"], "b": ["a"]}, set("ab")) == ()


def test_a_chain_of_ten_thousand_is_followed_to_its_end() -> None:
    names = [f"{number:05}" for number in range(10_000)]
    graph = {later: [earlier] for earlier, later in pairwise(names)}
    assert critical_path(graph, set(names)) == tuple(names)


def test_ten_thousand_that_wait_for_one_are_no_chain() -> None:
    names = [f"{number:05}" for number in range(1, 10_000)]
    assert critical_path({name: ["00000"] for name in names}, {"00000", *names}) == (
        "00000",
        "00001",
    )


@given(GRAPHS, st.sets(st.sampled_from(NAMES)))
def test_every_step_of_the_critical_path_is_a_line_between_unresolved_tickets(
    graph: dict[str, list[str]], unresolved: set[str]
) -> None:
    path = critical_path(graph, unresolved)
    assert len(set(path)) == len(path) != 1
    assert set(path) <= unresolved
    assert all(earlier in graph[later] for earlier, later in pairwise(path))


@given(GRAPHS)
def test_no_chain_of_a_graph_without_cycles_is_longer(graph: dict[str, list[str]]) -> None:
    ordered = {name: [other for other in others if other < name] for name, others in graph.items()}
    longest: dict[str, int] = {}
    for name in NAMES:
        longest[name] = 1 + max((longest[other] for other in ordered.get(name, ())), default=0)
    best = max(longest.values())
    assert len(critical_path(ordered, set(NAMES))) == (best if best > 1 else 0)


def test_everything_behind_a_ticket_can_be_reached_from_it() -> None:
    graph = {"a": ["b"], "b": ["a", "c"], "x": ["a"]}
    assert reachable(graph, ["a"]) == set("abc")
