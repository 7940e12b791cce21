"""Tickets of other tools keep their times, links and states, and come in once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support.file_stores import ADA, empty_store, fingerprint

from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId, ticket_id_at
from yoi_cli.model.states import STATES
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.files.ticket_files import encode_ticket
from yoi_cli.transfer.import_foreign import adopt, preview
from yoi_cli.transfer.model import ForeignNote, ForeignTicket, ForeignTickets
from yoi_cli.transfer.report import ImportReport

AT = "2026-01-09T17:06:30Z"
LATER = "2026-01-10T08:00:00Z"
AT_MS = 1767978390000
NOW_MS = 1780000000000


def ticket(name: str, *links: tuple[str, str], state: str = "planning") -> ForeignTicket:
    return ForeignTicket(
        source_id=name,
        source_path=f".tickets/{name}.md",
        source_status=state,
        title=f"Ticket {name}",
        description="Text.",
        state=state,
        created_at=AT,
        updated_at=LATER,
        links=links,
    )


def bring(store: FileStore, *tickets: ForeignTicket) -> ImportReport:
    return adopt(store, ForeignTickets("tk", tickets), ADA, encode_ticket)


def id_of(report: ImportReport, name: str) -> TicketId:
    return TicketId(next(one.id for one in report.imported if one.source == f"tk:{name}"))


def links_of(store: FileStore, id_: TicketId) -> list[tuple[str, str]]:
    return [(relation.kind, relation.target) for relation in store.relations(id_)]


def test_ids_come_from_the_time_a_ticket_was_made_and_probe_upward(tmp_path: Path) -> None:
    report = bring(empty_store(tmp_path), ticket("a"), ticket("b"))
    assert [one.id for one in report.imported] == [ticket_id_at(AT_MS), ticket_id_at(AT_MS + 1)]


def test_a_time_from_before_there_were_ids_and_none_at_all_are_taken(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    early = replace(ticket("a"), created_at="1969-01-01T00:00:00Z")
    report = bring(store, early, replace(ticket("b"), created_at="", updated_at=""))
    assert id_of(report, "a") == "0" * 13
    assert store.item(id_of(report, "a")).text("created_at") == "1969-01-01T00:00:00Z"
    assert id_of(report, "b") > ticket_id_at(NOW_MS - 10**10)


def test_every_state_is_what_the_thread_folds_to(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    report = bring(store, *(ticket(state, state=state) for state in STATES))
    for state in STATES:
        id_ = id_of(report, state)
        folded = fold(store.thread(id_).events)
        assert (folded.state, folded.is_diverged) == (state, False)
        assert store.item(id_).state == state
        assert (store.resolution(id_) is not None) == (state == "closed")


def test_times_notes_and_their_authors_are_kept(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    notes = (ForeignNote("grace", LATER, "Found it."), ForeignNote("", "", "---"))
    report = bring(store, replace(ticket("a"), notes=notes))
    item = store.item(id_of(report, "a"))
    assert (item.text("created_at"), item.text("updated_at")) == (AT, LATER)
    events = store.thread(id_of(report, "a")).events
    assert [(event.kind, event.author, event.at) for event in events] == [
        ("create", ADA.author, AT),
        ("comment", "grace", LATER),
        ("comment", ADA.author, LATER),
    ]
    assert events[2].body == "---"


def test_what_has_no_place_in_a_ticket_stands_in_its_first_event(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    report = bring(store, replace(ticket("a"), extra=(("external-ref", "gh-12"),)))
    assert "external-ref: gh-12" in store.thread(id_of(report, "a")).events[0].body


def test_links_lead_to_the_new_ids(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    report = bring(store, ticket("a", ("depends_on", "b"), ("related", "c")), ticket("b"))
    assert links_of(store, id_of(report, "a")) == [("depends_on", id_of(report, "b"))]
    (notice,) = report.notices
    assert (notice.path, "related c" in notice.message) == (".tickets/a.md", True)


def test_a_link_that_would_close_a_cycle_becomes_related(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    report = bring(
        store,
        ticket("a", ("depends_on", "b")),
        ticket("b", ("depends_on", "c")),
        ticket("c", ("depends_on", "a")),
    )
    closing = store.relations(id_of(report, "c"))[0]
    assert (closing.kind, closing.target) == ("related", id_of(report, "a"))
    assert closing.note == "depends_on in tk, where it closes a cycle"
    assert "cycle" in report.notices[0].message


def test_a_second_import_brings_only_what_is_new_and_links_it_to_the_old(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    first = bring(store, ticket("a"))
    before = fingerprint(tmp_path / ".yoi/tickets")
    second = bring(store, ticket("a"), ticket("b", ("depends_on", "a")))
    assert [one.id for one in second.skipped] == [id_of(first, "a")]
    assert links_of(store, id_of(second, "b")) == [("depends_on", id_of(first, "a"))]
    after = fingerprint(tmp_path / ".yoi/tickets")
    assert before.items() <= after.items()


def test_a_preview_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    found = ForeignTickets("tk", [ticket("a", ("depends_on", "b")), ticket("b")])
    before = fingerprint(tmp_path)
    shown = preview(store, found, ADA, encode_ticket, NOW_MS)
    assert fingerprint(tmp_path) == before
    assert adopt(store, found, ADA, encode_ticket) == shown


def test_a_ticket_that_cannot_be_written_hides_no_other_and_leaves_no_link(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    odd = replace(ticket("a"), description="a NUL: \0")
    report = bring(store, odd, ticket("b", ("depends_on", "a")))
    assert [one.source for one in report.imported] == ["tk:b"]
    assert report.problems[0].path == ".tickets/a.md"
    assert links_of(store, id_of(report, "b")) == []


def test_importing_the_same_ticket_elsewhere_makes_the_same_files(tmp_path: Path) -> None:
    stores = [empty_store(tmp_path / name) for name in ("one", "two")]
    for store in stores:
        bring(store, ticket("a", state="closed"))
    one, two = (fingerprint(Path(store.location.path)) for store in stores)
    assert one == two


def test_events_stand_in_the_order_of_their_times_whatever_the_tool_knew_of_them(
    tmp_path: Path,
) -> None:
    store = empty_store(tmp_path)
    day = AT[:11] + "00:00:00Z"  # a tool that keeps the day of the last change alone
    notes = (ForeignNote("", "2026-01-12T00:00:00Z", "second"), ForeignNote("", LATER, "first"))
    moved = replace(ticket("a", state="done"), updated_at=day)
    report = bring(store, moved, replace(moved, source_id="b", notes=notes))
    assert not report.problems
    for name, updated in (("a", AT), ("b", "2026-01-12T00:00:00Z")):
        events = store.thread(id_of(report, name)).events
        assert [event.at for event in events] == sorted(event.at for event in events)
        assert (events[0].at, events[-1].at) == (AT, updated)
        assert store.item(id_of(report, name)).text("updated_at") == updated
    assert [event.body for event in store.thread(id_of(report, "b")).events[1:3]] == [
        "first",
        "second",
    ]
