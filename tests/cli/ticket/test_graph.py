"""`yoi ticket graph`: what is drawn, and where it goes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.process import Program
from support.tickets import created, moved, put_ticket, ticket

from yoi_cli.model.ids import TicketId

AT = "2026-06-02T00:00:00Z"
CLOSED = (created(), moved(AT, 1, "planning", "closed"))


@pytest.fixture
def chain(workspace: Path) -> tuple[TicketId, TicketId, TicketId]:
    """Three tickets that wait for each other, the last for a closed one; and one alone."""
    put_ticket(workspace, 9, *CLOSED, state="closed", title="long done")
    c = put_ticket(workspace, 3, title="C", relations=(("depends_on", ticket(9)),))
    b = put_ticket(workspace, 2, title="B <b>", relations=(("depends_on", c),))
    a = put_ticket(workspace, 1, title="A", relations=(("depends_on", b), ("related", c)))
    put_ticket(workspace, 4, title="alone")
    return a, b, c


def test_open_tickets_are_drawn_below_those_that_wait_for_them(
    yoi: Program, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    a, b, c = chain
    assert yoi("ticket", "graph").out.splitlines() == [
        f"{a}  planning  A  [critical]",
        f"└─ {b}  planning  B <b>  [critical]",
        f"   └─ {c}  planning  C  [critical]",
        f"critical path (3): {c} → {b} → {a}",
        "1 more ticket waits for nobody and holds nobody up",
    ]


def test_json_has_nodes_lines_path_and_cycles(
    yoi: Program, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    a, b, c = chain
    data = yoi("ticket", "graph", "--related", "--json").json
    assert [node["ticket"] for node in data["nodes"]] == [a, b, c]
    assert data["edges"] == [
        {"source": a, "target": b, "kind": "depends_on"},
        {"source": b, "target": c, "kind": "depends_on"},
        {"source": a, "target": c, "kind": "related"},
    ]
    assert (data["critical_path"], data["cycles"]) == ([c, b, a], [])
    assert data["isolated"] == [ticket(4)]


def test_closed_tickets_are_drawn_where_asked_for(
    yoi: Program, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    data = yoi("ticket", "graph", "--all", "--json").json
    assert [node["state"] for node in data["nodes"]] == ["planning"] * 3 + ["closed"]
    assert len(data["critical_path"]) == 3


def test_around_a_named_ticket_stands_all_before_and_behind_it(
    yoi: Program, workspace: Path, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    other = put_ticket(workspace, 5, relations=(("depends_on", chain[2]),))
    data = yoi("ticket", "graph", chain[1], "--json").json
    assert [node["ticket"] for node in data["nodes"]] == list(chain)
    alone = yoi("ticket", "graph", ticket(4), "--json").json
    assert [node["ticket"] for node in alone["nodes"]] == [ticket(4)]
    closed = yoi("ticket", "graph", ticket(9), "--json").json
    assert {str(n["ticket"]) for n in closed["nodes"]} == {*chain, other, ticket(9)}


def test_what_is_missing_or_broken_is_drawn_as_such(yoi: Program, workspace: Path) -> None:
    broken = put_ticket(workspace, 2, title="broken")
    put_ticket(workspace, 1, relations=(("depends_on", broken), ("depends_on", ticket(8))))
    (workspace / ".yoi/tickets" / broken / "thread.md").unlink()
    problems = {
        str(node["ticket"]): node["problem"]
        for node in yoi("ticket", "graph", "--json").json["nodes"]
    }
    assert problems == {ticket(1): None, broken: "unreadable", ticket(8): "missing"}


def test_a_cycle_is_named(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, relations=(("depends_on", ticket(2)),))
    put_ticket(workspace, 2, relations=(("depends_on", ticket(1)),))
    assert yoi("ticket", "graph", "--json").json["cycles"] == [[ticket(1), ticket(2)]]
    assert f"cycle: {ticket(1)} → {ticket(2)} → {ticket(1)}" in yoi("ticket", "graph").out


def test_relations_that_cannot_be_read_are_told(
    yoi: Program, workspace: Path, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    (workspace / ".yoi/tickets" / chain[0] / "artifacts/relations.json").write_text("nonsense")
    result = yoi("ticket", "graph", "--format", "mermaid")
    assert "-->" in result.out
    assert f"The relations of {chain[0]} cannot be read." in result.err


@pytest.mark.parametrize("form", ["tree", "mermaid", "dot"])
def test_a_picture_in_a_file_is_what_would_be_printed(
    yoi: Program, workspace: Path, chain: tuple[TicketId, TicketId, TicketId], form: str
) -> None:
    printed = yoi("ticket", "graph", "--format", form).out
    said = yoi("ticket", "graph", "--format", form, "--output", "graph.txt")
    assert (workspace / "graph.txt").read_text(encoding="utf-8") == printed
    assert said.out == f"graph\t{form}\tgraph.txt\n"


def path_without(program: str) -> str:
    """A PATH on which `program` is not found, but the rest is."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(f for f in folders if not (Path(f) / program).exists())


def test_without_graphviz_svg_is_refused_with_what_to_do_instead(
    yoi: Program, workspace: Path, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    arguments = ("ticket", "graph", "--format", "svg", "--output", "graph.svg")
    result = yoi(*arguments, check=False, env={"PATH": path_without("dot")})
    assert (result.code, "graphviz_missing" in result.err) == (1, True)
    assert "mermaid" in result.err
    assert not (workspace / "graph.svg").exists()


def stand_in(folder: Path, script: str) -> dict[str, str | None]:
    """An environment in which `dot` is a small program of the test's own."""
    folder.mkdir()
    (folder / "dot").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "dot").chmod(0o755)
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_graphviz_is_given_the_dot_text_and_its_answer_is_kept(
    yoi: Program, tmp_path: Path, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    env = stand_in(tmp_path / "bin", 'echo "<!-- $* -->"; cat')
    drawn = yoi("ticket", "graph", "--format", "svg", env=env).out
    assert drawn == "<!-- -Tsvg -->\n" + yoi("ticket", "graph", "--format", "dot").out


def test_a_failure_of_graphviz_is_told(
    yoi: Program, tmp_path: Path, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    env = stand_in(tmp_path / "bin", "echo 'no memory' >&2; exit 3")
    result = yoi("ticket", "graph", "--format", "svg", env=env, check=False)
    assert (result.code, "no memory" in result.err, result.out) == (1, True, "")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_what_we_describe(
    yoi: Program, chain: tuple[TicketId, TicketId, TicketId]
) -> None:
    drawn = yoi("ticket", "graph", "--format", "svg").out
    assert "</svg>" in drawn
    assert "B &lt;b&gt;" in drawn


def test_json_is_no_picture(yoi: Program, workspace: Path) -> None:
    result = yoi("ticket", "graph", "--json", "--format", "dot", check=False)
    assert (result.code, result.error["code"]) == (2, "format_given_twice")
