"""What beads, taskwarrior, GitHub and git-bug wrote comes in as its user had it.

The files in `foreign/` were written by taskwarrior 2.6 and by git-bug (its scripts stand beside
them); those of beads and GitHub follow the formats of bd 1.x and gh 2.80, which cannot be run here.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.file_stores import ADA, empty_store

from yoi_cli.model.fields import FIELDS
from yoi_cli.store.files.ticket_files import encode_ticket
from yoi_cli.transfer.formats.beads import read_beads
from yoi_cli.transfer.formats.detect import tool_of
from yoi_cli.transfer.formats.git_bug import read_git_bug
from yoi_cli.transfer.formats.github import read_github
from yoi_cli.transfer.formats.taskwarrior import read_taskwarrior
from yoi_cli.transfer.import_foreign import adopt
from yoi_cli.transfer.model import PARENT, ForeignTicket, ForeignTickets

FOREIGN = Path(__file__).parents[1] / "foreign"
READERS = {
    "beads": read_beads,
    "taskwarrior": read_taskwarrior,
    "github": read_github,
    "git-bug": read_git_bug,
}
FILES = {
    "beads.jsonl": "beads",
    "taskwarrior.json": "taskwarrior",
    "github_gh.json": "github",
    "github_api.json": "github",
    "git_bug_list.json": "git-bug",
    "git_bug_show.json": "git-bug",
}


def found(name: str) -> ForeignTickets:
    return READERS[FILES[name]]((FOREIGN / name).read_bytes(), name)


def tickets(name: str) -> dict[str, ForeignTicket]:
    return {one.title: one for one in found(name).tickets}


@pytest.mark.parametrize(("name", "tool"), FILES.items())
def test_a_file_tells_whose_it_is(name: str, tool: str) -> None:
    assert tool_of((FOREIGN / name).read_bytes()) == tool


def test_our_own_lines_and_what_nobody_knows_are_ours() -> None:
    for head in (b'{"schema":"yoi/1","id":"x","number":1,"title":"t"}', b"", b"\xff", b"{}"):
        assert tool_of(head) == "jsonl"


def test_an_issue_of_beads_comes_whole() -> None:
    issue = tickets("beads.jsonl")["Draw the board"]
    assert (issue.source_id, issue.state, issue.line) == ("bd-a2", "inprogress", 2)
    assert {key: value for key, value in issue.fields.items() if value} == {
        "priority": "P1",
        "assignee": "ada",
        "tags": ("ui", "speed", "task"),
        **({"due": "2026-02-01"} if "due" in FIELDS else {}),
        **({"estimate": "90m"} if "estimate" in FIELDS else {}),
    }
    assert issue.description.split("\n\n") == [
        "It takes a second.",
        "## Design",
        "One pass.",
        "## Acceptance criteria",
        "- [ ] below 100 ms",
        "## Notes",
        "See the profile.",
    ]
    assert set(issue.links) >= {("depends_on", "bd-a3"), (PARENT, "bd-a1")}
    assert issue.link_notes[("related", "bd-a4")] == "discovered-from in beads"
    assert [(note.author, note.at, note.body) for note in issue.notes] == [
        ("grace", "2026-01-11T00:00:00Z", "Measured: 1.2 s.")
    ]
    assert dict(issue.extra)["external_ref"] == "gh-9"


def test_beads_that_are_closed_say_why_and_times_with_offsets_are_utc() -> None:
    issues = tickets("beads.jsonl")
    assert issues["Measure"].state == "closed"
    assert issues["Measure"].resolution == "Measured at 90 ms."
    assert issues["Board"].created_at == "2026-01-10T01:06:30Z"
    assert dict(issues["Board"].extra) == {"created_by": "ada"}


def test_what_of_beads_is_no_issue_is_counted() -> None:
    assert [(one.kind, one.path) for one in found("beads.jsonl").left_out] == [
        ("tombstone", "beads.jsonl, line 5: bd-a5"),
        ("remembered note", "beads.jsonl, line 6: m1"),
    ]


def test_a_task_of_taskwarrior_comes_whole() -> None:
    tasks = tickets("taskwarrior.json")
    parser = tasks["Write the parser"]
    assert parser.state == "inprogress"
    assert {key: value for key, value in parser.fields.items() if value} == {
        "priority": "P1",
        "tags": ("docs", "next", "project:yoi.core"),
        **({"due": "2026-12-01"} if "due" in FIELDS else {}),
    }
    assert [note.body for note in parser.notes] == [
        "see https://example.org/x",
        'It is  "quoted" – and 日本語',
    ]
    assert dict(parser.extra)["size"] == "large"
    assert not {"urgency", "id"} & set(dict(parser.extra))
    assert tasks["Lex it"].links == (("depends_on", parser.source_id),)
    assert tasks["Done already"].state == "closed"
    assert dict(tasks["Later"].extra)["wait"] == "20300101T000000Z"
    left = found("taskwarrior.json").left_out
    assert sorted(one.kind for one in left) == ["deleted task", "recurring task"]


def test_an_issue_of_github_comes_whole_from_gh() -> None:
    issues = tickets("github_gh.json")
    board = issues["Draw the board"]
    assert board.source_id == "example/board#7"
    assert board.description == "It takes a second.\n\n## Acceptance criteria\n\n- below 100 ms"
    assert board.fields == {"assignee": "ada", "tags": ("ui", "good first issue", "milestone:v1.0")}
    assert [(note.author, note.body) for note in board.notes] == [("ada", "Measured: 1.2 s.")]
    assert dict(board.extra)["author"] == "grace"
    assert "grace" in dict(board.extra)["assignees"]
    assert issues["Slow"].state == "closed"
    assert issues["Slow"].links == (("duplicate_of", "example/board#7"),)


def test_pages_of_the_api_have_comments_beside_the_issues() -> None:
    issues = tickets("github_api.json")
    assert [(note.author, note.body) for note in issues["Colours"].notes] == [("ada", "And blue.")]
    assert issues["Colours"].links == ((PARENT, "example/board#7"),)
    assert issues["Colours"].fields["tags"] == ("ui", "type:Task")
    assert issues["Spelling"].source_status == "closed not_planned"
    assert [one.kind for one in found("github_api.json").left_out] == ["pull request"]


def test_a_comment_on_an_issue_that_is_not_there_is_named() -> None:
    pages = (FOREIGN / "github_api.json").read_bytes().replace(b"issues/9", b"issues/99", 0)
    moved = pages.replace(
        b'issue_url":"https://api.github.com/repos/example/board/issues/9"',
        b'issue_url":"https://api.github.com/repos/example/board/issues/99"',
    )
    (problem,) = read_github(moved, "x").problems
    assert (problem.line, "example/board#99" in problem.message) == (3, True)


def test_bugs_of_git_bug_come_with_their_texts_from_show_and_without_from_a_list() -> None:
    listed, shown = tickets("git_bug_list.json"), tickets("git_bug_show.json")
    assert listed.keys() == shown.keys() == {"The board is slow", "Closed one"}
    slow = shown["The board is slow"]
    assert slow.description == "It takes a second to draw.\n\n- [ ] below 100 ms"
    assert [(note.author, note.body) for note in slow.notes] == [
        ("Ada Example", "Measured: 1.2 s."),
        ("Ada Example", "Now 90 ms."),
    ]
    assert slow.fields["tags"] == ("bug", "ui")
    assert shown["Closed one"].state == "closed"
    assert slow.warnings == ()
    assert "3 comments" in listed["The board is slow"].warnings[0]
    assert dict(slow.extra) == dict(listed["The board is slow"].extra) == {"author": "Ada Example"}


def test_a_bug_that_is_listed_and_shown_comes_once() -> None:
    both = (FOREIGN / "git_bug_list.json").read_bytes() + (
        FOREIGN / "git_bug_show.json"
    ).read_bytes()
    read = read_git_bug(both, "x")
    assert (len(read.tickets), read.problems) == (2, [])
    assert all(one.warnings == () for one in read.tickets)


@pytest.mark.parametrize("name", FILES)
def test_a_second_import_changes_nothing(name: str, tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    first = adopt(store, found(name), ADA, encode_ticket)
    again = adopt(store, found(name), ADA, encode_ticket)
    assert first.imported
    assert [one.id for one in again.skipped] == [one.id for one in first.imported]
    assert not (again.imported or again.updated or again.conflicts or again.completed)


def test_an_id_that_comes_twice_is_named_with_both_lines() -> None:
    line = b'{"id":"bd-1","title":"One","status":"open","priority":1,"issue_type":"task"}\n'
    read = read_beads(line + line, "x.jsonl")
    assert (len(read.tickets), read.problems[0].line) == (1, 2)
    assert "after line 1" in read.problems[0].message


HOSTILE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=12),
    st.lists(st.text(max_size=5), max_size=3),
    st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2), max_size=2),
    st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
)
KEYS = {
    "beads": ["title", "status", "priority", "labels", "dependencies", "comments", "created_at"],
    "taskwarrior": ["description", "status", "depends", "annotations", "entry", "tags", "start"],
    "github": ["title", "state", "labels", "comments", "author", "url", "parent", "createdAt"],
    "git-bug": ["title", "status", "labels", "comments", "create_time", "author"],
}
IDS = {
    "beads": ["id"],
    "taskwarrior": ["uuid"],
    "github": ["number"],
    "git-bug": ["id", "human_id"],
}


@pytest.mark.parametrize("tool", KEYS)
@given(data=st.data())
def test_each_record_comes_in_or_is_named(
    tool: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    records = data.draw(
        st.lists(st.dictionaries(st.sampled_from(KEYS[tool]), HOSTILE, max_size=6), max_size=4)
    )
    for number, record in enumerate(records, start=1):
        record.update(dict.fromkeys(IDS[tool], str(number)))
    written = "\n".join(json.dumps(record) for record in records).encode()
    read = READERS[tool](written, "x")
    store = empty_store(tmp_path_factory.mktemp("any"))
    report = adopt(store, read, ADA, encode_ticket)
    lines = {one.line for one in report.problems}
    lines |= {int(one.path.partition("line ")[2].partition(":")[0]) for one in report.left_out}
    titles = {one.id for one in report.imported}
    assert len(titles) + len(lines) == len(records), report
    again = adopt(store, READERS[tool](written, "x"), ADA, encode_ticket)
    assert not (again.imported or again.updated or again.conflicts)


def test_the_control_a_reader_that_drops_a_record_fails_the_property(tmp_path: Path) -> None:
    read = found("taskwarrior.json")
    dropping = replace(read, tickets=read.tickets[1:])
    report = adopt(empty_store(tmp_path), dropping, ADA, encode_ticket)
    assert len(report.imported) + len(report.left_out) + len(report.problems) != 7
