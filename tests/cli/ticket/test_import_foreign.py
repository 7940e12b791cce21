"""Tickets of tk and Backlog.md come in from their folders, whichever way these are named."""

from __future__ import annotations

import json
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


FOREIGN = Path(__file__).parents[2] / "transfer" / "foreign"


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("beads.jsonl", "beads"),
        ("taskwarrior.json", "taskwarrior"),
        ("github_gh.json", "github"),
        ("git_bug_show.json", "git-bug"),
    ],
)
def test_files_of_other_tools_are_recognised_also_from_a_pipe(
    yoi: Program, workspace: Path, name: str, tool: str
) -> None:
    shown = yoi("ticket", "import", "-", "--dry-run", stdin=(FOREIGN / name).read_text()).out
    imported = yoi("ticket", "import", FOREIGN / name)
    # An objective has no id before it is made.
    assert [row for row in imported.out.splitlines() if not row.startswith("objective")] == [
        row for row in shown.splitlines() if not row.startswith("objective")
    ]
    assert imported.out.count("objective\t") == shown.count("objective\t")
    assert all(row.split("\t")[2].startswith(f"{tool}:") for row in shown.splitlines())
    again = yoi("ticket", "import", FOREIGN / name, "--from", tool)
    assert {row.split("\t")[0] for row in again.out.splitlines()} == {"skipped"}


@pytest.mark.parametrize("source", [".", ".beads", ".beads/issues.jsonl"])
def test_the_folder_of_beads_is_recognised(yoi: Program, workspace: Path, source: str) -> None:
    (workspace / ".beads").mkdir()
    (workspace / ".beads/issues.jsonl").write_bytes((FOREIGN / "beads.jsonl").read_bytes())
    assert yoi("ticket", "import", source).out.count("imported\t") == 4
    assert str(workspace) not in "".join(
        path.read_text() for path in (workspace / ".yoi/tickets").rglob("thread.md")
    )


def test_what_is_left_out_is_counted_by_kind_with_its_reason(yoi: Program, backlog: Path) -> None:
    for place in ("tasks/epic", "drafts", "archive/tasks", "docs", "decisions"):
        (backlog / place).mkdir(parents=True, exist_ok=True)
        name = f"task-9{len(place)} - x.md"
        text = BACKLOG.format(number=f"9{len(place)}", status="To Do", dependencies="")
        (backlog / place / name).write_text(text)
    (backlog / "tasks" / "picture.png").write_bytes(b"")
    result = yoi("ticket", "import", backlog, "--json")
    report = result.json
    assert len(report["imported"]) == 4  # of tasks, tasks/epic, completed and drafts
    left = {one["kind"]: (one["reason"], one["count"]) for one in report["left_out"]}
    assert left == {
        "archived task": ("put away in archive/", 1),
        "configuration": ("not markdown", 1),
        "decision": ("no task", 1),
        "document": ("no task", 1),
        "other file": ("not markdown", 1),
    }
    assert "1 archived task, put away in archive/: backlog/archive/tasks/task-913" in result.err


def test_a_dependency_that_is_not_here_is_shown_found_by_doctor_and_completed(
    yoi: Program, workspace: Path, tk: Path
) -> None:
    (tk / "nw-2.md").rename(workspace / "later.md")
    first = yoi("ticket", "import", tk, "--json").json
    ticket = first["imported"][0]["id"]
    assert first["missing_links"] == [
        {"id": ticket, "kind": "depends_on", "source": "tk:nw-2", "target": None}
    ]
    assert "depends_on tk:nw-2" in yoi("ticket", "show", ticket).out
    assert "link_missing" in yoi("ticket", "doctor").out
    (tk / "nw-1.md").unlink()
    (workspace / "later.md").rename(tk / "nw-2.md")
    second = yoi("ticket", "import", tk).out.splitlines()
    assert [row.split("\t")[0] for row in second] == ["imported", "completed"]
    assert "tk:nw-2" not in yoi("ticket", "show", ticket).out
    assert "link_missing" not in yoi("ticket", "doctor").out


def test_the_missing_ticket_may_come_from_our_own_export(
    yoi: Program, workspace: Path, tk: Path, tmp_path: Path
) -> None:
    yoi("ticket", "import", tk)
    exported = yoi("ticket", "export").out.splitlines()
    other = tmp_path / "other"
    other.mkdir()
    yoi("init", cwd=other)
    (tk / "nw-2.md").unlink()
    yoi("ticket", "import", tk, cwd=other)
    line = next(one for one in exported if "tk:nw-2" in one and '"source":"tk:nw-2"' in one)
    rows = yoi("ticket", "import", "-", stdin=line, cwd=other).out.splitlines()
    assert [row.split("\t")[0] for row in rows] == ["imported", "completed"]


def test_a_change_there_and_here_is_said_and_exits_with_4(
    yoi: Program, workspace: Path, tk: Path
) -> None:
    (tk / "nw-2.md").unlink()
    ticket = yoi("ticket", "import", tk).out.split("\t")[1]
    yoi("ticket", "edit", ticket, "--title", "Ours")
    path = tk / "nw-1.md"
    path.write_text(path.read_text().replace("# Sign in", "# Theirs"))
    result = yoi("ticket", "import", tk, check=False)
    assert (result.code, "changed in tk and here: title" in result.err) == (4, True)
    assert "Ours" in yoi("ticket", "list").out


def test_times_with_an_offset_are_taken_by_every_way_in(
    yoi: Program, workspace: Path, tk: Path
) -> None:
    path = tk / "nw-2.md"
    path.write_text(path.read_text().replace("2026-01-08T17:06:30Z", "2026-01-08T17:06:30+01:00"))
    event = {"kind": "create", "at": "2026-01-08T17:06:30+01:00", "author": "ada"}
    line = {"id": "0000000000001", "item": {"frontmatter": {"title": "x"}}, "events": [event]}
    yoi("ticket", "import", "-", stdin=json.dumps(line))
    yoi("ticket", "import", tk)
    made = [one.read_text() for one in (workspace / ".yoi/tickets").rglob("item.md")]
    assert sum("created_at: '2026-01-08T16:06:30Z'" in text for text in made) == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b'{"id":"bd-1","issue_type":"task","description":"a NUL: \\u0000"}', "line 1"),
        (b'{"issue_type":"task","title":"no id"}', "no `id`"),
        (b'{"issue_type":' + b"[" * 99999, "nested too deep"),
    ],
)
def test_a_hostile_record_is_named_and_nothing_of_it_is_written(
    yoi: Program, workspace: Path, line: bytes, said: str
) -> None:
    source = workspace / "x.jsonl"
    source.write_bytes(line + b'\n{"id":"bd-2","issue_type":"task","title":"Fine"}\n')
    result = yoi("ticket", "import", source, "--from", "beads", check=False)
    assert (result.code, said in result.err) == (1, True)
    assert [row.split("\t")[2] for row in result.out.splitlines()] == ["beads:bd-2"]
