"""What goes out to beads or GitHub comes back into another store as it was, as far as they hold
it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.memory_store import MemoryStore

from yoi_cli.model import events, states
from yoi_cli.model.events import Author, new_event
from yoi_cli.model.ids import TicketId, ticket_id_at
from yoi_cli.model.item import FieldValue
from yoi_cli.model.relations import Relation
from yoi_cli.model.text import visible_lines
from yoi_cli.model.ticket import DatedEvent, Ticket
from yoi_cli.model.time import stamp
from yoi_cli.store.files.ticket_files import encode_ticket
from yoi_cli.tickets.show import TicketView, view
from yoi_cli.transfer.export import export_tickets
from yoi_cli.transfer.formats.beads import read_beads
from yoi_cli.transfer.formats.github import read_github
from yoi_cli.transfer.formats.writers import ForeignExport
from yoi_cli.transfer.import_foreign import adopt
from yoi_cli.transfer.model import ForeignTickets

#: Each example makes stores and reads them twice.
FEWER = settings(max_examples=settings().max_examples // 4)
START_MS = 1_780_000_000_000
ADA = Author("Ada Example")

#: No control characters, surrogates or line separators: no ticket can hold them.
_LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
_WORDS = st.text(_LETTERS, max_size=12).map(lambda text: " ".join(text.split()))
_NAMES = st.sampled_from(["Ada Example", "grace", "Ünï", "bot[1]"])
_LINES = st.one_of(
    _WORDS,
    st.sampled_from(
        ["", "## Notes", "## Acceptance criteria", "## Design", "- [ ] x", "```", "---"]
    ),
)
_TEXTS = st.lists(_LINES, max_size=8).map(lambda lines: "\n".join(lines).strip())
_TAGS = st.sampled_from(["ui", "bug", "epic", "a b", "milestone:1.0", "type:Bug", "milestone:2"])
_DAYS = st.integers(0, 40)


@dataclass(frozen=True)
class Held:
    """What of a ticket is compared: `links` name the titles of their other ends."""

    title: str
    description: str
    state: str
    fields: Mapping[str, str | frozenset[str]]
    comments: tuple[tuple[str, str, str], ...]
    resolution: str | None
    created_at: str
    links: frozenset[tuple[str, str]]


@st.composite
def stores(draw: st.DrawFn) -> list[Ticket]:
    """Tickets that wait for earlier ones alone, each with a title of its own."""
    count = draw(st.integers(1, 4))
    return [draw(_tickets(number)) for number in range(count)]


def _id(number: int) -> TicketId:
    return ticket_id_at(START_MS + 1000 * number)


def _at(number: int, day: int) -> str:
    return stamp(START_MS + 1000 * number + 86_400_000 * day)


@st.composite
def _tickets(draw: st.DrawFn, number: int) -> Ticket:
    state = draw(st.sampled_from([states.PLANNING, states.INPROGRESS, states.CLOSED]))
    days = sorted(draw(st.lists(_DAYS, max_size=3)))
    written = [
        DatedEvent(_at(number, day), new_event(events.COMMENT, Author(draw(_NAMES)), text))
        for day in days
        if (text := draw(_TEXTS))
    ]
    resolution = draw(_TEXTS.filter(bool)) if state == states.CLOSED else None
    last = _at(number, 50)
    if resolution:
        closing = new_event(events.CLOSE, ADA, resolution, (("status", "closed"),))
        written.append(DatedEvent(last, closing))
    elif state != states.PLANNING:
        move = (("from", states.PLANNING), ("to", state), ("reason", "x"), ("field", "state"))
        written.append(DatedEvent(last, new_event(events.STATE_CHANGED, ADA, "Moved.", move)))
    fields: dict[str, FieldValue] = {
        "title": f"{number} {draw(_WORDS)}".strip(),
        "state": state,
        "created_at": _at(number, 0),
        "updated_at": last,
        "assignee": draw(st.none() | _NAMES),
        "priority": draw(st.none() | st.sampled_from(["P0", "P2", "P4"])),
        "tags": tuple(draw(st.lists(_TAGS, unique=True, max_size=3))),
        "due": draw(st.none() | st.just("2026-12-01")),
        "estimate": draw(st.none() | st.sampled_from(["30m", "4h"])),
    }
    kinds = st.sampled_from(["depends_on", "related", "supersedes", "duplicate_of", "parent"])
    targets = st.tuples(kinds, st.sampled_from([_id(one) for one in range(number)] or [_id(0)]))
    links = draw(st.lists(targets, max_size=3, unique_by=lambda one: one[0])) if number else []
    created = DatedEvent(_at(number, 0), new_event(events.CREATE, ADA, "Created."))
    return Ticket(
        id=_id(number),
        fields={key: value for key, value in fields.items() if value},
        description=draw(_TEXTS),
        events=(created, *written),
        relations=tuple(
            Relation(_id(number), kind, target, "Ada Example", _at(number, 0))
            for kind, target in links
        ),
        resolution=resolution,
    )


def store_of(tickets: Sequence[Ticket]) -> MemoryStore:
    store = MemoryStore()
    store.install_all({ticket.id: encode_ticket(ticket) for ticket in tickets})
    return store


def exported(store: MemoryStore, form: str) -> tuple[str, ForeignExport]:
    export = ForeignExport(form, store.all_fields(), store.ids())
    return "".join(export.document(export_tickets(store, store.ids()))), export


def imported(found: ForeignTickets) -> MemoryStore:
    assert found.problems == []
    store = MemoryStore()
    report = adopt(store, found, ADA, encode_ticket)
    assert not (report.problems or report.missing or report.conflicts)
    return store


def held(shown: TicketView, titles: Mapping[str, str]) -> Held:
    comments = [event for event in shown.thread.events if event.kind == events.COMMENT]
    return Held(
        title=shown.item.title,
        description=shown.item.body.strip(),
        state=shown.folded.state,
        fields={
            name: frozenset(shown.item.texts(name)) if name == "tags" else shown.item.text(name)
            for name in ("priority", "assignee", "tags", "due", "estimate")
        },
        comments=tuple((one.author, one.at, one.body) for one in comments),
        resolution=None if shown.resolution is None else shown.resolution.strip(),
        created_at=shown.item.text("created_at"),
        links=frozenset((one.kind, titles[one.target]) for one in shown.around.outgoing),
    )


def all_held(store: MemoryStore) -> list[Held]:
    views = [view(store, ticket) for ticket in store.ids()]
    titles: dict[str, str] = {one.id: one.item.title for one in views}
    return sorted((held(one, titles) for one in views), key=lambda one: one.title)


MINUTES = {"30m": "30m", "4h": "240m", "": ""}


def in_beads(one: Held) -> Held:
    """bd has minutes and no ticket without a priority."""
    fields = dict(one.fields)
    fields["priority"] = fields["priority"] or "P2"
    fields["estimate"] = MINUTES[str(fields["estimate"])]
    return Held(**{**vars(one), "fields": fields})


@FEWER
@given(stores())
def test_beads_come_back_equal(tickets: list[Ticket]) -> None:
    before = store_of(tickets)
    text, export = exported(before, "beads")
    again = imported(read_beads(text.encode(), "issues.jsonl"))
    assert all_held(again) == [in_beads(one) for one in all_held(before)]
    lost = {one.kind for one in export.out.losses.found()}
    assert lost <= {"no priority (2 in bd)", "state_changed event"}


def in_github(one: Held) -> Held:
    """GitHub is open or closed, and has no priority, due date or estimate; what closed an issue is
    its last comment."""
    is_closed = one.state == states.CLOSED
    last = one.comments
    duplicates = [title for kind, title in one.links if kind == "duplicate_of"] if is_closed else []
    kinds = {"depends_on", "parent", *(["duplicate_of"] if duplicates else [])}
    return Held(
        **{
            **vars(one),
            "state": states.CLOSED if is_closed else states.PLANNING,
            "fields": {**one.fields, "priority": "", "due": "", "estimate": ""},
            "comments": last,
            "resolution": None,
            "links": frozenset(link for link in one.links if link[0] in kinds),
        }
    )


@FEWER
@given(stores())
def test_issues_of_github_come_back_equal(tickets: list[Ticket]) -> None:
    before = store_of(tickets)
    text, _ = exported(before, "github-json")
    again = imported(read_github(text.encode(), "issues.json"))
    back = []
    for one in all_held(again):
        closed = one.state == states.CLOSED
        own = [said for said in one.comments if not said[2].startswith(("**Closed**", "Duplicate"))]
        assert closed == (len(own) < len(one.comments))
        back.append(Held(**{**vars(one), "resolution": None, "comments": tuple(own)}))
    assert back == [in_github(one) for one in all_held(before)]


@FEWER
@given(stores(), st.sampled_from(["beads", "github-json", "markdown", "csv"]))
def test_an_export_is_the_same_every_time(tickets: list[Ticket], form: str) -> None:
    assert exported(store_of(tickets), form)[0] == exported(store_of(tickets), form)[0]


@FEWER
@given(stores())
def test_a_table_has_a_row_for_each_ticket_and_no_formula(tickets: list[Ticket]) -> None:
    text, _ = exported(store_of(tickets), "csv")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["id"] for row in rows] == [ticket.id for ticket in tickets]
    for row, ticket in zip(rows, tickets, strict=True):
        shown = visible_lines(ticket.description)
        assert row["description"] in (shown, f"'{shown}")
        assert not any(cell.startswith(tuple("=+-@＝＋－＠\t\r")) for cell in row.values())


@pytest.mark.parametrize("form", ["beads", "github-json", "markdown", "csv"])
def test_an_empty_store_is_an_empty_export(form: str) -> None:
    text, export = exported(MemoryStore(), form)
    assert export.count == 0
    assert text in ("", "[]\n") or text.count("\r\n") == 1


OPEN = {"title": "A", "state": "planning"}


def test_a_second_trip_changes_nothing_more() -> None:
    ticket = Ticket(
        id=_id(0),
        fields={
            "title": "A",
            "state": "planning",
            "created_at": _at(0, 0),
            "updated_at": _at(0, 9),
        },
        description="Text.",
        events=(
            DatedEvent(_at(0, 0), new_event(events.CREATE, ADA, "Created.")),
            DatedEvent(_at(0, 1), new_event(events.DECISION, ADA, "We wait.")),
        ),
    )
    once, _ = exported(store_of([ticket]), "beads")
    twice, _ = exported(imported(read_beads(once.encode(), "x")), "beads")
    first, second = json.loads(once), json.loads(twice)
    assert first["comments"][0]["text"] == "**Decision**\n\nWe wait."
    assert {**second, "priority": 2} == first
