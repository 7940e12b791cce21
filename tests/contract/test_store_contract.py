"""What every store promises: one suite, run on the store in memory and the store of files."""

from __future__ import annotations

import pytest
from support.any_store import ABSENT, FORGED, commit, everything, make, said
from support.file_stores import ADA
from support.threads import AT

from yoi_cli.errors import NotFoundError, UsageError
from yoi_cli.model.events import NewEvent
from yoi_cli.model.plan import AcceptedPlan, PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.model.time import is_stamp
from yoi_cli.store.ports import TicketStore
from yoi_cli.store.values import Change, NewTicket
from yoi_cli.tickets.create import Draft, create_ticket

# Making


def test_an_empty_store_has_nothing(store: TicketStore) -> None:
    assert list(store.ids()) == []
    assert list(store.all_fields()) == []
    assert list(store.all_relations()) == []
    assert not store.exists(ABSENT)


def test_a_new_ticket_has_its_fields_a_create_event_and_the_state_planning(
    store: TicketStore,
) -> None:
    draft = Draft("開発 'x'", "Text.\n", {"priority": "P1", "tags": ("a", "b, c")})
    done = create_ticket(store, draft, ADA)
    item, (event,) = store.item(done.ticket), store.thread(done.ticket).events
    assert (item.title, item.state, item.body) == ("開発 'x'", "planning", "Text.\n")
    assert (item.text("priority"), item.texts("tags")) == ("P1", ("a", "b, c"))
    assert item.fields["created_at"] == item.fields["updated_at"] == event.at == done.at
    assert (event.kind, event.author, (event.id,)) == ("create", "Ada Example", done.event_ids)
    assert store.artifacts(done.ticket) == ()
    assert store.resolution(done.ticket) is None


def test_every_new_ticket_has_an_id_greater_than_the_one_before(store: TicketStore) -> None:
    made = [make(store) for _ in range(20)]
    assert made == sorted(set(made)) == list(store.ids())


def test_tickets_made_in_one_breath_have_ids_of_their_own(store: TicketStore) -> None:
    new = NewTicket({"title": "x"}, "", (said("Made.", "create"),))
    with store.write() as writer:
        made = [writer.create(new).ticket for _ in range(5)]
    assert len(set(made)) == 5
    assert list(store.ids()) == sorted(made)


def test_a_new_ticket_may_have_relations_to_tickets_that_are_there(store: TicketStore) -> None:
    first = make(store)
    links = (("related", first), ("depends_on", first))
    second = create_ticket(store, Draft("Second", relations=links), ADA).ticket
    assert [relation.key for relation in store.relations(second)] == [
        ("depends_on", first),
        ("related", first),
    ]
    with pytest.raises(NotFoundError):
        create_ticket(store, Draft("Third", relations=(("related", ABSENT),)), ADA)
    assert list(store.ids()) == [first, second]


# Committing


def test_events_are_read_back_in_order_with_rising_ids(store: TicketStore) -> None:
    ticket = make(store)
    written = commit(store, ticket, Change(events=(said("one"), said(FORGED))))
    written += commit(store, ticket, Change(events=(said("three"),)))
    events = store.thread(ticket).events
    assert [event.body for event in events[1:]] == ["one", FORGED.rstrip(), "three"]
    assert tuple(event.id for event in events[1:]) == written
    assert [event.identity for event in events] == sorted({event.identity for event in events})
    assert all(is_stamp(event.at) for event in events)


def test_attributes_are_kept_with_their_order(store: TicketStore) -> None:
    ticket = make(store)
    commit(store, ticket, Change(events=(said("x", status="approve", commit='a "b" \\c'),)))
    attributes = store.thread(ticket).events[-1].attributes
    assert list(attributes.items()) == [("status", "approve"), ("commit", 'a "b" \\c')]


def test_a_move_brings_the_item_in_line(store: TicketStore) -> None:
    ticket = make(store)
    move = said("Moved.", "state_changed", **{"from": "planning", "to": "ready", "field": "state"})
    commit(store, ticket, Change(events=(move,)))
    assert store.item(ticket).state == "ready"
    assert store.item(ticket).fields["updated_at"] == store.thread(ticket).last_at


def test_fields_are_set_and_taken_away_and_others_stay(store: TicketStore) -> None:
    ticket = create_ticket(store, Draft("x", "Text.\n", {"assignee": "hare"}), ADA).ticket
    commit(store, ticket, Change(fields={"priority": "P2", "zebra": None}))
    assert store.item(ticket).fields["zebra"] is None
    commit(store, ticket, Change(removed_fields=("assignee", "zebra", "unheard_of")))
    fields = store.item(ticket).fields
    assert list(fields) == ["title", "state", "created_at", "updated_at", "priority"]
    assert store.item(ticket).body == "Text.\n"
    assert len(store.thread(ticket).events) == 1


@pytest.mark.parametrize("text", ["", "New.\n", "\n\nNew.", "---\nstate: 'closed'\n---\n", "a\r\n"])
def test_a_description_is_kept_exactly(store: TicketStore, text: str) -> None:
    ticket = make(store)
    commit(store, ticket, Change(description=text))
    assert store.item(ticket).body == text
    assert store.item(ticket).state == "planning"


def test_a_resolution_comes_and_goes(store: TicketStore) -> None:
    ticket = make(store)
    commit(store, ticket, Change(events=(said("Done.", "close"),), resolution="Done."))
    assert store.resolution(ticket) == "Done.\n"
    commit(store, ticket, Change(events=(said("Again."),), removes_resolution=True))
    assert store.resolution(ticket) is None
    commit(store, ticket, Change(removes_resolution=True))


def test_relations_are_replaced_as_a_whole_and_sorted(store: TicketStore) -> None:
    ticket, other = make(store), make(store)
    new = tuple(
        Relation(ticket, kind, other, "Ada Example", AT, note)
        for kind, note in (("related", None), ("depends_on", "a\n\u2028note"))
    )
    commit(store, ticket, Change(relations=new))
    assert store.relations(ticket) == (new[1], new[0])
    assert [(row.id, len(row.relations)) for row in store.all_relations()] == [(ticket, 2)]
    commit(store, ticket, Change(relations=()))
    assert store.relations(ticket) == ()


def test_plan_records_are_added_in_order(store: TicketStore) -> None:
    ticket = make(store)
    plan = AcceptedPlan("Do it.", branch="work/x")
    records = (
        PlanRecord("orch-plan-1", ticket, "waiting_capacity_note", "ada", AT, note="full\n"),
        PlanRecord("orch-plan-2", ticket, "accepted_plan", "ada", AT, accepted_plan=plan),
        PlanRecord("orch-plan-3", ticket, "after", "ada", AT, related_ticket=ABSENT),
    )
    commit(store, ticket, Change(plan=records[:2]))
    commit(store, ticket, Change(plan=records[2:]))
    assert store.plan(ticket) == records
    assert store.artifacts(ticket) == ("orchestration-plan.jsonl",)


def test_an_empty_change_changes_nothing(store: TicketStore) -> None:
    ticket = make(store)
    before = everything(store)
    assert commit(store, ticket, Change()) == ()
    assert everything(store) == before


@pytest.mark.parametrize(
    "change",
    [
        Change(events=(said("fine"), NewEvent("comment", "x --> y", "Comment", "Said."))),
        Change(events=(said("a\0b"),), resolution="x", fields={"priority": "P1"}),
        Change(events=(said("\ud800"),), relations=()),
        Change(events=(said("x", status="a\nb"),)),
        Change(events=(said("x"),), fields={"assignee": "\ud800"}),
        Change(events=(said("x"),), fields={"assignee": "x" * 70_000}),
    ],
    ids=range(6),
)
def test_a_change_that_cannot_be_kept_changes_nothing(store: TicketStore, change: Change) -> None:
    ticket = make(store)
    before = everything(store)
    with pytest.raises(UsageError):
        commit(store, ticket, change)
    assert everything(store) == before
    commit(store, ticket, Change(events=(said("The store is still there."),)))


def test_a_command_that_fails_in_the_middle_leaves_the_store_free(store: TicketStore) -> None:
    ticket = make(store)
    with pytest.raises(KeyError), store.write() as writer:
        writer.commit(ticket, Change(events=(said("one"),)))
        raise KeyError
    commit(store, ticket, Change(events=(said("two"),)))
    assert [event.body for event in store.thread(ticket).events[1:]] == ["one", "two"]
