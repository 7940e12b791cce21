"""`yoi ticket list` as a person and a script meet it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.process import TIMEOUT_SECONDS, Program
from support.terminal import on_terminal
from support.tickets import CREATED, put_ticket, ticket

HEADER = "state\tid\ttitle\tupdated_at\thints"


def rows(out: str) -> list[list[str]]:
    header, *lines = out.splitlines()
    assert header == HEADER
    return [line.split("\t") for line in lines]


def test_a_pipe_gets_a_header_and_one_line_a_ticket(yoi: Program, workspace: Path) -> None:
    put_ticket(
        workspace,
        1,
        title="Tab\tin title",
        fields={
            "priority": "P1",
            "assignee": "Ada Example",
            "readiness": "ready to go",
            "tags": ("ui", "slow"),
            "risk_flags": ("api",),
        },
    )
    put_ticket(workspace, 2, title="Closed", state="closed")
    hints = 'priority:P1 assignee:"Ada Example" readiness:"ready to go" tag:ui tag:slow risk:api'
    expected = ["planning", ticket(1), "Tab\\tin title", CREATED, hints]
    assert rows(yoi("ticket", "list").out) == [expected]


def test_an_empty_list_is_a_header_and_a_sentence_aside(yoi: Program, workspace: Path) -> None:
    done = yoi("ticket", "list", cwd=workspace)
    assert done.out == HEADER + "\n"
    assert done.err.startswith("No ticket matches. ")
    assert "`yoi ticket create`" in done.err


def test_json_has_the_whole_frontmatter(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, fields={"tags": ("ui",), "queued_by": "ada", "assignee": None})
    put_ticket(workspace, 2)
    data = yoi("ticket", "list", "--json", "--limit", "1", "--sort", "id").json
    assert (data["count"], data["total"], data["unreadable"]) == (1, 2, [])
    assert data["tickets"] == [
        {
            "id": ticket(1),
            "title": "A ticket",
            "state": "planning",
            "created_at": CREATED,
            "updated_at": CREATED,
            "priority": None,
            "assignee": None,
            "tags": ["ui"],
            "readiness": None,
            "risk_flags": [],
            "queued_by": "ada",
            "queued_at": None,
            "due": None,
            "estimate": None,
            "blockers": None,
            "place": None,
        }
    ]


def test_states_may_be_repeated_or_parted_by_commas(yoi: Program, workspace: Path) -> None:
    for number, state in enumerate(("planning", "ready", "done", "closed")):
        put_ticket(workspace, number, state=state)
    both = ("--state", "ready,closed", "--state", "done", "--sort", "state")
    assert [row[0] for row in rows(yoi("ticket", "list", *both).out)] == ["ready", "done", "closed"]


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (("--state", "open"), "state_unknown", "planning, ready, queued, inprogress, done, closed"),
        (("--sort", "size"), "sort_unknown", "updated, created, priority, state, title, id"),
        (("--limit", "0"), "usage", "--help"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(
    yoi: Program, workspace: Path, arguments: tuple[str, ...], code: str, hint: str
) -> None:
    done = yoi("ticket", "list", *arguments, "--json", cwd=workspace, check=False)
    assert done.code == 2
    assert done.error["code"] == code
    assert hint in str(done.error["hint"])


def test_one_broken_ticket_never_hides_the_others(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, title="sound")
    broken = put_ticket(workspace, 2)
    (workspace / ".yoi/tickets" / broken / "item.md").write_text("---\nstate: &a [\n---\n")
    done = yoi("ticket", "list")
    assert [row[2] for row in rows(done.out)] == ["sound"]
    assert done.err.startswith(f"Warning: {broken}: ")
    assert "item.md, line 2" in done.err
    (told,) = yoi("ticket", "list", "--json").json["unreadable"]
    assert told["ticket"] == broken
    assert told["code"] == "item_frontmatter_invalid"


def test_blocked_tickets_are_told_with_what_blocks_them(yoi: Program, workspace: Path) -> None:
    one = put_ticket(workspace, 1)
    put_ticket(workspace, 2, relations=(("depends_on", one),))
    ((*_, hints),) = rows(yoi("ticket", "list", "--blocked").out)
    assert hints == f"blocked_by:{one}"
    (told,) = yoi("ticket", "list", "--blocked", "--json").json["tickets"]
    assert told["blockers"] == [
        {"ticket": one, "via": "depends_on", "state": "planning", "problem": None}
    ]


def test_a_terminal_gets_a_table_with_the_broken_ones_at_its_end(
    yoi: Program, workspace: Path
) -> None:
    put_ticket(workspace, 1, title="sound", fields={"assignee": "ada"})
    broken = put_ticket(workspace, 2)
    (workspace / ".yoi/tickets" / broken / "item.md").write_text("broken")
    shown = on_terminal(yoi, "ticket", "list", "--dates", cwd=workspace)
    head, _, first, last, *_ = shown.splitlines()
    assert head.split() == ["state", "id", "title", "who", "updated"]
    assert first.split() == ["planning", ticket(1), "sound", "ada", CREATED[:10]]
    assert last.startswith(f"unreadable  {broken}")


def test_nothing_in_a_title_drives_the_terminal(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, title="\x1b[31mred \u202e [bold]")
    shown = on_terminal(yoi, "ticket", "list", cwd=workspace)
    assert "\\x1b[31mred \\u202e [bold]" in shown


def test_a_reader_that_goes_away_ends_the_list_quietly(yoi: Program, workspace: Path) -> None:
    for number in range(3):  # more than a pipe holds
        put_ticket(workspace, number, title="long " * 10_000)
    process = subprocess.Popen(
        [*yoi.argv, "ticket", "list"],
        cwd=workspace,
        env=yoi.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.wait(TIMEOUT_SECONDS) == 141
        assert process.stderr.read() == b""


def test_a_list_in_a_pipe_stays_cheap(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1, fields={"tags": ("ui",)})
    heavy = "{'rich', 'yaml', 'frontmatter', 'git', 'pydantic', 'asyncio'}"
    script = (
        "import sys; from yoi_cli.cli.main import run; run(['ticket', 'list']); "
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    python = Program((sys.executable, "-c", script), yoi.env, yoi.base)
    assert python(cwd=workspace).out.splitlines()[-1] == "[]"
