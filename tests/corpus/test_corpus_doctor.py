"""What doctor says of the real store: four errors, all of them real, and why the rest is there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from support.corpus import Corpus
from support.process import Program

from yoi_cli.doctor.diagnostics import Diagnostic
from yoi_cli.doctor.examine import Examination, examine_store
from yoi_cli.doctor.files.inspect import FileInspector
from yoi_cli.store.files.layout import StoreLocation

#: Closed in item.md, without an event that says so.
CLOSED_BY_HAND = ("00001KST3MFXR", "00001KT02TCCG")
#: Its two targets were left out when the store was published.
DANGLING = "00001KVHQDS6B"
_CHANGED = ("-s", "+s", "-u", "+u")


@pytest.fixture(scope="module")
def found(corpus: Corpus) -> Examination:
    location = StoreLocation(str(corpus.workspace), str(corpus.workspace / "no.lock"))
    return examine_store(FileInspector(location), advance=lambda: None)


def of_code(found: Examination, code: str) -> list[Diagnostic]:
    return [one for one in found.diagnostics if one.code == code]


def test_the_only_errors_are_two_states_and_two_relations(found: Examination) -> None:
    errors = [
        (one.code, one.ticket, one.place.rpartition("/")[2])
        for one in found.diagnostics
        if one.severity == "error"
    ]

    assert found.tickets == 277
    assert errors == [
        *(("state_mismatch", ticket, "item.md:3") for ticket in CLOSED_BY_HAND),
        ("relation_dangling", DANGLING, "relations.json:4"),
        ("relation_dangling", DANGLING, "relations.json:12"),
    ]


def test_the_states_that_differ_are_those_that_an_independent_reader_found(
    found: Examination, corpus: Corpus
) -> None:
    expected = {
        ticket
        for ticket, facts in corpus.expected["tickets"].items()
        if facts["item_state"] != facts["folded_state"]
    }

    assert {one.ticket for one in of_code(found, "state_mismatch")} == expected


def test_warnings_are_one_thread_out_of_order_and_authors_without_quotes(
    found: Examination, corpus: Corpus
) -> None:
    warnings = Counter(one.code for one in found.diagnostics if one.severity == "warning")

    assert warnings == {"event_time_backwards": 1, "header_malformed": 11}
    for one in of_code(found, "header_malformed"):
        header = (corpus.workspace / one.path).read_text(encoding="utf-8").split("\n")[0]
        assert one.line == 1
        assert " author: yoi ticket at: " in header  # two words that no quotes hold together


def test_notes_are_what_an_older_store_looks_like(found: Examination) -> None:
    notes = Counter(one.code for one in found.diagnostics if one.severity == "info")

    assert notes == {
        # `migration` 23 times, `fix` and `closed` once each.
        "event_kind_unknown": 25,
        # The threads that begin with such a migration.
        "first_event_not_create": 23,
        # The original did not always ask for a result.
        "older_review_status_missing": 1,
        # Written by hand, before there was a command for it.
        "relations_unsorted": 1,
    }


def test_every_finding_names_a_file_and_a_line_of_it(found: Examination, corpus: Corpus) -> None:
    for one in found.diagnostics:
        lines = (corpus.workspace / one.path).read_bytes().split(b"\n")
        assert one.line is not None
        assert 1 <= one.line <= len(lines)


def test_adopting_the_two_items_changes_their_four_files_and_leaves_the_relations(
    yoi: Program, git: Program, corpus_copy: Path
) -> None:
    result = yoi("ticket", "doctor", "--fix", "--adopt-item", "--json", check=False)

    assert result.code == 6
    assert [one["action"] for one in result.json["fixed"]] == ["adopt_item"] * 2
    assert [one["code"] for one in result.json["diagnostics"] if one["severity"] == "error"] == [
        "relation_dangling"
    ] * 2
    changed = git("diff", "--name-only").out.split()
    assert sorted(changed) == [
        f".yoi/tickets/{ticket}/{name}"
        for ticket in CLOSED_BY_HAND
        for name in ("item.md", "thread.md")
    ]
    for ticket in CLOSED_BY_HAND:
        assert yoi("ticket", "state", ticket).out == f"state\t{ticket}\tclosed\n"


def test_fixing_takes_back_two_states_and_touches_nothing_else(
    yoi: Program, git: Program, corpus_copy: Path
) -> None:
    yoi("ticket", "doctor", "--fix", check=False)

    changed = git("diff", "--name-only").out.split()
    assert sorted(changed) == [f".yoi/tickets/{ticket}/item.md" for ticket in CLOSED_BY_HAND]
    lines = [line for line in git("diff", "--unified=0").out.split("\n") if line[:2] in _CHANGED]
    assert lines == ['-state: "closed"', '+state: "planning"'] * 2
