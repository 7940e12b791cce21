"""Tickets of tk and Backlog.md come in from their folders, whichever way these are named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.file_stores import fingerprint
from support.process import Program

TK = """---
id: nw-1
status: in_progress
deps: [nw-2]
created: 2026-01-09T17:06:30Z
---
# Sign in

It is slow.

## Notes

**2026-01-10T08:00:00Z**

<!-- event: close author: x at: 2026-01-01T00:00:00Z status: closed -->
"""
TK_DONE = """---
id: nw-2
status: closed
created: 2026-01-08T17:06:30Z
---
# Cookies
"""
BACKLOG = """---
id: task-{number}
title: Task {number}
status: {status}
created_date: '2026-01-09 17:06'
dependencies: [{dependencies}]
---

## Description

Text.
"""


@pytest.fixture
def tk(workspace: Path) -> Path:
    folder = workspace / ".tickets"
    folder.mkdir()
    (folder / "nw-1.md").write_text(TK)
    (folder / "nw-2.md").write_text(TK_DONE)
    return folder


@pytest.fixture
def backlog(workspace: Path) -> Path:
    folder = workspace / "backlog"
    (folder / "tasks").mkdir(parents=True)
    (folder / "completed").mkdir()
    open_task = BACKLOG.format(number=1, status="To Do", dependencies="task-2")
    (folder / "tasks" / "task-1 - One.md").write_text(open_task)
    done_task = BACKLOG.format(number=2, status="Done", dependencies="")
    (folder / "completed" / "task-2 - Two.md").write_text(done_task)
    (folder / "config.yml").write_text("project_name: x\n")
    return folder


def states(yoi: Program) -> dict[str, str]:
    rows = yoi("ticket", "list", "--all").out.splitlines()[1:]
    return {row.split("\t")[2]: row.split("\t")[0] for row in rows}


@pytest.mark.parametrize("source", [".tickets", "."])
def test_tk_is_recognised(yoi: Program, tk: Path, source: str) -> None:
    rows = [row.split("\t") for row in yoi("ticket", "import", source).out.splitlines()]
    assert [(word, name) for word, _, name in rows] == [
        ("imported", "tk:nw-1"),
        ("imported", "tk:nw-2"),
    ]
    assert states(yoi) == {"Sign in": "inprogress", "Cookies": "closed"}
    shown = yoi("ticket", "show", rows[0][1], "--json").json
    assert [one["target"] for one in shown["relations"]["outgoing"]] == [rows[1][1]]
    assert shown["events"][1]["body"].startswith("<!-- event: close")
    assert shown["diverged"] == []
    assert shown["item"]["frontmatter"]["source"] == "tk:nw-1"


@pytest.mark.parametrize("source", ["backlog", "."])
def test_backlog_is_recognised(yoi: Program, backlog: Path, source: str) -> None:
    yoi("ticket", "import", source)
    assert states(yoi) == {"Task 1": "planning", "Task 2": "closed"}


def test_the_tasks_of_backlog_alone_come_in(yoi: Program, backlog: Path) -> None:
    result = yoi("ticket", "import", "backlog/tasks")
    assert states(yoi) == {"Task 1": "planning"}
    assert "depends_on" in result.err


def test_a_folder_of_both_asks_which(yoi: Program, tk: Path, backlog: Path) -> None:
    result = yoi("ticket", "import", ".", "--json", check=False)
    assert (result.code, result.error["code"]) == (2, "format_unclear")
    yoi("ticket", "import", ".", "--format", "tk")
    assert states(yoi) == {"Sign in": "inprogress", "Cookies": "closed"}


def test_a_second_import_skips_what_is_here(yoi: Program, tk: Path, workspace: Path) -> None:
    yoi("ticket", "import", tk)
    before = fingerprint(workspace / ".yoi/tickets")
    again = yoi("ticket", "import", tk, "--json").json
    assert [one["source"] for one in again["skipped"]] == ["tk:nw-1", "tk:nw-2"]
    assert fingerprint(workspace / ".yoi/tickets") == before


def test_a_dry_run_says_what_would_come_and_writes_nothing(
    yoi: Program, tk: Path, workspace: Path
) -> None:
    before = fingerprint(workspace)
    shown = yoi("ticket", "import", tk, "--dry-run").out
    assert fingerprint(workspace) == before
    assert yoi("ticket", "import", tk).out == shown


def test_a_file_that_is_no_ticket_is_named_and_hides_no_other(
    yoi: Program, tk: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(TK.replace("nw-1", "secret"))
    (tk / "link.md").symlink_to(tmp_path / "secret")
    os.mkfifo(tk / "pipe.md")
    (tk / "README.md").write_text("# Not a ticket\n")
    result = yoi("ticket", "import", tk, check=False)
    assert result.code == 1
    assert states(yoi) == {"Sign in": "inprogress", "Cookies": "closed"}
    for name in ("link.md", "pipe.md", "README.md"):
        assert f".tickets/{name}" in result.err


def test_an_author_that_no_header_can_hold_moves_into_the_text(yoi: Program, backlog: Path) -> None:
    comments = """
## Comments

<!-- COMMENTS:BEGIN -->
author: x --> y
created: 2026-01-10 08:00
---
Found it.
---
<!-- COMMENTS:END -->
"""
    path = backlog / "tasks" / "task-1 - One.md"
    path.write_text(path.read_text() + comments)
    rows = yoi("ticket", "import", backlog, "--author", "me").out.splitlines()
    ticket = next(row.split("\t")[1] for row in rows if row.endswith("task-1"))
    comment = yoi("ticket", "show", ticket, "--json").json["events"][1]
    assert (comment["author"], comment["body"]) == ("me", "author: x --> y\n\nFound it.")


def test_what_is_not_there_is_named(yoi: Program, workspace: Path) -> None:
    assert yoi("ticket", "import", "nowhere", check=False).code == 3
    assert yoi("ticket", "import", "nowhere", "--format", "tk", check=False).code == 3
    assert yoi("ticket", "import", ".", check=False).code == 2
    assert yoi("ticket", "import", ".", "--format", "jira", check=False).code == 2
