"""Tasks of Backlog.md come in whole, and a broken one never stops the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.transfer.formats.backlog import find_backlog, no_task, read_backlog
from yoi_cli.transfer.model import PARENT, ForeignMilestone, ForeignNote, ForeignTicket

TASK = """\
---
id: BACK-12.3
title: 'Board: keep the column order'
status: Done
assignee:
  - '@ada'
reporter: '@grace'
created_date: '2025-06-01 12:00'
updated_date: '2025-06-03'
labels:
  - board
  - web
milestone: m-2
dependencies:
  - BACK-7
references:
  - docs/board.md
parent_task_id: BACK-12
priority: high
type: bug
ordinal: 3000
---

## Description

<!-- SECTION:DESCRIPTION:BEGIN -->
The order is lost on reload.
<!-- SECTION:DESCRIPTION:END -->

## Acceptance Criteria
<!-- AC:BEGIN -->
- [x] #1 the order survives a reload
- [ ] #2 a new column goes last
<!-- AC:END -->

## Definition of Done
<!-- DOD:BEGIN -->
- [ ] #1 tests pass
<!-- DOD:END -->

## Implementation Plan

<!-- SECTION:PLAN:BEGIN -->
1. Store it.
<!-- SECTION:PLAN:END -->

## Comments

<!-- COMMENTS:BEGIN -->
author: grace
created: 2025-06-02 10:00
---
Does it work in Safari?

Please check.
---

created: 2025-06-02 11:30
---
It does.
---
<!-- COMMENTS:END -->

## Final Summary

<!-- SECTION:FINAL_SUMMARY:BEGIN -->
The order is a field of the board.

## Comments are text here
<!-- SECTION:FINAL_SUMMARY:END -->
"""
PATH = "completed/back-12.3 - Board-keep-the-column-order.md"


def task(text: str, path: str = "tasks/task-1 - A.md") -> ForeignTicket:
    tickets, problems = read_backlog([(path, text.encode())])
    assert problems == []
    return tickets[0]


def with_keys(*lines: str, body: str = "", path: str = "tasks/task-1 - A.md") -> ForeignTicket:
    return task("\n".join(["---", "id: task-1", "title: A", *lines, "---", body]), path)


def with_comments(comments: str) -> ForeignTicket:
    body = f"Before.\n\n## Comments\n<!-- COMMENTS:BEGIN -->\n{comments}\n<!-- COMMENTS:END -->\n"
    return with_keys("status: To Do", body=body)


def test_a_task_is_read_whole() -> None:
    assert task(TASK, PATH) == ForeignTicket(
        source_id="BACK-12.3",
        source_path=PATH,
        source_status="Done",
        title="Board: keep the column order",
        description="""\
## Description

The order is lost on reload.

## Acceptance criteria
- [x] #1 the order survives a reload
- [ ] #2 a new column goes last

## Definition of Done
- [ ] #1 tests pass

## Implementation Plan

1. Store it.

## Final Summary

The order is a field of the board.

## Comments are text here""",
        state="closed",
        created_at="2025-06-01T12:00:00Z",
        updated_at="2025-06-03T00:00:00Z",
        fields={"priority": "P1", "assignee": "@ada", "tags": ("board", "web", "bug")},
        links=(("depends_on", "BACK-7"), (PARENT, "BACK-12")),
        notes=(
            ForeignNote(
                "grace", "2025-06-02T10:00:00Z", "Does it work in Safari?\n\nPlease check."
            ),
            ForeignNote("", "2025-06-02T11:30:00Z", "It does."),
        ),
        resolution="The order is a field of the board.\n\n## Comments are text here",
        extra=(
            ("reporter", "@grace"),
            ("milestone", "m-2"),
            ("references", '["docs/board.md"]'),
            ("type", "bug"),
            ("ordinal", "3000"),
        ),
        warnings=(),
        milestone=ForeignMilestone("m-2", "m-2"),
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("To Do", "planning"),
        ("In Progress", "inprogress"),
        ("in-progress", "inprogress"),
        ("Done", "done"),
    ],
)
def test_each_usual_status_has_a_state(status: str, state: str) -> None:
    read = with_keys(f"status: {status}")
    assert (read.state, read.source_status, read.warnings) == (state, status, ())


def test_a_status_of_the_projects_own_is_planning_with_a_warning() -> None:
    read = with_keys("status: In Review")
    assert (read.state, read.source_status) == ("planning", "In Review")
    assert "'In Review'" in read.warnings[0]


def test_what_is_completed_is_closed_whatever_its_status() -> None:
    read = with_keys("status: Shipped", path="backlog/completed/task-1 - A.md")
    assert (read.state, read.source_status, read.warnings) == ("closed", "Shipped", ())


def test_a_final_summary_resolves_only_what_is_closed() -> None:
    body = "## Final Summary\n\nIt works.\n"
    assert with_keys("status: Done", body=body).resolution is None
    closed = with_keys("status: Done", body=body, path="completed/task-1 - A.md")
    assert closed.resolution == "It works."
    assert closed.description == "## Final Summary\n\nIt works."


def test_a_summary_without_markers_ends_at_the_next_section() -> None:
    body = "## Final Summary\nA.\n\n## Details\n\n## Implementation Notes\n\nB.\n"
    closed = with_keys("status: Done", body=body, path="completed/task-1 - A.md")
    assert closed.resolution == "A.\n\n## Details"


@pytest.mark.parametrize(
    ("written", "priority"), [("high", "P1"), ("Medium", "P2"), ("low", "P3"), ("null", None)]
)
def test_priorities_are_translated(written: str, priority: str | None) -> None:
    read = with_keys("status: To Do", f"priority: {written}")
    assert (read.fields["priority"], read.extra, read.warnings) == (priority, (), ())


def test_a_priority_of_the_projects_own_is_kept_aside() -> None:
    read = with_keys("status: To Do", "priority: critical")
    assert (read.fields["priority"], read.extra) == (None, (("priority", "critical"),))
    assert "'critical'" in read.warnings[0]


def test_of_several_assignees_the_first_is_taken_and_all_are_kept() -> None:
    read = with_keys("status: To Do", "assignee: ['@ada', '@grace']")
    assert (read.fields["assignee"], read.extra) == ("@ada", (("assignee", '["@ada", "@grace"]'),))
    assert len(read.warnings) == 1


@pytest.mark.parametrize("written", ["@ada", "[@ada]", "\n  - @ada"])
def test_an_assignee_written_bare_is_read(written: str) -> None:
    assert with_keys("status: To Do", f"assignee: {written}").fields["assignee"] == "@ada"


def test_a_title_with_a_bare_colon_is_read() -> None:
    assert task("---\nid: task-1\nstatus: Done\ntitle: Fix: it\n---\n").title == "Fix: it"


def test_dates_of_the_first_releases_put_the_day_first() -> None:
    read = with_keys("status: To Do", "created_date: 08-06-25")
    assert (read.created_at, read.updated_at) == ("2025-06-08T00:00:00Z",) * 2


def test_an_update_time_that_cannot_be_read_falls_back_to_the_creation() -> None:
    read = with_keys("status: To Do", "created_date: 2025-06-08", "updated_date: soon")
    assert read.updated_at == "2025-06-08T00:00:00Z"
    assert read.extra == (("updated_date", "soon"),)
    assert "'soon'" in read.warnings[0]


def test_links_find_their_task_however_its_id_is_written() -> None:
    files = [
        ("tasks/a.md", b"---\nid: TASK-1\nstatus: Done\ndependencies: [task-007, 8, X-9]\n---\n"),
        ("tasks/b.md", b"---\nid: TASK-7\nstatus: Done\n---\n"),
        ("completed/c.md", b"---\nid: task-8\nstatus: Done\n---\n"),
        ("tasks/d.md", b"---\nid: task-01.02\nstatus: Done\n---\n"),
    ]
    (first, _, _, subtask), problems = read_backlog(files)
    assert problems == []
    assert first.links == (
        ("depends_on", "TASK-7"),
        ("depends_on", "task-8"),
        ("depends_on", "X-9"),
    )
    assert subtask.links == ((PARENT, "TASK-1"),)


def test_a_bare_number_that_two_prefixes_share_stays_as_it_is() -> None:
    files = [
        ("tasks/a.md", b"---\nid: TASK-1\nstatus: Done\ndependencies: ['2']\n---\n"),
        ("tasks/b.md", b"---\nid: TASK-2\nstatus: Done\n---\n"),
        ("tasks/c.md", b"---\nid: WEB-2\nstatus: Done\n---\n"),
    ]
    tickets, _ = read_backlog(files)
    assert tickets[0].links == (("depends_on", "2"),)


def test_an_id_that_is_missing_is_that_of_the_file() -> None:
    assert task("---\ntitle: A\nstatus: Done\n---\n", "tasks/web-4.1 - A.md").source_id == "web-4.1"


def test_markers_in_code_are_text() -> None:
    body = "```md\n<!-- AC:BEGIN -->\n## Acceptance Criteria\n<!-- COMMENTS:BEGIN -->\n```"
    assert with_keys("status: Done", body=body).description == body


def test_comments_of_the_older_form_are_read() -> None:
    read = with_comments(
        "<!-- COMMENT:BEGIN -->\nindex: 1\nauthor: ada\ncreated: 2025-06-02T10:00:00Z\n\n"
        "One.\n\n---\n\nTwo.\n<!-- COMMENT:END -->\n\n"
        "<!-- COMMENT:BEGIN -->\nindex: 2\ncreated: \n\nThree.\n<!-- COMMENT:END -->"
    )
    assert read.notes == (
        ForeignNote("ada", "2025-06-02T10:00:00Z", "One.\n\n---\n\nTwo."),
        ForeignNote("", "", "Three."),
    )
    assert (read.description, read.warnings) == ("Before.", ())


def test_an_older_comment_that_is_not_ended_stays_in_the_description() -> None:
    read = with_comments("<!-- COMMENT:BEGIN -->\nauthor: ada\n\nHi.")
    assert (read.notes, read.description) == ((), "Before.\n\n## Comments\nauthor: ada\n\nHi.")


def test_a_comments_marker_in_code_begins_no_comments() -> None:
    code = "```md\n<!-- COMMENTS:BEGIN -->\n```"
    comments = "<!-- COMMENTS:BEGIN -->\nauthor: ada\n---\nHi.\n---\n<!-- COMMENTS:END -->"
    read = with_keys("status: Done", body=f"{code}\n\n{comments}\n")
    assert (read.description, read.notes) == (code, (ForeignNote("ada", "", "Hi."),))


def test_a_comment_whose_time_cannot_be_read_has_none() -> None:
    read = with_comments("created: lately\n---\nHi.\n---")
    assert read.notes == (ForeignNote("", "", "Hi."),)
    assert "'lately'" in read.warnings[0]


@pytest.mark.parametrize(
    "comments",
    [
        "Loose text.",
        "Loose text.\n---\nHi.\n---",
        "created: 2025-06-02\n---",
        "created: 2025-06-02\n---\nOpen end.",
        "author: ada\nauthor: grace\n---\nHi.\n---",
    ],
)
def test_comments_that_cannot_be_told_apart_stay_in_the_description(comments: str) -> None:
    read = with_comments(comments)
    assert read.notes == ()
    assert read.description == f"Before.\n\n## Comments\n{comments}"
    assert "comments cannot be told apart" in read.warnings[0]


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("tasks/task-1 - A.md", 1),
        ("backlog/tasks/task-1 - A.md", 1),
        ("completed/task-1 - A.md", 1),
        ("task-1 - A.md", 1),
        ("tasks/epic/task-1 - A.md", 1),
        ("backlog/drafts/draft-1 - A.md", 1),
        ("archive/tasks/task-1 - A.md", 0),
        ("docs/doc-1 - A.md", 0),
        ("tasks/task-1.txt", 0),
        ("readme.md", 0),
    ],
)
def test_only_tasks_are_read(path: str, count: int) -> None:
    tickets, problems = read_backlog([(path, b"---\nid: task-1\nstatus: Done\n---\n")])
    assert (len(tickets), problems) == (count, [])


def test_a_broken_task_does_not_stop_the_others() -> None:
    files = [
        ("tasks/task-1 - A.md", TASK.encode()),
        ("tasks/task-2 - B.md", b"---\nid: task-2\nlabels: *all\n---\n"),
        ("tasks/task-3 - C.md", TASK.encode()),
    ]
    tickets, problems = read_backlog(files)
    assert len(tickets) == 2
    assert [(p.path, p.line) for p in problems] == [("tasks/task-2 - B.md", 3)]


def test_windows_line_ends_change_nothing() -> None:
    assert task(TASK.replace("\n", "\r\n"), PATH) == task(TASK, PATH)


@given(st.lists(st.binary()))
def test_arbitrary_bytes_give_a_task_or_a_problem(contents: list[bytes]) -> None:
    tickets, problems = read_backlog([("tasks/a.md", content) for content in contents])
    assert len(tickets) + len(problems) == len(contents)


@given(st.text(), st.binary())
def test_no_path_is_too_odd(path: str, content: bytes) -> None:
    tickets, problems = read_backlog([(path, content)])
    assert len(tickets) + len(problems) <= 1


MARKERS = [f"<!-- {n}:{e} -->" for n in ("COMMENTS", "COMMENT", "AC") for e in ("BEGIN", "END")]
LINES = st.sampled_from(
    [*MARKERS, "## Comments", "## Final Summary", "---", "```", "created: 2025-06-02", ""]
) | st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(LINES))
def test_no_line_of_a_body_is_lost(lines: list[str]) -> None:
    """But for what only tells the parts of the format from each other."""
    read = with_keys("status: Done", body="\n".join(lines), path="completed/task-1 - A.md")
    found = "\n".join([read.description, *(note.body for note in read.notes)])
    for line in lines:
        form = line in MARKERS or line in ("## Comments", "---", "created: 2025-06-02")
        if line.strip() and not form:
            assert line in found


def test_a_project_that_renamed_its_tasks_is_understood_by_its_numbers() -> None:
    find = find_backlog(["BACK-41", "BACK-222.1", "DRAFT-41"])
    assert find("task-41") == "BACK-41"
    assert find("TASK-0222.1") == "BACK-222.1"
    assert find("41") == "BACK-41"
    assert find("draft-41") == "DRAFT-41"
    assert find("jira-41") is None
    # With tasks of the old name besides, it means those.
    assert find_backlog(["BACK-41", "task-7"])("task-41") is None


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("backlog/tasks/task-1 - A.md", None),
        ("backlog/tasks/readme.md", "other file"),
        ("backlog/drafts/README.md", "other file"),
        ("backlog/archive/tasks/task-1 - A.md", "archived task"),
        ("backlog/archive/drafts/draft-1 - A.md", "archived draft"),
        ("backlog/archive/milestones/m-0 - a.md", "archived milestone"),
    ],
)
def test_what_is_no_task_has_a_kind(path: str, kind: str | None) -> None:
    found = no_task(path)
    assert (found[0] if found else None) == kind
