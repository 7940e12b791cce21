"""Pictures of a graph: nothing that a title holds is read as part of the picture."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.cli.ticket.graph_text import dot, mermaid
from yoi_cli.cli.ticket.graph_tree import tree_text
from yoi_cli.model.graph import Edge, Graph, Node

A, B, C = "00001M7WG035S", "00001M7WG038D", "00001M7WG03B1"
HOSTILE = (
    'a "quoted" title',
    'x"]; evil["y',
    'x"]\n  click t0 "javascript:alert(1)"',
    "<script>alert(1)</script>",
    "`**markdown**`",
    "]]> --> </svg>",
    "%%{init: {}}%%",
    "back\\slash \\N \\",
    "&quot; &lt; #quot; #34;",
    "\x1b[31mred\x07 \u202e bidi \u2028",
)
_NODE = re.compile(r'  t[0-9A-Z]{13}\["([^"]*)"\]:::\w+')
_BOX = re.compile(r'  "[0-9A-Z]{13}" \[label="((?:[^"\\]|\\n)*)", fillcolor="#\w+".*\];')


def graph_of(title: str) -> Graph:
    return Graph((Node(A, title, "queued"),), ())


@pytest.mark.parametrize("title", HOSTILE)
def test_a_title_ends_no_label_and_adds_no_line(title: str) -> None:
    plain = graph_of("plain")
    for draw, node in ((mermaid, _NODE), (dot, _BOX)):
        drawn = draw(graph_of(title))
        assert len(drawn.splitlines()) == len(draw(plain).splitlines())
        (label,) = [found[1] for line in drawn.splitlines() if (found := node.fullmatch(line))]
        assert "<" not in label.replace("<br/>", "")
        assert all(char.isprintable() for char in label)


@given(st.text())
def test_no_text_at_all_gets_out_of_its_label(title: str) -> None:
    graph = graph_of(title)
    for draw, node in ((mermaid, _NODE), (dot, _BOX)):
        assert sum(node.fullmatch(line) is not None for line in draw(graph).split("\n")) == 1


def test_an_id_that_is_none_names_no_part_of_the_picture() -> None:
    strange = 'x"]; evil'
    graph = Graph(
        (Node(A, "A", "queued"), Node(strange, "", None, "missing")),
        (Edge(A, strange, "depends_on"),),
    )
    assert f"  t{A} --> x1" in mermaid(graph).splitlines()
    assert f'  "{A}" -> "x\\"]; evil";' in dot(graph).splitlines()


def marked() -> Graph:
    nodes = (Node(A, "A", "done"), Node(B, "B", "queued"), Node(C, "C", None, "missing"))
    edges = (Edge(B, C, "depends_on"), Edge(A, B, "blocks"), Edge(A, C, "related"))
    return Graph(nodes, edges, critical_path=(C, B))


def test_states_problems_and_the_critical_path_are_marked() -> None:
    lines = mermaid(marked()).splitlines()
    assert [line.rpartition(":::")[2] for line in lines if ":::" in line] == [
        "done",
        "queued",
        "problem",
    ]
    assert f"  t{A} -.- t{C}" in lines
    assert "  linkStyle 0 stroke:#c2410c,stroke-width:3px" in lines
    drawn = dot(marked())
    assert f'"{B}" -> "{C}" [color="#c2410c", penwidth=3];' in drawn
    assert f'"{A}" -> "{B}";' in drawn
    assert f'"{A}" -> "{C}" [style=dotted, dir=none, constraint=false];' in drawn


def test_a_cycle_is_marked_where_it_closes() -> None:
    edges = (Edge(A, B, "depends_on"), Edge(B, A, "depends_on"), Edge(C, A, "depends_on"))
    nodes = tuple(Node(ticket, "", "queued") for ticket in (A, B, C))
    graph = Graph(nodes, edges, cycles=((A, B),))
    assert "  linkStyle 0,1 stroke:#b91c1c,stroke-width:3px" in mermaid(graph).splitlines()
    assert tree_text(graph) == (
        f"{C}  queued\n"
        f"└─ {A}  queued    [cycle]\n"
        f"   └─ {B}  queued    [cycle]\n"
        f"      └─ {A}  queued    [cycle]  (see above)\n"
        f"cycle: {A} → {B} → {A}\n"
    )


def test_a_cycle_that_nothing_leads_to_is_drawn_too() -> None:
    edges = (Edge(A, B, "depends_on"), Edge(B, A, "depends_on"))
    graph = Graph(tuple(Node(ticket, "", "queued") for ticket in (A, B)), edges)
    assert tree_text(graph).startswith(f"{A}  queued")


def test_a_deep_tree_takes_a_line_a_ticket_that_can_be_read() -> None:
    names = [f"{number:013}" for number in range(10_000)]
    nodes = tuple(Node(name, "", "queued") for name in names)
    edges = tuple(Edge(a, b, "depends_on") for a, b in pairwise(names))
    lines = tree_text(Graph(nodes, edges)).splitlines()
    assert len(lines) == 10_000
    assert max(map(len, lines)) < 120
    assert lines[-1] == f"(9999) └─ {names[-1]}  queued"
