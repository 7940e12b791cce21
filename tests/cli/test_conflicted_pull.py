"""After a conflicted `git pull`, what meets the markers says which command merges them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.tickets import put_ticket, ticket

MARKED = "<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> theirs\n"


def conflict(path: Path, line: str, other: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert line in text
    marked = MARKED.format(ours=line, theirs=other).rstrip("\n")
    path.write_text(text.replace(line, marked, 1), encoding="utf-8")


@pytest.mark.parametrize("command", ["show {}", "list", "route", "edit {} -p P1", "start {}"])
def test_an_item_with_markers_says_resolve(yoi: Program, workspace: Path, command: str) -> None:
    id_ = put_ticket(workspace, 1)
    conflict(workspace / f".yoi/tickets/{id_}/item.md", "state: 'planning'", "state: 'ready'")
    said = yoi(*command.format(id_).split(), check=False)
    assert "git's conflict markers" in said.out + said.err


def test_relations_and_plans_with_markers_say_resolve(yoi: Program, workspace: Path) -> None:
    one, other = put_ticket(workspace, 1), put_ticket(workspace, 2)
    yoi("ticket", "relation", "add", one, "related", other)
    yoi("plan", "add", one, "after", other)
    folder = workspace / f".yoi/tickets/{ticket(1)}/artifacts"
    plan = folder / "orchestration-plan.jsonl"
    plan.write_text(MARKED.format(ours=plan.read_text().strip(), theirs="{}"))
    assert "`yoi resolve`" in yoi("plan", "add", one, "before", other, check=False).err
    conflict(folder / "relations.json", '      "kind": "related",', '      "kind": "blocks",')
    assert "`yoi resolve`" in yoi("ticket", "relation", "list", one, check=False).err
