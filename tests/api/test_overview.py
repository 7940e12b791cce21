"""All tickets at once: in order, with what may be done first, and as the moves of each say."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.api import session_at
from support.orchestration import GOOD, Shop, shop_in
from support.process import Program
from support.waiting import wait_until
from support.workspaces import broken_relations, put

from yoi_cli.api import moves, orchestration, overview
from yoi_cli.model.states import STATES

pytestmark = pytest.mark.process


def test_what_is_offered_for_all_is_what_is_offered_for_each(workspace: Path) -> None:
    for number, state in enumerate(STATES, 10):
        put(workspace, number, state)
    put(workspace, 20, "ready", depends_on="10")
    put(workspace, 21, "ready", depends_on="12")
    put(workspace, 22, "ready", depends_on="99")
    put(workspace, 23, "queued", depends_on="10")
    broken_relations(workspace)
    session = session_at(workspace)
    found = overview.overview(session, closed_too=True)
    assert len(found.tickets.rows) == 11
    for row in found.tickets.rows:
        alone = moves.moves(session, row.ticket)
        assert (row.action, row.state) == (alone.primary, alone.state)
        if row.action is None:
            assert row.why == alone.why


def test_the_order_is_bucket_then_newest_then_title(workspace: Path) -> None:
    def at(number: int, state: str, hour: int, title: str) -> str:
        return put(workspace, number, state, title=title, updated_at=f"2026-06-01T{hour:02}:00:00Z")

    older, newer = at(1, "planning", 1, "b"), at(2, "done", 9, "z")
    same = at(3, "planning", 1, "a")
    active, ready = at(4, "inprogress", 2, "c"), at(5, "ready", 0, "d")
    rows = overview.overview(session_at(workspace)).tickets.rows
    assert [row.ticket for row in rows] == [ready, active, newer, same, older]


def test_a_gate_is_open_waits_or_is_broken(workspace: Path) -> None:
    put(workspace, 10, "planning")
    gates = {
        put(workspace, 1, "ready"): "open",
        put(workspace, 2, "ready", depends_on="10"): "waits",
        put(workspace, 3, "ready", depends_on="99"): "broken",
        put(workspace, 4, "queued"): "open",
        put(workspace, 5, "queued", depends_on="10"): "waits",
    }
    rows = overview.overview(session_at(workspace)).tickets.rows
    assert {row.ticket: row.gate for row in rows if row.gate} == gates


def test_one_broken_ticket_hides_no_other_and_closed_ones_are_asked_for(workspace: Path) -> None:
    one, closed = put(workspace, 1, "ready"), put(workspace, 2, "closed")
    broken = put(workspace, 3, "ready")
    (workspace / ".yoi/tickets" / broken / "item.md").write_bytes(b"\xff")
    found = overview.overview(session_at(workspace)).tickets
    assert [row.ticket for row in found.rows] == [one]
    assert [row.ticket for row in found.unreadable] == [broken]
    assert (found.counts["ready"], found.counts["closed"]) == (1, 1)
    more = overview.overview(session_at(workspace), closed_too=True).tickets.rows
    assert {row.ticket for row in more} == {one, closed}


def test_workers_of_another_workspace_of_the_clone_are_not_shown(
    workspace: Path, yoi: Program
) -> None:
    inner = workspace / "inner"
    inner.mkdir()
    yoi("init", cwd=inner)
    spawn = ("worker", "spawn", "--cwd", str(workspace), "--json", "--", "true")
    worker = str(yoi(*spawn, cwd=inner).json["worker_id"])
    shown = [overview.overview(session_at(place)).workers for place in (workspace, inner)]
    assert [[one.worker_id for one in each] for each in shown] == [[], [worker]]
    yoi("worker", "wait", worker, cwd=inner)


def test_diagnostics_are_single_lines_that_fit(workspace: Path) -> None:
    with (workspace / ".yoi/ticket.config.toml").open("a") as file:
        file.write(f'[orchestration]\nvalidate = [["{"x" * 300}"]]\nbroken = 1\n')
    said = overview.overview(session_at(workspace)).diagnostics
    assert said
    assert all(len(line) <= 180 and "\n" not in line for line in said)


@pytest.fixture
def shop(workspace: Path, yoi: Program, git: Program) -> Shop:
    return shop_in(workspace, yoi, git)


def test_the_worktree_for_orchestration_is_shown_where_it_is_further_on(
    shop: Shop, git: Program
) -> None:
    one = put(shop.repo, 1, "ready")
    git("add", "--all", cwd=shop.repo)
    git("commit", "--quiet", "--message", "A ticket", cwd=shop.repo)
    git("worktree", "add", "-b", "orchestration", ".worktree/there", cwd=shop.repo)
    there = shop.repo / ".worktree/there"
    item = there / ".yoi/tickets" / one / "item.md"
    item.write_text(item.read_text().replace("'ready'", "'inprogress'"))
    shop.configure('branch = "orchestration"\nworktree_name = "there"')
    (row,) = overview.overview(session_at(shop.repo)).tickets.rows
    assert (row.state, row.there, row.action, row.bucket) == (
        "ready",
        "inprogress",
        "wait",
        "active_work",
    )
    git("checkout", "--quiet", "-b", "elsewhere", cwd=there)
    found = overview.overview(session_at(shop.repo))
    assert found.tickets.rows[0].there == ""
    assert any("elsewhere" in line for line in found.diagnostics)


def test_a_run_is_started_and_seen_and_brings_the_work_home(shop: Shop) -> None:
    ready = shop.agents / "ready"
    shop.script("coder", f"while [ ! -e {ready} ]; do sleep 0.05; done\n" + GOOD)
    one = shop.queue()
    session = session_at(shop.repo)
    assert overview.overview(session).orchestrator == "absent"
    orchestration.start_run(session, [one])
    wait_until(lambda: overview.overview(session).orchestrator == "live")
    wait_until(lambda: bool(overview.overview(session).workers))
    (row,) = overview.overview(session).tickets.rows
    assert row.workers
    assert not moves_of(shop, one) & {"start", "retry"}
    ready.touch()
    wait_until(lambda: shop.state(one) == "closed")
    wait_until(lambda: overview.overview(session).orchestrator == "absent")


def moves_of(shop: Shop, ticket: str) -> set[str]:
    found = moves.moves(session_at(shop.repo), ticket)
    return {move.action for move in found.moves if move.is_enabled}
