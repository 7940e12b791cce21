"""What a panel asks of a server: everything at once, and then only what changed."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest
from support.api import session_at
from support.process import Program
from support.servers import Backend, serving_workspace
from support.threads import AT
from support.tickets import created, put_ticket, said
from support.waiting import wait_until
from support.workspaces import put

from yoi_cli.api.registry import Registry
from yoi_cli.api.watch import TICKETS
from yoi_cli.server.backend.board import Board
from yoi_cli.server.backend.sources import Changes

pytestmark = pytest.mark.process


def test_only_what_changed_since_is_told(backend: Backend, workspace: Path, yoi: Program) -> None:
    one, other, gone = (put(workspace, number, "planning") for number in (1, 2, 3))
    closed = put(workspace, 4, "closed")
    first = backend.data("GET", "overview")
    assert first["whole"] and {row["id"] for row in first["rows"]} == {one, other, gone}
    assert closed in {row["id"] for row in backend.data("GET", "overview?closed=true")["rows"]}
    yoi("ticket", "comment", one, "-m", "Said.")
    yoi("ticket", "close", other, "-m", "Over.")
    shutil.rmtree(workspace / ".yoi/tickets" / gone)
    since = backend.data("GET", f"overview?since={first['revision']}")
    assert not since["whole"]
    told = {row["id"]: row["state"] for row in since["rows"]}
    assert told == {one: "planning", other: "closed"} and since["gone"] == [gone]
    same = backend.data("GET", f"overview?since={since['revision']}")
    assert (same["rows"], same["gone"], same["counts"]["closed"]) == ([], [], 2)


def test_the_board_is_read_before_anybody_asks_for_it(yoi: Program, workspace: Path) -> None:
    for number in range(3):
        put(workspace, number, "planning")
    index = workspace / ".git/yoi/index-0"
    assert not index.exists()  # what reads all of a store keeps what it found
    with serving_workspace(yoi, cwd=workspace):
        wait_until(lambda: [*index.glob("*.items")], "an index that the server made")


def test_workers_come_and_go(backend: Backend, yoi: Program) -> None:
    first = backend.data("GET", "overview")
    worker = str(yoi("worker", "spawn", "--json", "--", "true").json["worker_id"])
    yoi("worker", "wait", worker)
    since = backend.data("GET", f"overview?since={first['revision']}")
    assert [(one["worker_id"], one["state"]) for one in since["workers"]] == [(worker, "exited")]
    yoi("worker", "prune", "--days", "0")
    after = backend.data("GET", f"overview?since={since['revision']}")
    assert (after["workers"], after["gone_workers"]) == ([], [worker])


@pytest.mark.parametrize("since", ["1", "-", "another-1", "²", "x" * 200])
def test_a_revision_that_is_none_of_the_servers_asks_for_everything(
    backend: Backend, since: str
) -> None:
    assert backend.data("GET", f"overview?since={since}")["whole"]


def test_of_a_long_log_the_newest_events_alone_are_told(backend: Backend, workspace: Path) -> None:
    one = put_ticket(workspace, 1, created(), *(said(AT, n, f"Said {n}.") for n in range(1, 301)))
    found = backend.data("GET", f"tickets/{one}?events=3")["ticket"]
    assert (len(found["events"]), found["events_total"]) == (3, 301)
    assert found["events"][-1]["body"].strip() == "Said 300."
    assert backend.data("GET", f"tickets/{one}?events=0")["ticket"]["events"] == []
    assert len(backend.data("GET", f"tickets/{one}")["ticket"]["events"]) == 301


def test_what_a_ticket_waits_for_is_told_as_a_tree(backend: Backend, workspace: Path) -> None:
    last, middle = put(workspace, 1, "planning"), put(workspace, 2, "ready", depends_on="1")
    first = put(workspace, 3, "ready", depends_on="2")
    found = backend.data("GET", f"tickets/{first}/waits")
    tree = {one: [other["ticket"] for other in others] for one, others in found["tree"].items()}
    assert tree == {first: [middle], middle: [last], last: []}
    assert found["decision"]["ticket"] == first


def test_doctor_tells_of_one_ticket(backend: Backend, workspace: Path) -> None:
    whole, broken = put(workspace, 1, "ready"), put(workspace, 2, "ready")
    (workspace / ".yoi/tickets" / broken / "item.md").write_bytes(b"\xff")
    found = backend.data("GET", f"doctor?ticket={whole}")["diagnostics"]
    assert {one["ticket"] for one in found} <= {whole}
    assert backend.data("GET", f"doctor?ticket={broken}")["errors"] > 0
    shown = backend.data("GET", f"tickets/{broken}")
    assert (shown["revision"], shown["errors"] != []) == ("", True)


def test_whoever_is_told_of_a_change_is_given_it(workspace: Path) -> None:
    item = workspace / ".yoi/tickets" / put(workspace, 1, "ready", title="At first") / "item.md"
    session = session_at(workspace)
    board = Board(session)
    changes = Changes(session, Registry(session), board)
    time.sleep(2.1)  # what an editor replaces is found by passes: the board's was a moment ago,
    assert board.facts().rows[0].title == "At first"
    new = item.with_suffix(".new")
    new.write_text(item.read_text().replace("At first", "And then"))
    os.replace(new, item)
    assert TICKETS in changes.poll()  # and that of whoever tells is due
    assert board.facts().rows[0].title == "And then"
