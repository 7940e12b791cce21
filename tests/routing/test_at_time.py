"""The store as its logs stood at an instant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.file_stores import ADA, empty_store, make_ticket
from support.tickets import created, moved, put_ticket, said

from yoi_cli.errors import NotFoundError, StoreInvalidError, UsageError
from yoi_cli.model.ids import TicketId
from yoi_cli.routing.at_time import AtTime, StoreHistory
from yoi_cli.routing.router import Decision, Router, RoutingContext
from yoi_cli.routing.snapshot import Point, point_of
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.relations import Link, add_relation, remove_relation

NOON = "2026-06-10T12:00:00Z"
NOW_MS = 1_782_405_032_000


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def day(number: int) -> str:
    return f"2026-06-{number:02}T00:00:00Z"


def at(store: FileStore, instant: str) -> AtTime:
    return AtTime(StoreHistory(store), instant)


def artifact(workspace: Path, ticket: TicketId, name: str, text: str) -> None:
    folder = workspace / ".yoi" / "tickets" / ticket / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def relate(workspace: Path, ticket: TicketId, target: str, when: str) -> None:
    entry = {"ticket_id": ticket, "kind": "depends_on", "target": target, "author": "a", "at": when}
    text = json.dumps({"version": 1, "relations": [entry]})
    artifact(workspace, ticket, "relations.json", text)


def plan(workspace: Path, ticket: TicketId, other: str, when: str) -> None:
    entry = {"id": "p-1", "ticket_id": ticket, "kind": "after", "related_ticket": other}
    line = json.dumps({**entry, "author": "a", "at": when})
    artifact(workspace, ticket, "orchestration-plan.jsonl", line + "\n")


def test_the_state_is_that_of_the_events_until_then(store: FileStore, tmp_path: Path) -> None:
    ticket = put_ticket(
        tmp_path,
        1,
        created(day(1)),
        moved(day(2), 1, "planning", "ready"),
        moved(day(3), 2, "ready", "queued"),
        state="queued",
    )
    history = StoreHistory(store)
    states = [AtTime(history, day(n)).folded(ticket).state for n in (1, 2, 3, 4)]
    assert states == ["planning", "ready", "queued", "queued"]
    view = AtTime(history, day(2))
    assert len(view.thread(ticket).events) == 2
    assert view.item(ticket).state == "ready"
    assert [row.fields["state"] for row in view.all_fields()] == ["ready"]


def test_an_event_out_of_time_order_is_left_out_alone(store: FileStore, tmp_path: Path) -> None:
    ticket = put_ticket(tmp_path, 1, created(day(1)), said(day(9), 1), said(day(2), 2, "Early."))
    seen = [event.body for event in at(store, day(5)).thread(ticket).events]
    assert seen == ["Created.", "Early."]


def test_a_ticket_that_was_not_made_yet_does_not_exist(store: FileStore, tmp_path: Path) -> None:
    made = {"created_at": day(20)}
    ticket = put_ticket(tmp_path, 1, created(day(20)), fields=made)
    view = at(store, NOON)
    assert (view.ids(), view.exists(ticket)) == ([], False)
    assert list(view.all_fields()) == []
    with pytest.raises(NotFoundError, match="There was no ticket"):
        view.thread(ticket)
    assert at(store, day(20)).exists(ticket)


def test_the_first_event_counts_where_the_item_says_it_was_made_later(
    store: FileStore, tmp_path: Path
) -> None:
    ticket = put_ticket(tmp_path, 1, created(day(3)), fields={"created_at": day(20)})
    assert at(store, NOON).exists(ticket)


def test_relations_and_plan_records_come_with_their_time(store: FileStore, tmp_path: Path) -> None:
    queued = (created(day(1)), moved(day(2), 1, "planning", "ready"))
    other = put_ticket(tmp_path, 1, created(day(1)))
    ticket = put_ticket(tmp_path, 2, *queued, moved(day(3), 2, "ready", "queued"))
    relate(tmp_path, ticket, other, day(5))
    plan(tmp_path, ticket, other, day(4))
    history = StoreHistory(store)

    def routed(instant: str) -> str:
        decision = Router(AtTime(history, instant), RoutingContext()).route(ticket)
        return decision.classified.classification

    assert routed(day(3)) == "implementation_ready"
    assert routed(day(4)) == "waiting"
    assert routed(day(5)) == "blocked_by_dependency_or_missing_authority"
    assert AtTime(history, day(4)).relations(ticket) == ()
    assert len(AtTime(history, day(5)).relations(ticket)) == 1
    assert len(AtTime(history, day(4)).plan(ticket)) == 1


def test_a_relation_that_was_removed_held_until_then(store: FileStore) -> None:
    ticket, other = make_ticket(store), make_ticket(store)
    link = Link(ticket, "depends_on", other, None)
    since = add_relation(store, link, ADA).relation.at
    remove_relation(store, link, ADA)
    removal = store.thread(ticket).events[-1]
    assert store.relations(ticket) == ()
    history = StoreHistory(store)
    removed = history.removed[ticket]
    assert [(one.relation.at, one.until) for one in removed] == [(since, removal.at)]
    assert removed[0].relation.edge == (ticket, other)
    assert AtTime(history, removal.at).relations(ticket) == ()


def test_a_removed_relation_blocks_between_its_two_times(store: FileStore, tmp_path: Path) -> None:
    other = put_ticket(tmp_path, 1, created(day(1)))
    removal = said(
        day(8),
        1,
        "It was recorded by ada at 2026-06-04T00:00:00Z.",
        kind="relation_removed",
        attributes=(("relation", "depends_on"), ("target", other)),
    )
    ticket = put_ticket(tmp_path, 2, created(day(1)), removal)
    history = StoreHistory(store)

    def blockers(instant: str) -> list[str]:
        decision = Router(AtTime(history, instant), RoutingContext()).route(ticket)
        return [blocker.ticket for blocker in decision.blockers]

    assert [blockers(day(n)) for n in (3, 4, 7, 8)] == [[], [other], [other], []]


def test_a_ticket_that_cannot_be_read_is_there_and_blocks(store: FileStore, tmp_path: Path) -> None:
    broken = put_ticket(tmp_path, 1, created(day(1)))
    ticket = put_ticket(tmp_path, 2, created(day(1)))
    relate(tmp_path, ticket, broken, day(2))
    for name in ("item.md", "thread.md"):
        (tmp_path / ".yoi/tickets" / broken / name).unlink()
    view = at(store, NOON)
    assert view.ids() == [broken, ticket]
    with pytest.raises(StoreInvalidError):
        view.folded(broken)
    outcomes = list(Router(view, RoutingContext()).route_all(view.ids()))
    decisions = [one for one in outcomes if isinstance(one, Decision)]
    assert [one.ticket for one in decisions] == [ticket]
    assert decisions[0].blockers[0].problem == "unreadable"


def test_a_time_is_an_instant_and_everything_else_a_revision() -> None:
    assert point_of("2026-06-25T16:30:32Z", NOW_MS) == Point("2026-06-25T16:30:32Z", "")
    assert point_of("2026-06-25", NOW_MS) == Point("2026-06-25T00:00:00Z", "")
    assert point_of("3d", NOW_MS) == Point("2026-06-22T16:30:32Z", "")
    assert point_of("main", NOW_MS) == Point(None, "main")
    assert point_of("2026-13-40", NOW_MS) == Point(None, "2026-13-40")
    assert point_of("rev:2026-06-25", NOW_MS) == Point(None, "2026-06-25")
    assert point_of("time:3d", NOW_MS).instant == "2026-06-22T16:30:32Z"
    with pytest.raises(UsageError):
        point_of("time:main", NOW_MS)
