"""The whole real store reads as an independent reader read it (`expected.json`)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter

import pytest
from support.corpus import Corpus
from support.data import Data
from support.file_stores import open_store
from support.process import Program

from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.tickets.blocking import blockers, surroundings

TICKETS, EVENTS = 277, 2753
#: Closed without an event: their items disagree with their threads.
CLOSED_WITHOUT_EVENT = 2


@pytest.fixture(scope="module")
def store(corpus: Corpus) -> FileStore:
    return open_store(corpus.workspace)


def expected_of(corpus: Corpus) -> dict[TicketId, Data]:
    return {TicketId(id_): told for id_, told in corpus.expected["tickets"].items()}


def test_every_ticket_is_there(corpus: Corpus, store: FileStore) -> None:
    assert store.ids() == sorted(expected_of(corpus))
    assert len(store.ids()) == TICKETS


def test_every_event_is_read_with_kind_time_author_heading_and_body(
    corpus: Corpus, store: FileStore
) -> None:
    count = 0
    for ticket, told in expected_of(corpus).items():
        found = [
            {
                "kind": event.kind,
                "at": event.at,
                "author": event.author,
                "heading": event.heading,
                "body_sha256": hashlib.sha256(event.body.encode()).hexdigest(),
            }
            for event in store.thread(ticket).events
        ]
        assert found == told["events"], ticket
        count += len(found)
    assert count == EVENTS


def test_no_byte_of_a_thread_is_left_out_and_every_event_is_older(
    corpus: Corpus, store: FileStore
) -> None:
    for ticket in store.ids():
        data = (corpus.tickets / ticket / "thread.md").read_bytes()
        parsed = parse_thread(data)
        assert parsed.torn == ()
        assert b"".join(data[start:end] for start, end in parsed.spans) == data
        assert all(event.is_older for event in parsed.thread.events)


def test_the_identities_of_a_thread_are_all_different(store: FileStore) -> None:
    for ticket in store.ids():
        identities = [event.identity for event in store.thread(ticket).events]
        assert len(set(identities)) == len(identities), ticket


def test_the_folded_state_of_every_ticket_is_the_recorded_one(
    corpus: Corpus, store: FileStore
) -> None:
    for ticket, told in expected_of(corpus).items():
        folded = fold(store.thread(ticket).events)
        assert folded.state == told["folded_state"], ticket
        assert not folded.is_diverged, ticket


def test_all_items_but_two_say_what_their_threads_say(corpus: Corpus, store: FileStore) -> None:
    disagreeing = 0
    for ticket, told in expected_of(corpus).items():
        item = store.item(ticket)
        assert item.state == told["item_state"], ticket
        assert item.title == told["title"], ticket
        disagreeing += item.state != told["folded_state"]
    assert disagreeing == CLOSED_WITHOUT_EVENT


def test_a_pass_over_all_tickets_tells_the_same_as_reading_each(store: FileStore) -> None:
    rows = {row.id: row for row in store.all_fields()}
    for ticket in store.ids():
        assert rows[ticket].error is None
        assert rows[ticket].fields == store.item(ticket).fields


def test_the_unresolved_blockers_of_every_ticket_are_found(
    corpus: Corpus, store: FileStore
) -> None:
    for ticket, told in expected_of(corpus).items():
        found = blockers(store, ticket, surroundings(store, ticket))
        assert sorted(blocker.ticket for blocker in found) == sorted(map(str, told["blockers"]))


def test_every_plan_record_is_read(corpus: Corpus, store: FileStore) -> None:
    for ticket, told in expected_of(corpus).items():
        assert len(store.plan(ticket)) == told["plan_records"], ticket


def test_list_shows_every_ticket_with_its_title(
    corpus: Corpus, store: FileStore, yoi: Program
) -> None:
    rows = yoi("ticket", "list", "--all", "--json", cwd=corpus.workspace).json["tickets"]
    told = expected_of(corpus)
    assert {str(row["id"]): row["title"] for row in rows} == {
        ticket: told[ticket]["title"] for ticket in told
    }
    lines = yoi("ticket", "list", "--all", cwd=corpus.workspace).out.splitlines()
    assert lines[0].split("\t") == ["state", "id", "title", "updated_at", "hints"]
    assert Counter(line.count("\t") for line in lines) == {4: TICKETS + 1}


def test_export_gives_every_event_of_every_ticket(corpus: Corpus, yoi: Program) -> None:
    exported = yoi("ticket", "export", cwd=corpus.workspace)
    lines = exported.out_bytes.splitlines()
    assert len(lines) == TICKETS
    told = expected_of(corpus)
    for line in lines:
        document = _parsed(line)
        events = told[TicketId(str(document["id"]))]["events"]
        assert [event["at"] for event in document["events"]] == [event["at"] for event in events]


def _parsed(line: bytes) -> Data:
    document: Data = json.loads(line)
    return document
