"""Replay: each recorded decision is held against its own instant, and each move too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.file_stores import empty_store
from support.process import Program
from support.tickets import created, moved, put_ticket, said, ticket

from yoi_cli.model.events import DECISION
from yoi_cli.routing.replay import Replay, replay
from yoi_cli.store.files.store import FileStore

READY = "Routing decision: implementation_ready"
BLOCKED = "Routing decision: blocked_by_dependency_or_missing_authority\n\nReason:\n- "


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def day(number: int) -> str:
    return f"2026-06-{number:02}T00:00:00Z"


def decided(number: int, body: str) -> bytes:
    return said(day(number), 50 + number, body, kind=DECISION)


def of(store: FileStore) -> Replay:
    return replay(store, store.ids())


def queued_by(number: int) -> tuple[bytes, ...]:
    return (
        created(),
        moved(day(number), 1, "planning", "ready"),
        moved(day(number), 2, "ready", "queued"),
    )


def plan(workspace: Path, number: int, *records: Mapping[str, object]) -> None:
    folder = workspace / ".yoi" / "tickets" / ticket(number) / "artifacts"
    folder.mkdir(exist_ok=True)
    common = {"id": "p-1", "ticket_id": ticket(number), "author": "ada"}
    lines = [json.dumps({**common, **record}) + "\n" for record in records]
    (folder / "orchestration-plan.jsonl").write_text("".join(lines), encoding="utf-8")


def reasons(store: FileStore) -> list[str | None]:
    return [row.reason for row in of(store).rows]


def test_a_decision_is_judged_by_the_relations_of_its_instant(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, *queued_by(2), said(day(5), 3, "Over.", kind="close"))
    waits = (("depends_on", ticket(1)),)
    put_ticket(
        tmp_path,
        2,
        *queued_by(2),
        decided(3, READY),
        decided(4, BLOCKED + "x"),
        decided(6, READY),
        relations=waits,
    )
    result = of(store)
    seen = [(row.at, row.recorded, row.computed, row.agrees) for row in result.rows]
    assert seen == [
        (day(3), "ready", "blocked", False),
        (day(4), "blocked", "blocked", True),
        (day(6), "ready", "ready", True),
    ]
    assert [b.ticket for b in result.rows[0].blockers] == [ticket(1)]
    assert all(row.had_dependency for row in result.rows)
    assert (result.agree, result.ready_while_blocked) == (2, 1)


def test_a_ticket_that_nobody_queued_explains_a_refusal(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, created(), decided(3, BLOCKED + "x"))
    assert reasons(store) == ["not_queued"]


def test_plan_records_of_that_time_explain_a_refusal(store: FileStore, tmp_path: Path) -> None:
    apart = {"kind": "do_not_parallelize", "related_ticket": ticket(2), "at": day(3)}
    put_ticket(tmp_path, 1, *queued_by(2), decided(4, BLOCKED + "x"), decided(6, BLOCKED + "x"))
    put_ticket(
        tmp_path,
        2,
        *queued_by(2),
        moved(day(3), 3, "queued", "inprogress"),
        moved(day(5), 4, "inprogress", "done"),
    )
    plan(tmp_path, 1, apart)
    assert reasons(store) == ["plan_do_not_parallelize", "not_recorded"]


def test_a_note_on_capacity_counts_until_the_ticket_was_accepted(
    store: FileStore, tmp_path: Path
) -> None:
    note = {"kind": "waiting_capacity_note", "note": "Full.", "at": day(3)}
    accepted = {"kind": "accepted_plan", "at": day(5), "accepted_plan": {"summary": "Go."}}
    put_ticket(tmp_path, 1, *queued_by(2), decided(4, BLOCKED + "x"), decided(6, BLOCKED + "x"))
    plan(tmp_path, 1, note, accepted)
    assert reasons(store) == ["plan_waiting_capacity_note", "not_recorded"]


def test_what_only_the_decision_says_is_told_from_what_nothing_says(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, *queued_by(2), decided(3, BLOCKED + "The checkout is dirty."))
    put_ticket(tmp_path, 2, *queued_by(2), decided(3, BLOCKED + "Not today."))
    result = of(store)
    assert [row.reason for row in result.rows] == ["said_dirty_workspace", "not_recorded"]
    assert result.explained == 1


def test_queueing_and_taking_up_past_a_blocker_are_found(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, created(), moved(day(3), 1, "planning", "ready"))
    waits = (("depends_on", ticket(1)),)
    taken = moved(day(4), 3, "queued", "inprogress")
    put_ticket(tmp_path, 2, *queued_by(2), taken, relations=waits)
    put_ticket(tmp_path, 3, *queued_by(2))
    past = of(store).moves_past_blockers
    assert [(move.ticket, move.target, move.blockers[0].ticket) for move in past] == [
        (ticket(2), "queued", ticket(1)),
        (ticket(2), "inprogress", ticket(1)),
    ]


def test_a_blocker_that_is_queued_lets_others_be_queued(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, *queued_by(2))
    put_ticket(tmp_path, 2, *queued_by(3), relations=(("depends_on", ticket(1)),))
    assert of(store).moves_past_blockers == ()


def test_a_move_that_was_set_aside_is_illegal_and_not_applied(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, *queued_by(2), moved(day(3), 3, "done", "ready"))
    assert [(m.origin, m.target, m.applied) for m in of(store).illegal_moves] == [
        ("done", "ready", False)
    ]


def test_a_ticket_that_cannot_be_read_hides_no_other(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, *queued_by(2), decided(3, READY))
    put_ticket(tmp_path, 2, *queued_by(2), decided(3, READY))
    (tmp_path / ".yoi/tickets" / ticket(1) / "thread.md").unlink()
    result = of(store)
    assert [row.ticket for row in result.rows] == [ticket(2)]
    assert [one.ticket for one in result.unreadable] == [ticket(1)]


def test_the_program_fails_only_where_a_decision_said_ready_of_a_blocked_ticket(
    yoi: Program, workspace: Path
) -> None:
    put_ticket(workspace, 1, *queued_by(2), decided(3, BLOCKED + "x"))
    assert yoi("replay").out.splitlines()[1].split("\t")[-1] == "not_recorded"
    waits = (("depends_on", ticket(1)),)
    put_ticket(workspace, 2, *queued_by(2), decided(3, READY), relations=waits)
    result = yoi("replay", check=False)
    assert result.code == 1
    assert result.out.splitlines()[2].split("\t")[2:] == [
        "ready",
        "blocked",
        ticket(1),
        "ready_while_blocked",
    ]
    assert yoi("replay", ticket(1), "--json").json["decisions"] == 1
    assert yoi("replay", ticket(2), "--json", check=False).json["ready_while_blocked"] == 1


def test_a_decision_that_the_program_recorded_is_replayed(yoi: Program, workspace: Path) -> None:
    text = "## Acceptance criteria\n\n- It works."
    made = yoi("ticket", "create", "--title", "A ticket", "-m", text).out.split("\t")[1].strip()
    yoi("route", made, "--record")
    yoi("ticket", "state", made, "ready")
    yoi("route", made, "--record")
    yoi("ticket", "state", made, "queued")
    yoi("route", made, "--record")
    said = yoi("replay", "--json").json
    seen = [(row["recorded"], row["computed"], row["reason"]) for row in said["rows"]]
    # All within a second or two: the refusal may fall into the second of the queueing.
    assert [pair[:2] for pair in seen] == [("blocked", "ready"), ("ready", "ready")]
    assert said["other"] == {"requirements_sync_needed": 1}
