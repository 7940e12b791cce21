"""What every store promises to those who look, take in and move: on memory and on files."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.any_store import ABSENT, commit, everything, make, said
from support.file_stores import ADA
from support.threads import block

from yoi_cli.errors import ConflictError, NotFoundError, UsageError, YoiError
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.store.ports import TicketReader, TicketStore
from yoi_cli.store.values import Change
from yoi_cli.tickets.comment import add_comment
from yoi_cli.tickets.create import Draft, create_ticket
from yoi_cli.tickets.lookup import identify
from yoi_cli.tickets.move import close_ticket, move_ticket, reopen_ticket
from yoi_cli.tickets.move_rules import MoveRequest
from yoi_cli.tickets.relations import Link, add_relation, remove_relation

# Missing tickets

READS: tuple[Callable[[TicketReader], object], ...] = (
    lambda store: store.item(ABSENT),
    lambda store: store.thread(ABSENT),
    lambda store: store.relations(ABSENT),
    lambda store: store.plan(ABSENT),
    lambda store: store.resolution(ABSENT),
    lambda store: store.artifacts(ABSENT),
    lambda store: store.files(ABSENT),
    lambda store: identify(store, ABSENT),
)


@pytest.mark.parametrize("read", READS, ids=range(len(READS)))
def test_a_ticket_that_is_not_there_is_not_found(
    store: TicketStore, read: Callable[[TicketReader], object]
) -> None:
    make(store)
    with pytest.raises(NotFoundError) as caught:
        read(store)
    assert caught.value.code == "ticket_not_found"


def test_nothing_is_committed_to_a_ticket_that_is_not_there(store: TicketStore) -> None:
    with pytest.raises(NotFoundError):
        commit(store, ABSENT, Change(events=(said("x"),)))
    assert list(store.ids()) == []


# Taking in


def test_a_ticket_is_taken_in_and_given_out_to_the_byte(store: TicketStore) -> None:
    files = {
        "item.md": b"---\r\ntitle: x\r\nstate: ready\r\nodd: [a]\r\n---\r\nText\r\n",
        "thread.md": b"preamble\n" + block("one"),
        "resolution.md": b"no newline",
        "artifacts/notes/deep.bin": bytes(range(256)),
        "other": b"",
    }
    with store.write() as writer:
        writer.install(ABSENT, files)
    assert dict(store.files(ABSENT)) == files
    assert store.exists(ABSENT)
    assert store.item(ABSENT).fields["odd"] == ("a",)
    assert store.artifacts(ABSENT) == ("notes/deep.bin",)


def test_a_ticket_is_never_taken_in_over_another(store: TicketStore) -> None:
    ticket = make(store)
    before = everything(store)
    with store.write() as writer, pytest.raises(ConflictError) as caught:
        writer.install(ticket, {"item.md": b"x"})
    assert caught.value.code == "ticket_exists"
    assert everything(store) == before


def test_many_are_taken_in_together_to_the_byte(store: TicketStore) -> None:
    files = {"item.md": b"x", "artifacts/deep/er.bin": bytes(range(256)), "artifacts/a": b""}
    many = {TicketId(f"{number:013}"): {**files, "n": b"%d" % number} for number in range(20)}
    with store.write() as writer:
        writer.install_all(many)
        writer.install_all({})
    assert {one: dict(store.files(one)) for one in store.ids()} == many


def test_of_many_none_is_taken_in_where_one_stands_already(store: TicketStore) -> None:
    ticket = make(store)
    before = everything(store)
    many = {TicketId("0" * 13): {"item.md": b"x"}, ticket: {"item.md": b"x"}}
    with store.write() as writer, pytest.raises(ConflictError) as caught:
        writer.install_all(many)
    assert caught.value.code == "ticket_exists"
    assert everything(store) == before


@pytest.mark.parametrize("path", ["../x", "/x", "a//b", "a/./b", "", "..", "a\0b"])
def test_a_path_that_leads_out_is_refused(store: TicketStore, path: str) -> None:
    with store.write() as writer, pytest.raises(YoiError):
        writer.install(ABSENT, {"item.md": b"x", path: b"x"})
    assert list(store.ids()) == []


@pytest.mark.parametrize("word", ["../x", "x", "00001kvzzzzzz", "0" * 14, ".git", ""])
def test_a_ticket_under_a_name_that_is_no_id_is_refused(store: TicketStore, word: str) -> None:
    with store.write() as writer, pytest.raises(YoiError):
        writer.install(TicketId(word), {"item.md": b"x"})
    assert list(store.ids()) == []


def test_one_broken_ticket_never_hides_the_others(store: TicketStore) -> None:
    first = make(store, "First")
    broken = {"item.md": b"no frontmatter", "thread.md": b"", "artifacts/relations.json": b"[}"}
    with store.write() as writer:
        writer.install(TicketId("0" * 13), broken)
    second = create_ticket(store, Draft("Second", relations=(("blocks", first),)), ADA).ticket
    rows = {row.id: (row.fields.get("title"), row.error is None) for row in store.all_fields()}
    assert rows == {"0" * 13: (None, False), first: ("First", True), second: ("Second", True)}
    relations = {row.id: row.error is None for row in store.all_relations()}
    assert relations == {"0" * 13: False, second: True}


# Use cases on a store


def test_a_ticket_goes_through_its_life(store: TicketStore) -> None:
    ticket = make(store)
    for state in ("ready", "queued", "inprogress", "done"):
        assert move_ticket(store, ticket, MoveRequest(state), ADA).changed
        assert store.item(ticket).state == state
    assert not move_ticket(store, ticket, MoveRequest("done"), ADA).changed
    close_ticket(store, ticket, "It is done.", ADA)
    assert store.resolution(ticket) == "It is done.\n"
    reopen_ticket(store, ticket, "Not quite.", None, ADA)
    assert store.item(ticket).state == "planning"
    assert fold(store.thread(ticket).events).state == "planning"
    assert store.resolution(ticket) is None


@pytest.mark.parametrize(
    ("target", "expect"), [("ready", "queued"), ("queued", None), ("done", "planning")]
)
def test_a_lost_compare_and_swap_and_an_illegal_move_write_nothing(
    store: TicketStore, target: str, expect: str | None
) -> None:
    ticket = make(store)
    before = everything(store)
    with pytest.raises(ConflictError):
        move_ticket(store, ticket, MoveRequest(target, expect=expect), ADA)
    assert everything(store) == before


def test_a_blocked_ticket_is_neither_queued_nor_started(store: TicketStore) -> None:
    blocker, ticket = make(store), make(store)
    add_relation(store, Link(ticket, "depends_on", blocker), ADA)
    move_ticket(store, ticket, MoveRequest("ready"), ADA)
    with pytest.raises(ConflictError) as caught:
        move_ticket(store, ticket, MoveRequest("queued"), ADA)
    assert caught.value.code == "blocked"
    remove_relation(store, Link(ticket, "depends_on", blocker), ADA)
    assert move_ticket(store, ticket, MoveRequest("queued"), ADA).state == "queued"


def test_a_cycle_of_blockers_is_refused_and_named(store: TicketStore) -> None:
    one, two = make(store), make(store)
    add_relation(store, Link(one, "depends_on", two), ADA)
    before = everything(store)
    with pytest.raises(ConflictError) as caught:
        add_relation(store, Link(one, "blocks", two), ADA)
    assert caught.value.code == "cycle"
    assert everything(store) == before


def test_a_new_ticket_that_would_close_a_cycle_of_blockers_is_not_made(
    store: TicketStore,
) -> None:
    one, two, other = make(store), make(store), make(store)
    add_relation(store, Link(one, "depends_on", two), ADA)
    before = everything(store)
    for first, last in ((one, two), (one, one)):
        links = (("depends_on", other), ("depends_on", first), ("blocks", last))
        with pytest.raises(ConflictError) as caught:
            create_ticket(store, Draft("New", relations=links), ADA)
        assert caught.value.code == "cycle"
        walk = caught.value.details["cycle"]
        assert walk == ["the new ticket", *dict.fromkeys((first, last)), "the new ticket"]
    assert everything(store) == before
    create_ticket(store, Draft("New", relations=(("depends_on", two), ("blocks", one))), ADA)


def test_a_relation_of_a_new_ticket_that_is_given_twice_stands_once(store: TicketStore) -> None:
    one = make(store)
    twice = (("depends_on", one), ("related", one), ("depends_on", one[-8:]))
    made = create_ticket(store, Draft("New", relations=twice), ADA).ticket
    kinds = [relation.kind for relation in store.relations(made)]
    assert kinds == ["depends_on", "related"]


def test_a_ticket_is_found_by_its_beginning_or_its_end(store: TicketStore) -> None:
    ids = ("00001AAAAAAAA", "00001AAAAAAAB", "00002AAAAAAAA")
    with store.write() as writer:
        for id_ in ids:
            writer.install(TicketId(id_), {"item.md": b"x"})
    assert identify(store, "00002") == ids[2]
    assert identify(store, "aaab") == ids[1]
    assert identify(store, ids[0].lower()) == ids[0]
    with pytest.raises(ConflictError) as caught:
        identify(store, "00001")
    assert caught.value.details["candidates"] == list(ids[:2])


def test_an_empty_text_is_refused(store: TicketStore) -> None:
    ticket = make(store)
    before = everything(store)
    for text in ("", " \n\t"):
        with pytest.raises(UsageError):
            add_comment(store, ticket, "comment", text, ADA)
    assert everything(store) == before
