"""`yoi batch` makes many changes under one lock, and answers every line."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import get_args

import pytest
from support.data import Data
from support.process import Program, Result, script_program
from support.tickets import created, put_ticket

from yoi_cli.api.operations import AnyOperation

#: The exit code of `faulty.py` where the command ended before the chosen call.
ALL_CALLS_SEEN = 99
CRITERIA = "## Acceptance criteria\n\n- It works.\n"


def lines(*operations: object) -> str:
    return "".join(f"{json.dumps(one)}\n" for one in operations)


def answers(result: Result) -> list[Data]:
    return [json.loads(line) for line in result.out.splitlines()]


def comment(ticket: str, text: str) -> dict[str, str]:
    return {"op": "comment", "ticket": ticket, "message": text}


def thread(workspace: Path, ticket: str) -> str:
    return (workspace / f".yoi/tickets/{ticket}/thread.md").read_text(encoding="utf-8")


WHOLE_WAY = lines(
    {
        "op": "create",
        "label": "first",
        "title": "First",
        "message": CRITERIA,
        "fields": {"priority": "p1", "tags": ["a"]},
    },
    {
        "op": "create",
        "label": "next",
        "title": "Next",
        "relations": [{"kind": "depends_on", "target": "@first"}],
    },
    {"op": "comment", "ticket": "@first", "message": "A plan", "role": "plan", "author": "Grace"},
    {"op": "ask", "ticket": "@next", "message": "Which?"},
    {"op": "intake", "ticket": "@first", "message": "Settled"},
    {"op": "state", "ticket": "@first", "state": "queued", "expect": "ready"},
    {"op": "close", "ticket": "@first", "message": "Once"},
    {"op": "reopen", "ticket": "@first", "reason": "Not yet"},
    {"op": "close", "ticket": "@first", "message": "For good"},
    {"op": "relation add", "ticket": "@next", "kind": "related", "target": "@first"},
    {"op": "relation remove", "ticket": "@next", "kind": "related", "target": "@first"},
    {"op": "plan add", "ticket": "@next", "kind": "after", "target": "@first"},
    {"op": "edit", "ticket": "@next", "title": "Then", "add": {"tags": ["b"]}},
)


def test_an_author_that_an_edit_could_not_record_is_refused(yoi: Program, workspace: Path) -> None:
    ticket = put_ticket(workspace, 1, created())
    given = {"op": "edit", "ticket": ticket, "title": "New", "author": "Grace"}
    done = yoi("batch", stdin=lines(given), check=False)
    assert [one["error"]["code"] for one in answers(done)] == ["operation_invalid"]
    assert "records no author" in answers(done)[0]["error"]["message"]
    assert "New" not in yoi("ticket", "list").out


@pytest.mark.parametrize("how", [(), ("--atomic",)])
def test_every_operation_does_what_its_command_does(
    yoi: Program, workspace: Path, how: tuple[str, ...]
) -> None:
    said = answers(yoi("batch", *how, stdin=WHOLE_WAY))
    assert [one["line"] for one in said] == list(range(1, 14))
    assert all(one["ok"] and one["changed"] for one in said)
    first, following = said[0]["ticket"], said[1]["ticket"]
    assert said[6]["unblocked"] == [following]
    one, other = yoi("show", first, "--json").json, yoi("show", following, "--json").json
    assert (one["item"]["frontmatter"]["priority"], one["state"]) == ("P1", "closed")
    assert one["resolution"] == "For good\n"
    assert [event["author"] for event in one["events"]].count("Grace") == 1
    assert (other["title"], other["item"]["frontmatter"]["tags"]) == ("Then", ["b"])
    assert [row["kind"] for row in other["relations"]["outgoing"]] == ["depends_on"]
    assert yoi("ticket", "doctor").code == 0


def test_a_line_that_fails_keeps_no_other_from_its_turn(yoi: Program, workspace: Path) -> None:
    ticket = put_ticket(workspace, 1, created())
    given = lines(
        comment(ticket, "Before"),
        comment("ABCDEFGHJKMNP", "To nobody"),
        comment(ticket, " "),
        {"op": "state", "ticket": ticket, "state": "queued"},
        {"op": "edit", "ticket": ticket, "fields": {"colour": "red"}},
        {"op": "edit", "ticket": ticket, "fields": {"tags": "red"}},
        comment("@nothing", "To nobody"),
        {"op": "nonsense"},
        {**comment(ticket, "x"), "more": 1},
    )
    result = yoi(
        "batch", stdin=f"{given}\nnot json\n{lines(comment(ticket, 'After'))}", check=False
    )
    codes = [one["error"] and one["error"]["code"] for one in answers(result)]
    refused = ["operation_invalid"] * 3
    expected = ["ticket_not_found", "text_empty", "move_illegal", "field_unknown", "field_invalid"]
    assert codes == [None, *expected, "label_unknown", *refused, None]
    assert [one["line"] for one in answers(result)] == [*range(1, 10), 11, 12]
    assert result.code == 2
    assert ("Before" in thread(workspace, ticket), "After" in thread(workspace, ticket)) == (
        True,
        True,
    )


def test_a_text_that_would_be_dropped_is_refused_and_not_half_taken(
    yoi: Program, workspace: Path
) -> None:
    ticket = put_ticket(workspace, 1, created())
    twice = f'{{"op": "comment", "ticket": "{ticket}", "message": "a", "message": "b"}}\n'
    result = yoi("batch", stdin=twice.encode() + b'{"op": "\xff"}\n', check=False)
    assert [one["error"]["code"] for one in answers(result)] == ["operation_invalid"] * 2
    assert "comment" not in thread(workspace, ticket)


@pytest.mark.parametrize("wrong", [comment("@nobody", "x"), {"op": "nonsense"}])
def test_an_atomic_batch_writes_nothing_where_one_line_fails(
    yoi: Program, workspace: Path, wrong: dict[str, str]
) -> None:
    ticket = put_ticket(workspace, 1, created())
    before = thread(workspace, ticket)
    given = lines({"op": "create", "title": "New"}, comment(ticket, "One"), wrong)
    result = yoi("batch", "--atomic", stdin=given + lines(comment(ticket, "Two")), check=False)
    codes = [one["error"]["code"] for one in answers(result)]
    assert codes[:2] == ["batch_not_written"] * 2
    assert codes[2] in ("label_unknown", "operation_invalid")
    assert codes[3:] == ["batch_not_written"]
    assert result.code == (3 if codes[2] == "label_unknown" else 2)
    assert (thread(workspace, ticket), yoi("list", "--all").out.count("\n")) == (before, 2)


def test_an_atomic_batch_decides_on_what_its_earlier_lines_would_have_made(
    yoi: Program, workspace: Path
) -> None:
    given = lines(
        {"op": "create", "title": "A", "label": "a"},
        {"op": "create", "title": "B", "label": "b"},
        {"op": "relation add", "ticket": "@a", "kind": "depends_on", "target": "@b"},
        {"op": "relation add", "ticket": "@b", "kind": "depends_on", "target": "@a"},
    )
    result = yoi("batch", "--atomic", stdin=given, check=False)
    assert (result.code, answers(result)[3]["error"]["code"]) == (4, "cycle")


ATOMIC = ("batch", "--atomic")
#: Of the calls that change a file, every so many is the last that a killed batch makes.
EVERY = int(os.environ.get("YOI_KILL_EVERY", "11"))


def test_an_atomic_batch_that_is_killed_at_any_call_is_written_whole_or_not_at_all(
    yoi: Program, git: Program, workspace: Path
) -> None:
    ticket = yoi("create", "Old").out.split()[1]
    given = lines(
        {"op": "create", "label": "n", "title": "New"},
        {"op": "relation add", "ticket": ticket, "kind": "related", "target": "@n"},
        {"op": "close", "ticket": ticket, "message": "Done"},
        {"op": "edit", "ticket": "@n", "fields": {"assignee": "Grace"}},
    )
    git("add", "-A")
    git("commit", "-qm", "store")
    faulty = script_program("faulty.py", yoi.env, workspace)
    calls = len(faulty("log", "0", *ATOMIC, cwd=workspace, stdin=given).err.splitlines())
    seen = set()
    for number in range(2, calls, EVERY):
        git("reset", "-q", "--hard")
        git("clean", "-qfdx")
        for leftover in ("journal", "undo"):
            for path in (workspace / ".git/yoi" / leftover).glob("*"):
                path.unlink()
        done = faulty("kill", str(number), *ATOMIC, cwd=workspace, stdin=given, check=False)
        assert done.code in (-9, ALL_CALLS_SEEN), done
        yoi("comment", ticket, "-m", "The next command.")
        found = yoi("list", "--all", "--json").json["tickets"]
        states = sorted(str(row["state"]) for row in found)
        assert states in (["planning"], ["closed", "planning"]), number
        is_written = len(states) == 2
        assert [row.get("assignee") for row in found if row["id"] != ticket] == (
            ["Grace"] if is_written else []
        )
        found_wrong = yoi("ticket", "doctor", check=False).out.splitlines()[1:]
        assert [line for line in found_wrong if not line.startswith("info\t")] == []
        seen.add(is_written)
    assert seen == {False, True}


def test_batches_at_once_write_every_event_once(yoi: Program, workspace: Path) -> None:
    ticket = put_ticket(workspace, 1, created())
    files = []
    for writer in range(4):
        path = workspace.parent / f"{writer}.jsonl"
        path.write_text(lines(*(comment(ticket, f"w{writer} n{n} end") for n in range(10))))
        files.append(path)
    runs = [["batch", str(path), *(["--atomic"] if n % 2 else [])] for n, path in enumerate(files)]
    assert [done.code for done in yoi.together(runs, cwd=workspace)] == [0] * 4
    text = thread(workspace, ticket)
    assert [text.count(f"w{w} n{n} end") for w in range(4) for n in range(10)] == [1] * 40


def test_undo_takes_a_batch_back_as_one_command(yoi: Program, workspace: Path) -> None:
    one, other = put_ticket(workspace, 1, created()), put_ticket(workspace, 2, created())
    given = [{"op": "edit", "ticket": t, "title": "Renamed"} for t in (one, other)]
    yoi("batch", "--atomic", stdin=lines(*given))
    yoi("undo")
    assert "Renamed" not in yoi("list", "--all").out


def test_a_batch_is_one_commit(yoi: Program, git: Program, workspace: Path) -> None:
    git("add", "-A")
    git("commit", "-qm", "store")
    yoi("batch", "--commit", stdin=lines(*({"op": "create", "title": t} for t in "abc")))
    assert git("log", "--format=%s").out.splitlines()[0] == "batch: 3 tickets"
    assert git("status", "--porcelain").out == ""


def test_the_schema_of_operations_names_every_operation(yoi: Program, workspace: Path) -> None:
    published = json.loads(yoi("schema", "operation").out)
    used = {json.loads(line)["op"] for line in WHOLE_WAY.splitlines()}
    assert set(published["discriminator"]["mapping"]) == used


def test_the_page_has_the_keys_of_every_operation() -> None:
    page = (Path(__file__).parents[2] / "docs/batch.md").read_text(encoding="utf-8")
    rows = {
        cells[1].strip(" `"): set(re.findall(r"`(\w+)`", cells[2] + cells[3]))
        for line in page.splitlines()
        if line.startswith("| `") and len(cells := line.split("|")) == 5
    }
    types = get_args(AnyOperation)
    assert rows == {
        str(one.__struct_config__.tag): set(one.__struct_fields__) - {"author"} for one in types
    }
