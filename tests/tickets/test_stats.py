"""The figures that come from the logs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import empty_store
from support.tickets import created, moved, put_ticket, reviewed, said, ticket

from yoi_cli.model.events import APPROVE, CLOSE, REQUEST_CHANGES
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.stats import Statistics, measure

HOUR = 3600


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def at(hour: int, day: int = 1) -> str:
    return f"2026-06-{day:02}T{hour:02}:00:00Z"


def worked_on(start: int = 3, end: int = 5, day: int = 1) -> tuple[bytes, ...]:
    """A thread from midnight: in progress from hour `start` to hour `end`, then done."""
    return (
        created(at(0, day)),
        moved(at(1, day), 1, "planning", "ready"),
        moved(at(2, day), 2, "ready", "queued"),
        moved(at(start, day), 3, "queued", "inprogress"),
        moved(at(end, day), 4, "inprogress", "done"),
    )


def closed(when: str, number: int = 9) -> bytes:
    return said(when, number, "Over.", kind=CLOSE, attributes=(("status", "closed"),))


def of(store: FileStore, since: str | None = None) -> Statistics:
    return measure(store, since)


def test_states_are_folded_from_threads_and_not_read_from_items(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, *worked_on(), state="ready")
    put_ticket(tmp_path, 2)
    counted = of(store).states
    assert list(counted) == ["planning", "ready", "queued", "inprogress", "done", "closed"]
    assert {state: n for state, n in counted.items() if n} == {"planning": 1, "done": 1}


def test_priorities_count_the_open_tickets(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, fields={"priority": "P1"})
    put_ticket(tmp_path, 2, created(), closed(at(1)), fields={"priority": "P1"})
    put_ticket(tmp_path, 3)
    assert {name: n for name, n in of(store).priorities.items() if n} == {"P1": 1, "none": 1}


def test_lead_time_runs_from_creation_and_cycle_time_from_the_start_of_work(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, *worked_on(start=3, end=5))
    figures = of(store)
    assert (figures.lead_times, figures.cycle_times) == ([5 * HOUR], [2 * HOUR])


def test_closing_what_is_done_changes_no_time(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, *worked_on(end=5), closed(at(20)))
    assert of(store).lead_times == [5 * HOUR]


def test_what_is_closed_without_work_has_a_lead_time_only(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, created(at(0)), closed(at(7)))
    figures = of(store)
    assert (figures.lead_times, figures.cycle_times) == ([7 * HOUR], [])


def test_what_is_not_finished_has_no_times(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, *worked_on()[:-1])
    put_ticket(tmp_path, 2, *worked_on(), moved(at(6), 5, "done", "planning"))
    figures = of(store)
    assert (figures.lead_times, figures.cycle_times, figures.throughput) == ([], [], {})


def test_after_a_reopening_only_the_last_round_of_work_counts(
    store: FileStore, tmp_path: Path
) -> None:
    again = (
        moved(at(6), 5, "done", "planning"),
        moved(at(7), 6, "planning", "ready"),
        moved(at(8), 7, "ready", "queued"),
        moved(at(9), 8, "queued", "inprogress"),
        moved(at(10), 9, "inprogress", "done"),
    )
    put_ticket(tmp_path, 1, *worked_on(), *again)
    figures = of(store)
    assert (figures.lead_times, figures.cycle_times) == ([10 * HOUR], [1 * HOUR])
    assert sum(figures.throughput.values()) == 1


def test_work_given_back_goes_on_counting(store: FileStore, tmp_path: Path) -> None:
    back = (
        moved(at(4), 4, "inprogress", "planning"),
        moved(at(5), 5, "planning", "ready"),
        moved(at(6), 6, "ready", "queued"),
        moved(at(7), 7, "queued", "inprogress"),
        moved(at(8), 8, "inprogress", "done"),
    )
    put_ticket(tmp_path, 1, *worked_on()[:-1], *back)
    assert of(store).cycle_times == [5 * HOUR]


def test_a_clock_that_went_back_gives_no_negative_time(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, created(at(9)), closed(at(1)))
    assert of(store).lead_times == []


def test_review_rounds_are_the_requests_before_the_approval(
    store: FileStore, tmp_path: Path
) -> None:
    asked = [reviewed(at(hour), hour, REQUEST_CHANGES) for hour in (1, 2)]
    put_ticket(tmp_path, 1, created(), *asked, reviewed(at(3), 3, APPROVE))
    put_ticket(tmp_path, 2, created(), reviewed(at(3), 3, APPROVE))
    put_ticket(tmp_path, 3, created(), *asked)
    assert of(store).review_rounds == [2, 0]


def test_throughput_is_by_iso_week_without_gaps(store: FileStore, tmp_path: Path) -> None:
    for number, day in enumerate((1, 7, 8, 22)):
        put_ticket(tmp_path, number, created(), closed(at(1, day)))
    assert of(store).throughput == {"2026-W23": 2, "2026-W24": 1, "2026-W25": 0, "2026-W26": 1}


def test_since_narrows_what_happened_and_not_what_is(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, *worked_on(day=1))
    put_ticket(tmp_path, 2, *worked_on(day=10), reviewed(at(4, 10), 5, APPROVE))
    figures = of(store, at(0, 9))
    assert figures.states["done"] == 2
    assert figures.kinds == {"state_changed": 4, "create": 1, "review": 1}
    assert (len(figures.lead_times), figures.throughput) == (1, {"2026-W24": 1})
    assert of(store, at(0, 20)).review_rounds == []


def test_a_broken_ticket_is_named_and_the_others_counted(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1)
    (tmp_path / ".yoi/tickets" / put_ticket(tmp_path, 2) / "thread.md").unlink()
    (tmp_path / ".yoi/tickets" / put_ticket(tmp_path, 3) / "item.md").write_text("broken")
    figures = of(store)
    assert figures.tickets == 1
    assert [one.ticket for one in figures.unreadable] == [ticket(2), ticket(3)]


def test_an_empty_store_has_figures_too(store: FileStore) -> None:
    figures = of(store)
    assert (figures.tickets, figures.lead_times, figures.throughput) == (0, [], {})
