"""`yoi ticket stats` as a person and a script meet it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.terminal import on_terminal
from support.tickets import created, moved, put_ticket, reviewed


@pytest.fixture
def one_done(workspace: Path) -> Path:
    put_ticket(
        workspace,
        1,
        created("2026-06-01T00:00:00Z"),
        moved("2026-06-01T01:00:00Z", 1, "planning", "ready"),
        moved("2026-06-01T02:00:00Z", 2, "ready", "queued"),
        moved("2026-06-01T03:00:00Z", 3, "queued", "inprogress"),
        reviewed("2026-06-01T04:00:00Z", 4, "request_changes"),
        reviewed("2026-06-01T05:00:00Z", 5, "approve"),
        moved("2026-06-01T06:00:00Z", 6, "inprogress", "done"),
    )
    put_ticket(workspace, 2, fields={"priority": "P1"})
    return workspace


def test_a_pipe_gets_one_figure_a_line(yoi: Program, one_done: Path) -> None:
    header, *lines = yoi("ticket", "stats").out.splitlines()
    assert header == "metric\tname\tvalue"
    for line in (
        "tickets\ttotal\t2",
        "state\tdone\t1",
        "priority\tP1\t1",
        "event\tstate_changed\t4",
        "lead_time\tmedian\t21600",
        "cycle_time\tp90\t10800",
        "review_rounds\tmean\t1",
        "throughput\t2026-W23\t1",
    ):
        assert line in lines


def test_json_has_numbers(yoi: Program, one_done: Path) -> None:
    data = yoi("ticket", "stats", "--json").json
    assert (data["tickets"], data["since"], data["states"]["done"]) == (2, None, 1)
    assert data["lead_time"] == {"count": 1, "median": 21600, "p90": 21600, "mean": 21600}
    assert data["review_rounds"]["distribution"] == {"1": 1}
    assert data["throughput"] == [{"week": "2026-W23", "count": 1}]


def test_what_did_not_happen_has_no_average(yoi: Program, one_done: Path) -> None:
    data = yoi("ticket", "stats", "--since", "2026-07-01", "--json").json
    assert data["since"] == "2026-07-01T00:00:00Z"
    assert data["cycle_time"] == {"count": 0, "median": None, "p90": None, "mean": None}
    out = yoi("ticket", "stats", "--since", "2026-07-01").out
    assert "cycle_time\tcount\t0\n" in out
    assert "cycle_time\tmedian" not in out


def test_a_terminal_gets_plots(yoi: Program, one_done: Path) -> None:
    shown = on_terminal(yoi, "ticket", "stats", cwd=one_done, columns=80)
    assert "2 tickets by state" in shown
    assert "median 6h, p90 6h, mean 6h, of 1" in shown
    assert "█" in shown
    plots = [line for line in shown.splitlines() if not line.startswith("Warning: ")]
    assert max(map(len, plots)) <= 80


def test_an_empty_store_has_plots_too(yoi: Program, workspace: Path) -> None:
    shown = on_terminal(yoi, "ticket", "stats", cwd=workspace)
    assert "Finished by week\n  none\n" in shown


def test_one_broken_ticket_never_hides_the_others(yoi: Program, one_done: Path) -> None:
    broken = put_ticket(one_done, 3)
    (one_done / ".yoi/tickets" / broken / "thread.md").unlink()
    done = yoi("ticket", "stats")
    assert "tickets\ttotal\t2\n" in done.out
    assert done.err.startswith(f"Warning: {broken}: ")
    assert [one["ticket"] for one in yoi("ticket", "stats", "--json").json["unreadable"]] == [
        broken
    ]
