"""What is imported again: changes of the other tool, and links whose other end comes later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.file_stores import ADA, comment, empty_store, fingerprint

from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.model.missing_links import missing_links
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.files.ticket_files import encode_ticket
from yoi_cli.store.values import Change
from yoi_cli.transfer.formats.backlog import find_backlog
from yoi_cli.transfer.import_foreign import adopt, preview
from yoi_cli.transfer.model import PARENT, ForeignNote, ForeignTicket, ForeignTickets
from yoi_cli.transfer.report import ImportReport

AT = "2026-01-09T17:06:30Z"
NOW_MS = 1780000000000
NOTE = ForeignNote("grace", "2026-01-10T00:00:00Z", "Measured.")
ONE = ForeignTicket(
    source_id="a",
    source_path="x",
    source_status="open",
    title="One",
    description="Text.\n\n## Acceptance criteria\n\n- fast",
    state="planning",
    created_at=AT,
    updated_at=AT,
    fields={"priority": "P2", "tags": ("ui", "bug")},
    notes=(NOTE,),
)


def bring(store: FileStore, *tickets: ForeignTicket, tool: str = "beads") -> ImportReport:
    found = ForeignTickets(tool, tickets)
    shown = preview(store, found, ADA, encode_ticket, NOW_MS)
    report = adopt(store, found, ADA, encode_ticket)
    # A dry run tells the same, whatever there is to tell.
    assert replace(shown, warnings=()) == replace(report, warnings=())
    return report


def named(name: str, *links: tuple[str, str], **changes: object) -> ForeignTicket:
    return replace(ONE, source_id=name, title=name, links=links, **changes)  # type: ignore[arg-type]


def the(store: FileStore, source: str) -> TicketId:
    rows = (row for row in store.all_fields() if row.fields.get("source") == source)
    return next(row.id for row in rows)


def links(store: FileStore, source: str) -> list[tuple[str, str]]:
    return [(one.kind, one.target) for one in store.relations(the(store, source))]


# What changed there


def test_what_did_not_change_is_not_written(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(store, ONE)
    before = fingerprint(tmp_path / ".yoi/tickets")
    assert [one.source for one in bring(store, ONE).skipped] == ["beads:a"]
    # The time of the last change alone, which some tools move by themselves, is no change.
    assert bring(store, replace(ONE, updated_at="2026-02-01T00:00:00Z")).skipped
    assert fingerprint(tmp_path / ".yoi/tickets") == before


def test_what_changed_there_is_taken_over(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(store, ONE)
    later = replace(
        ONE,
        title="Two",
        description="New.",
        fields={"priority": "P0"},
        state="closed",
        source_status="closed",
        resolution="It is done.",
        extra=(("due", "tomorrow"),),
        notes=(NOTE, ForeignNote("", "2026-01-11T00:00:00Z", "Below.")),
    )
    (updated,) = bring(store, later).updated
    assert set(updated.changed) == {
        "title",
        "priority",
        "tags",
        "description",
        "state",
        "comments",
        "other",
    }
    id_ = the(store, "beads:a")
    item, events = store.item(id_), store.thread(id_).events
    assert (item.title, item.body.strip(), item.state) == ("Two", "New.", "closed")
    assert "tags" not in item.fields
    assert store.resolution(id_) == "It is done.\n"
    assert (fold(events).state, fold(events).diverged) == ("closed", ())
    assert [event.body for event in events if event.kind == "comment"].count("Measured.") == 1
    below = next(event for event in events if event.body == "Below.")
    assert below.attributes["noted_at"] == "2026-01-11T00:00:00Z"
    assert any("- due: tomorrow" in event.body for event in events)
    assert bring(store, later).skipped


def test_a_ticket_that_is_open_again_there_is_open_again_here(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(store, replace(ONE, state="closed", source_status="closed"))
    bring(store, ONE)
    id_ = the(store, "beads:a")
    assert fold(store.thread(id_).events).state == store.item(id_).state == "planning"
    assert store.resolution(id_) is None
    assert fold(store.thread(id_).events).diverged == ()


def test_what_changed_here_and_there_stays_and_is_said_until_it_agrees(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(store, ONE)
    id_ = the(store, "beads:a")
    with store.write() as writer:
        writer.commit(id_, Change(fields={"title": "Ours"}))
    theirs = replace(ONE, title="Theirs", notes=(NOTE, ForeignNote("", "", "More.")))
    first = bring(store, theirs)
    assert "title" in first.conflicts[0].message
    assert first.updated[0].changed == ("comments",)
    assert store.item(id_).title == "Ours"
    again = bring(store, theirs)
    assert (len(again.conflicts), again.updated) == (1, ())
    with store.write() as writer:
        writer.commit(id_, Change(fields={"title": "Theirs"}))
    assert not bring(store, theirs).conflicts


def test_a_comment_or_a_link_made_here_is_no_change_of_the_ticket(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(store, ONE)
    comment(store, the(store, "beads:a"), "Ours.")
    assert bring(store, replace(ONE, title="Two")).updated
    assert store.item(the(store, "beads:a")).title == "Two"


def test_a_relation_that_was_taken_away_here_does_not_come_back(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    both = (named("a", ("depends_on", "b")), named("b"))
    bring(store, *both)
    with store.write() as writer:
        change = Change(relations=(), loses_relations=True)
        writer.commit(the(store, "beads:a"), change)
    bring(store, *both)
    assert links(store, "beads:a") == []
    bring(store, named("a", ("depends_on", "b"), ("related", "b")), named("b"))
    assert len(links(store, "beads:a")) == 2


def test_tickets_that_share_an_id_are_not_brought_up_to_date_in_turn(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    twins = (named("a"), named("a", description="Other."))
    bring(store, *twins)
    before = fingerprint(tmp_path / ".yoi/tickets")
    report = bring(store, *twins)
    assert (len(report.skipped), report.updated, report.conflicts) == (2, (), ())
    assert fingerprint(tmp_path / ".yoi/tickets") == before


# Links whose other end comes later


def test_a_link_to_what_is_not_here_is_kept_and_completed_by_a_later_import(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    first = bring(store, named("a", ("depends_on", "b"), ("related", "c")))
    assert [(one.kind, one.source) for one in first.missing] == [
        ("depends_on", "beads:b"),
        ("related", "beads:c"),
    ]
    row = store.item(the(store, "beads:a")).fields
    assert row["missing_links"] == ("depends_on beads:b", "related beads:c")
    second = bring(store, named("b"))  # of another file: a is not in it
    b = the(store, "beads:b")
    assert [(one.kind, one.target) for one in second.completed] == [("depends_on", b)]
    assert links(store, "beads:a") == [("depends_on", b)]
    assert [str(one) for one in missing_links(store.item(the(store, "beads:a")).fields)] == [
        "related beads:c"
    ]
    bring(store, named("c"))
    assert "missing_links" not in store.item(the(store, "beads:a")).fields


def test_a_link_is_no_one_elses(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(store, named("a", ("depends_on", "b")))
    bring(store, named("b"), tool="tk")
    assert links(store, "beads:a") == []


def test_a_completed_link_that_would_close_a_cycle_is_related(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(store, named("a", ("depends_on", "b")))
    bring(store, named("b", ("depends_on", "a")))
    kinds = {kind for name in ("a", "b") for kind, _ in links(store, f"beads:{name}")}
    assert kinds == {"depends_on", "related"}


def test_a_name_is_understood_as_its_tool_does_also_later(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    first = ForeignTickets("backlog", [named("task-1", ("depends_on", "TASK-07"))])
    adopt(store, first, ADA, encode_ticket)
    second = ForeignTickets("backlog", [named("task-7")], finder=find_backlog)
    report = adopt(store, second, ADA, encode_ticket)
    assert [one.source for one in report.completed] == ["backlog:TASK-07"]


def test_a_new_link_to_what_is_not_here_joins_those_that_wait(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(store, named("a", ("depends_on", "b")))
    bring(store, named("a", ("depends_on", "b"), ("depends_on", "c")))
    names = [str(one) for one in missing_links(store.item(the(store, "beads:a")).fields)]
    assert names == ["depends_on beads:b", "depends_on beads:c"]


def test_a_chain_of_thousands_is_taken_in_in_its_order(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    chain = [named(f"n{one}", ("depends_on", f"n{one + 1}")) for one in range(2000)]
    report = bring(store, *chain)
    assert (len(report.imported), len(report.missing)) == (2000, 1)


@pytest.mark.skipif(PARENT == "related", reason="there is no relation for a parent")
def test_of_two_parents_the_first_is_the_parent_and_no_circle_is_made(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    bring(
        store,
        named("a", ("parent", "b"), ("parent", "c")),
        named("b", ("parent", "c")),
        named("c", ("parent", "a")),
    )
    kinds = {name: [kind for kind, _ in links(store, f"beads:{name}")] for name in "abc"}
    assert kinds == {"a": ["related", "parent"], "b": ["parent"], "c": ["related"]}
