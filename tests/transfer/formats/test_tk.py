"""Tickets of `tk` come in whole, and a broken one never stops the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.transfer.formats.common import utc
from yoi_cli.transfer.formats.tk import read_tk
from yoi_cli.transfer.model import PARENT, ForeignNote, ForeignTicket, ImportProblem

TICKET = """\
---
id: nw-5c46
status: closed
deps: [nw-1a2b, nw-3c4d]
links: [nw-9z9z]
created: 2026-01-09T17:06:30Z
type: bug
priority: 0
assignee: Ada Lovelace
external-ref: gh-12
parent: nw-0000
tags: [ui, area:login]
---
# Sign-in forgets the return page

It goes to the front page instead.

## Acceptance Criteria

- [ ] the page is remembered


## Notes

**2026-01-10T08:00:00Z**

Found the cookie.

## What I tried

Everything.

**2026-01-11T09:30:00Z**

Fixed.
"""


def ticket(text: str, path: str = ".tickets/nw-5c46.md") -> ForeignTicket:
    tickets, problems = read_tk([(path, text.encode())])
    assert problems == []
    return tickets[0]


def with_keys(*lines: str, body: str = "# A title\n") -> ForeignTicket:
    return ticket("\n".join(["---", "id: a-1", "status: open", *lines, "---", body]))


def problem(content: bytes) -> ImportProblem:
    tickets, problems = read_tk([(".tickets/a.md", content)])
    assert tickets == []
    return problems[0]


def test_a_ticket_is_read_whole() -> None:
    assert ticket(TICKET) == ForeignTicket(
        source_id="nw-5c46",
        source_path=".tickets/nw-5c46.md",
        source_status="closed",
        title="Sign-in forgets the return page",
        description=(
            "It goes to the front page instead.\n\n"
            "## Acceptance Criteria\n\n- [ ] the page is remembered"
        ),
        state="closed",
        created_at="2026-01-09T17:06:30Z",
        updated_at="2026-01-11T09:30:00Z",
        fields={"priority": "P0", "assignee": "Ada Lovelace", "tags": ("ui", "area:login", "bug")},
        links=(
            ("depends_on", "nw-1a2b"),
            ("depends_on", "nw-3c4d"),
            ("related", "nw-9z9z"),
            (PARENT, "nw-0000"),
        ),
        notes=(
            ForeignNote(
                "",
                "2026-01-10T08:00:00Z",
                "Found the cookie.\n\n## What I tried\n\nEverything.",
            ),
            ForeignNote("", "2026-01-11T09:30:00Z", "Fixed."),
        ),
        resolution=None,
        extra=(("type", "bug"), ("external-ref", "gh-12")),
        warnings=(),
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("open", "planning"),
        ("in_progress", "inprogress"),
        ("needs_testing", "done"),
        ("closed", "closed"),
    ],
)
def test_each_status_of_tk_has_a_state(status: str, state: str) -> None:
    read = ticket(f"---\nid: a-1\nstatus: {status}\n---\n# A\n")
    assert (read.state, read.source_status, read.warnings) == (state, status, ())


def test_a_status_that_tk_does_not_know_is_planning_with_a_warning() -> None:
    read = ticket("---\nid: a-1\nstatus: blocked\n---\n# A\n")
    assert (read.state, read.source_status) == ("planning", "blocked")
    assert "'blocked'" in read.warnings[0]


def test_a_priority_that_is_no_number_is_kept_aside() -> None:
    read = with_keys("priority: urgent")
    assert read.fields["priority"] is None
    assert read.extra == (("priority", "urgent"),)
    assert "'urgent'" in read.warnings[0]


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-01-09T17:06:30Z", "2026-01-09T17:06:30Z"),
        ("2026-01-09T17:06:30.123456789Z", "2026-01-09T17:06:30Z"),
        ("2026-01-09T00:30:00+09:00", "2026-01-08T15:30:00Z"),
        ("2026-01-09 00:30:00 -0330", "2026-01-09T04:00:00Z"),
        ("2026-01-09 17:06", "2026-01-09T17:06:00Z"),
        ("2026-01-09", "2026-01-09T00:00:00Z"),
        ("0999-01-09", "0999-01-09T00:00:00Z"),
        ("09-01-26", "2026-01-09T00:00:00Z"),
        ("09.01.26", "2026-01-09T00:00:00Z"),
        ("", ""),
    ],
)
def test_every_form_of_time_becomes_utc(written: str, time: str) -> None:
    assert utc(written) == time


@pytest.mark.parametrize(
    "written",
    ["yesterday", "2026-02-30", "2026-01-09T25:00:00Z", "0001-01-01T00:00:00+14:00", "09-01.26"],
)
def test_a_time_that_cannot_be_read_is_empty_with_a_warning(written: str) -> None:
    read = with_keys(f"created: {written}")
    assert (read.created_at, read.updated_at) == ("", "")
    assert read.extra == (("created", written),)
    assert written in read.warnings[0]


def test_values_stay_text_whatever_yaml_thinks_of_them() -> None:
    read = with_keys("assignee: no", "external-ref: 0123", "due: 2026-01-09", "milestone: null")
    assert read.fields["assignee"] == "no"
    assert read.extra == (("external-ref", "0123"), ("due", "2026-01-09"))


def test_keys_of_any_shape_are_kept() -> None:
    read = with_keys("refs: [a, b]", "beads:", "  id: x-1", "  deps: []")
    assert read.extra == (("refs", '["a", "b"]'), ("beads", '{"id": "x-1", "deps": []}'))


def test_values_that_tk_writes_bare_and_yaml_refuses_are_read() -> None:
    read = with_keys("assignee: @ada", "external-ref: see: it's here", "tags: [@ops, ui]")
    assert (read.fields["assignee"], read.fields["tags"]) == ("@ada", ("@ops", "ui"))
    assert read.extra == (("external-ref", "see: it's here"),)
    assert read.warnings == ("the frontmatter is not valid YAML; read with its values quoted",)


def test_tags_without_brackets_are_parted_at_commas() -> None:
    assert with_keys("tags: ui, api,ui").fields["tags"] == ("ui", "api")


def test_a_part_of_an_id_links_to_the_only_ticket_that_has_it() -> None:
    files = [
        ("a.md", b"---\nid: nw-5c46\nstatus: open\ndeps: [77f, nw-, gone]\n---\n# A\n"),
        ("b.md", b"---\nid: nw-77f0\nstatus: open\nlinks: [77f0, 5c46, nw-5c46]\n---\n# B\n"),
    ]
    (first, second), _ = read_tk(files)
    assert first.links == (
        ("depends_on", "nw-77f0"),
        ("depends_on", "nw-"),
        ("depends_on", "gone"),
    )
    assert second.links == (("related", "nw-5c46"),)
    assert "link to the ticket itself" in second.warnings[0]


def test_tickets_that_share_an_id_say_so() -> None:
    content = b"---\nid: a-1\nstatus: open\n---\n# A\n"
    tickets, _ = read_tk([("a.md", content), ("b.md", content)])
    assert [t.warnings for t in tickets] == [("2 tickets share the id 'a-1'",)] * 2


def test_a_title_is_not_looked_for_in_code() -> None:
    body = "```sh\n# not a title\n```\n\n# A title\n\nText.\n"
    read = with_keys(body=body)
    assert read.title == "A title"
    assert read.description == "```sh\n# not a title\n```\n\n\nText."


def test_a_ticket_without_a_title_goes_by_its_id() -> None:
    read = ticket("---\nstatus: open\n---\nText.\n", ".tickets/nw-77f0.md")
    assert (read.source_id, read.title, read.description) == ("nw-77f0", "nw-77f0", "Text.")
    assert len(read.warnings) == 1


def test_notes_without_a_time_stay_in_the_description() -> None:
    body = "# A\n\n## Notes\n\nFrom beads.\n\n**2026-01-10T08:00:00Z**\n\nLater.\n"
    read = with_keys(body=body)
    assert read.description == "## Notes\n\nFrom beads."
    assert read.notes == (ForeignNote("", "2026-01-10T08:00:00Z", "Later."),)


def test_a_bold_time_outside_the_notes_is_text() -> None:
    read = with_keys(body="# A\n\n**2026-01-10T08:00:00Z**\n\nIt broke.\n")
    assert read.notes == ()
    assert read.description == "**2026-01-10T08:00:00Z**\n\nIt broke."


def test_a_note_may_stand_on_the_line_of_its_time() -> None:
    read = with_keys(body="# A\n\n## Notes\n\n**2026-01-10 08:00:00**: Short.\n")
    assert read.notes == (ForeignNote("", "2026-01-10T08:00:00Z", "Short."),)
    assert read.description == ""


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert ticket("\ufeff" + TICKET.replace("\n", "\r\n")) == ticket(TICKET)


def test_control_characters_in_text_pass_through() -> None:
    read = with_keys('external-ref: "\\e[31m"', body="# A\x1b[0m\n\nB\x00\u2028C\n")
    assert (read.title, read.description) == ("A\x1b[0m", "B\x00\u2028C")
    assert read.extra == (("external-ref", "\x1b[31m"),)


def test_a_character_escaped_in_two_halves_is_put_together() -> None:
    assert with_keys('assignee: "\\ud83d\\ude00"').fields["assignee"] == "\U0001f600"


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "no frontmatter"),
        (b"# Just a page\n", 1, "no frontmatter"),
        (b"---\nid: a\nstatus: open\n", 1, "no closing"),
        (b"---\nid: a\nassignee: \xff\n---\n", 3, "not UTF-8"),
        (b"---\nid: a\nid: b\n---\n", 3, "a second time"),
        (b"---\nid: a\ndeps: &x [b]\n---\n", 3, "an anchor"),
        (b"---\nid: a\ndeps: *x\n---\n", 3, "an alias"),
        (b"---\nid: a\nlinks:\n  - !!python/name:os.system\n---\n", 4, "a tag"),
        (b"---\nid: a\nlinks: [b\n---\n", 3, "not valid YAML"),
        (b"---\nid: a\nlinks: '\x07'\n---\n", 3, "YAML forbids"),
        (b'---\nid: a\nassignee: "\\ud83d"\n---\n', 3, "half a character"),
        (b'---\nid: a\nassignee: "\\UFFFFFFFF"\n---\n', None, "not valid YAML"),
        (b"---\n- id\n---\n", 2, "not a list of keys"),
        (b"---\nid: a\n--- b\nid: c\n---\n", 3, "more than one document"),
        (b"---\nid: " + b"[" * 40_000 + b"\n---\n", 2, "nesting"),
        (b"---\nid: a\nx: " + b"y" * 65_536 + b"\n---\n", 1, "larger than 64 KiB"),
        (b"---\ntitle: A page\n---\n", 1, "not a tk ticket"),
    ],
)
def test_a_file_that_gives_no_ticket_is_a_problem(
    content: bytes, line: int | None, words: str
) -> None:
    found = problem(content)
    assert (found.path, found.line) == (".tickets/a.md", line)
    assert words in found.message


def test_a_broken_ticket_does_not_stop_the_others() -> None:
    files = [("a.md", TICKET.encode()), ("b.md", b"\xff"), ("c.md", TICKET.encode())]
    tickets, problems = read_tk(files)
    assert [t.source_path for t in tickets] == ["a.md", "c.md"]
    assert [p.path for p in problems] == ["b.md"]


def test_files_that_are_not_markdown_are_passed_over() -> None:
    assert read_tk([(".tickets/.lock", b"\xff")]) == ([], [])


@given(st.lists(st.binary()))
def test_arbitrary_bytes_give_a_ticket_or_a_problem(contents: list[bytes]) -> None:
    tickets, problems = read_tk([("a.md", content) for content in contents])
    assert len(tickets) + len(problems) == len(contents)


@given(
    st.text(st.sampled_from("ab:-[]{}'\"\\#&*!|>@`%,?~ \n\t\x00\x85\u2028<=0xUu\U0001f600")),
    st.text(),
)
def test_arbitrary_frontmatter_gives_a_ticket_or_a_problem(keys: str, body: str) -> None:
    tickets, problems = read_tk([("a.md", f"---\nid: a\n{keys}\n---\n{body}".encode())])
    assert len(tickets) + len(problems) == 1


LINES = st.sampled_from(
    ["## Notes", "## Design", "```", "**2026-01-10T08:00:00Z**", "**2026-99-10T08:00:00Z**", ""]
) | st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1)


@given(st.lists(LINES))
def test_no_line_of_a_body_is_lost(lines: list[str]) -> None:
    read = with_keys(body="\n".join(lines))
    found = "\n".join([read.title, read.description, *(note.body for note in read.notes)])
    for line in lines:
        if line.strip() and line not in ("## Notes", "**2026-01-10T08:00:00Z**"):
            assert line.removeprefix("# ").strip() in found
