"""`ticket export --format`: beads, GitHub's JSON, markdown and CSV, and what these cannot hold."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from support.file_stores import fingerprint
from support.process import Program

FORMATS = ("beads", "github-json", "markdown", "csv")


def make(yoi: Program, title: str, *more: str) -> str:
    created = yoi("create", title, "-m", "About it.", "--json", *more).json
    return str(created["id"])


@pytest.fixture
def store(yoi: Program, workspace: Path) -> dict[str, str]:
    """Three tickets: one that is closed, one that waits for it, and a third."""
    first = make(yoi, "=cmd|' /C calc'!A0", "--priority", "P1", "--tag", "bug", "--assignee", "ada")
    second = make(yoi, "Second", "--depends-on", first, "--estimate", "3d")
    third = make(yoi, "Third", "--tag", "ui")
    yoi("ticket", "comment", second, "-m", "Measured.")
    yoi("ticket", "comment", second, "--role", "decision", "-m", "We wait.")
    yoi("close", first, "-m", "Done.", "--force")
    return {"first": first, "second": second, "third": third}


def test_beads_are_imported_again(yoi: Program, store: dict[str, str], tmp_path: Path) -> None:
    text = yoi("ticket", "export", "--format", "beads").out
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["status"] for line in lines] == ["closed", "open", "open"]
    assert lines[0]["closed_at"] and lines[0]["close_reason"] == "Done."
    (needed,) = lines[1]["dependencies"]
    assert (needed["type"], needed["depends_on_id"]) == ("blocks", lines[0]["id"])
    assert [one["text"] for one in lines[1]["comments"]] == [
        "Measured.",
        "**Decision**\n\nWe wait.",
    ]
    other = tmp_path / "other"
    other.mkdir()
    yoi("init", cwd=other)
    came = yoi("ticket", "import", "-", "--json", stdin=text, cwd=other).json
    assert [one["title"] for one in came["imported"]] == ["=cmd|' /C calc'!A0", "Second", "Third"]
    assert not came["missing_links"]
    again = yoi("ticket", "import", "-", "--json", stdin=text, cwd=other).json
    assert len(again["skipped"]) == 3


def test_what_a_ticket_was_called_in_beads_it_is_called_again(
    yoi: Program, workspace: Path
) -> None:
    line = '{"id":"bd-12","title":"A","status":"open","priority":1,"issue_type":"bug"}\n'
    yoi("ticket", "import", "-", stdin=line)
    back = json.loads(yoi("ticket", "export", "--format", "beads").out)
    assert (back["id"], back["priority"], back["issue_type"]) == ("bd-12", 1, "bug")


def test_issues_are_those_of_gh(yoi: Program, store: dict[str, str]) -> None:
    issues = json.loads(yoi("ticket", "export", "--format", "github-json").out)
    assert [one["number"] for one in issues] == [1, 2, 3]
    assert [one["state"] for one in issues] == ["CLOSED", "OPEN", "OPEN"]
    assert issues[1]["blockedBy"] == [{"number": 1}]
    assert issues[0]["assignees"] == [{"login": "ada"}]
    assert issues[0]["comments"][-1]["body"] == "**Closed**\n\nDone."


def test_no_cell_is_worked_out_by_a_spreadsheet(yoi: Program, store: dict[str, str]) -> None:
    text = yoi("ticket", "export", "--format", "csv").out_bytes.decode()
    assert text.count("\r\n") == 4
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in rows] == list(store.values())
    assert rows[0]["title"] == "'=cmd|' /C calc'!A0"
    assert rows[1]["depends_on"] == store["first"]


def test_what_people_wrote_cannot_pass_for_the_document(yoi: Program, workspace: Path) -> None:
    body = "```\n<!-- no end\n# Not a title\x1b[31m"
    yoi("create", "A *title* <b>", "-F", "-", stdin=body)
    text = yoi("ticket", "export", "--format", "markdown").out
    assert text.startswith("# A \\*title\\* \\<b\\>\n\n- id: ")
    assert "\n> ```\n> <!-- no end\n> # Not a title\\x1b[31m\n" in text
    assert [line for line in text.splitlines() if line.startswith("#")][1:] == ["## Thread"]


def test_markdown_may_be_a_folder(yoi: Program, store: dict[str, str], workspace: Path) -> None:
    said = yoi("ticket", "export", "--format", "markdown", "-o", "out/", "--json").json
    assert (said["count"], said["file"], said["format"]) == (3, "out/", "markdown")
    names = sorted(path.name for path in (workspace / "out").iterdir())
    assert names == [f"{ticket}.md" for ticket in store.values()]
    before = fingerprint(workspace / "out")
    refused = yoi("ticket", "export", "--format", "markdown", "-o", "out", "--json", check=False)
    assert (refused.code, refused.error["code"]) == (4, "folder_not_empty")
    assert fingerprint(workspace / "out") == before
    assert not list(workspace.glob("out.tmp-*"))


def test_a_folder_is_no_place_for_one_file(yoi: Program, workspace: Path) -> None:
    done = yoi("ticket", "export", "--format", "csv", "-o", "out/", "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "output_is_folder")


@pytest.mark.parametrize("form", FORMATS)
def test_what_has_no_place_is_counted(
    yoi: Program, store: dict[str, str], workspace: Path, form: str
) -> None:
    target = workspace / "out.txt"
    done = yoi("ticket", "export", "--format", form, "-o", target, "--json")
    lost = {one["kind"]: (one["count"], one["tickets"]) for one in done.json["not_held"]}
    expected = {
        "beads": {
            "estimate in days, weeks or points": (1, 1),
            "no priority (2 in bd)": (2, 2),
        },
        "github-json": {"field estimate": (1, 1), "field priority": (1, 1)},
        "csv": {
            "cell behind an apostrophe": (1, 1),
            "comment event": (1, 1),
            "decision event": (1, 1),
        },
        "markdown": {},
    }
    assert lost == expected[form]
    for kind in expected[form]:
        assert f"{form} has no place for: {kind} (" in done.err
    assert target.read_bytes() == yoi("ticket", "export", "--format", form).out_bytes


def test_filters_are_those_of_list(yoi: Program, store: dict[str, str], workspace: Path) -> None:
    config = workspace / ".yoi/ticket.config.toml"
    config.write_text(config.read_text() + '\n[filters]\nbugs = "--tag bug --sort priority"\n')

    def exported(*more: str) -> list[str]:
        found = yoi("ticket", "export", "--json", *more).json["tickets"]
        return [one["id"] for one in found]

    assert exported("--tag", "bug") == [store["first"]]
    assert exported("--assignee", "", "--reverse") == [store["third"], store["second"]]
    assert exported("--priority", "p1") == [store["first"]]
    assert exported("--search", "measured") == [store["second"]]
    assert exported("@bugs") == [store["first"]]
    assert exported("@bugs", store["third"]) == []
    assert exported("--state", "planning", "--limit", "1") == [store["second"]]


def test_a_ticket_that_cannot_be_read_is_named_and_left_out(
    yoi: Program, store: dict[str, str], workspace: Path
) -> None:
    (workspace / ".yoi/tickets" / store["second"] / "item.md").write_text("---\n[")
    done = yoi("ticket", "export", "--format", "csv", "-o", "out.csv", "--json", check=False)
    assert (done.code, done.json["count"]) == (1, 2)
    assert [one["id"] for one in done.json["unreadable"]] == [store["second"]]
    assert f"Left out: {store['second']}: " in done.err


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_stood_there_stays_where_the_export_fails(
    yoi: Program, store: dict[str, str], workspace: Path, form: str
) -> None:
    (workspace / "out").write_text("before")
    done = yoi("ticket", "export", "NOWHERE9", "--format", form, "-o", "out", check=False)
    assert done.code == 3
    assert (workspace / "out").read_text() == "before"


def test_one_document_is_not_two(yoi: Program, store: dict[str, str]) -> None:
    done = yoi("ticket", "export", "--format", "csv", "--json", check=False)
    assert (done.code, done.error["code"]) == (2, "options_clash")
    unknown = yoi("ticket", "export", "--format", "xml", "--json", check=False)
    assert (unknown.code, unknown.error["code"]) == (2, "format_unknown")
