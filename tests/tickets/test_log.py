"""The newest events across all tickets, and those that come."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.file_stores import comment, empty_store, make_ticket, thread_of
from support.threads import older
from support.tickets import created, moved, put_ticket, reviewed, said, ticket

from yoi_cli.model.event_views import EventFilter, event_summary
from yoi_cli.model.events import order_of
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.formats.thread import latest_at, parse_thread
from yoi_cli.tickets.log import Follower, LogEntry, newest_events


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def at(day: int) -> str:
    return f"2026-06-{day:02}T00:00:00Z"


def bodies(entries: list[LogEntry]) -> list[str]:
    return [entry.event.body for entry in entries]


def log(store: FileStore, wanted: EventFilter | None = None) -> list[str]:
    return bodies(newest_events(store, wanted or EventFilter()).entries)


@pytest.fixture
def two_tickets(store: FileStore, tmp_path: Path) -> FileStore:
    """Two threads whose events alternate in time."""
    for number in (1, 2):
        days = range(number, 9, 2)
        thread = [said(at(day), day, f"day {day}", author=f"author {number}") for day in days]
        put_ticket(tmp_path, number, *thread, title=f"ticket {number}")
    return store


def test_events_of_all_tickets_are_merged_by_time(two_tickets: FileStore) -> None:
    assert log(two_tickets) == [f"day {day}" for day in range(1, 9)]


def test_a_limit_keeps_the_newest(two_tickets: FileStore) -> None:
    assert log(two_tickets, EventFilter(limit=3)) == ["day 6", "day 7", "day 8"]


def test_events_are_told_with_their_tickets(two_tickets: FileStore) -> None:
    (entry,) = newest_events(two_tickets, EventFilter(limit=1)).entries
    assert (entry.ticket, entry.title) == (ticket(2), "ticket 2")


def test_filters_narrow_what_is_counted(two_tickets: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 3, said(at(9), 9, "other", kind="plan"))
    assert log(two_tickets, EventFilter(kinds=frozenset({"plan"}), limit=2)) == ["other"]
    by_one = EventFilter(authors=frozenset({"author 1"}), limit=2)
    assert log(two_tickets, by_one) == ["day 5", "day 7"]
    assert log(two_tickets, EventFilter(since=at(8))) == ["day 8", "other"]


def test_an_old_event_at_the_end_of_a_thread_does_not_hide_a_newer_one_before_it(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, said(at(20), 1, "newest"), said(at(2), 2, "clock went back"))
    put_ticket(tmp_path, 2, said(at(10), 1, "between"))
    assert log(store, EventFilter(limit=1)) == ["newest"]


def test_a_thread_that_cannot_be_read_is_named_beside_the_others(
    two_tickets: FileStore, tmp_path: Path
) -> None:
    (tmp_path / ".yoi/tickets" / put_ticket(tmp_path, 3) / "thread.md").unlink()
    found = newest_events(two_tickets, EventFilter(limit=1))
    assert bodies(found.entries) == ["day 8"]
    assert [(one.ticket, one.error.code) for one in found.unreadable] == [
        (ticket(3), "file_missing")
    ]


def test_an_event_is_told_though_its_ticket_has_no_readable_title(
    two_tickets: FileStore, tmp_path: Path
) -> None:
    (tmp_path / ".yoi/tickets" / ticket(2) / "item.md").write_text("broken")
    (entry,) = newest_events(two_tickets, EventFilter(limit=1)).entries
    assert (entry.title, entry.event.body) == ("", "day 8")


def test_the_newest_events_of_a_long_thread_are_those_of_all_its_events(
    store: FileStore, tmp_path: Path
) -> None:
    long = [
        said(at(number % 28 + 1), number, "x" * 1_000, author=f"author {number % 3}")
        for number in range(3_000)
    ]
    put_ticket(tmp_path, 1, *long)
    put_ticket(tmp_path, 2, said(at(28), 2_000, "the other"))
    threads = [store.thread(ticket(number)).events for number in (1, 2)]
    events = sorted(chain(*threads), key=order_of)
    for wanted in (
        EventFilter(limit=1),
        EventFilter(limit=300),
        EventFilter(limit=5, since=at(27), authors=frozenset({"author 2"})),
        EventFilter(since=at(28)),
    ):
        found = [entry.event for entry in newest_events(store, wanted).entries]
        assert found == list(filter(wanted.accepts, events))[-(wanted.limit or 0) :]


QUOTED = st.text(st.sampled_from('at: "\\x2'), max_size=12)


@given(days=st.lists(st.integers(1, 28), min_size=1, max_size=5), author=QUOTED, body=QUOTED)
def test_no_event_is_later_than_the_bound_of_its_thread(
    days: list[int], author: str, body: str
) -> None:
    name = f"a {author} b"
    blocks = [said(at(day), number, f"x{body}", author=name) for number, day in enumerate(days)]
    data = b"\n".join([older(), *blocks])
    assert latest_at(data) >= parse_thread(data).thread.last_at


# Following


def test_a_follower_tells_each_new_event_once(store: FileStore) -> None:
    one = make_ticket(store, "one")
    follower = Follower(store, EventFilter())
    assert bodies(follower.start.entries) == ["Created by `yoi ticket create`."]
    assert follower.poll() == []
    comment(store, one, "first")
    two = make_ticket(store, "two")
    assert {(entry.title, entry.event.kind) for entry in follower.poll()} == {
        ("one", "comment"),
        ("two", "create"),
    }
    comment(store, two, "second")
    comment(store, one, "third")
    assert sorted(bodies(follower.poll())) == ["second", "third"]
    assert follower.poll() == []


def test_a_follower_tells_nothing_of_a_thread_that_was_only_touched(store: FileStore) -> None:
    path = thread_of(store, make_ticket(store))
    follower = Follower(store, EventFilter())
    path.touch()
    replaced = path.with_name("other")
    replaced.write_bytes(path.read_bytes())
    replaced.rename(path)
    assert follower.poll() == []


def test_a_follower_waits_until_a_torn_event_is_whole(store: FileStore) -> None:
    path = thread_of(store, make_ticket(store))
    follower = Follower(store, EventFilter())
    block = b"\n" + said("2030-01-01T00:00:00Z", 1, "whole")
    with path.open("ab", buffering=0) as thread:
        thread.write(block[:-4])
        assert follower.poll() == []
        thread.write(block[-4:])
    assert bodies(follower.poll()) == ["whole"]


def test_a_follower_tells_only_what_is_wanted(store: FileStore) -> None:
    one = make_ticket(store)
    follower = Follower(store, EventFilter(kinds=frozenset({"plan"})))
    comment(store, one, "no plan")
    assert follower.poll() == []


def test_a_follower_outlives_a_ticket_that_breaks_and_comes_back(store: FileStore) -> None:
    path = thread_of(store, make_ticket(store))
    follower = Follower(store, EventFilter())
    kept = path.read_bytes()
    path.unlink()
    assert follower.poll() == []
    path.write_bytes(kept)
    assert follower.poll() == []


# Summaries


def summary_of(block: bytes) -> str:
    return event_summary(parse_thread(block).thread.events[0])


def test_a_move_is_summed_up_by_its_ends_and_its_reason() -> None:
    assert summary_of(moved(at(1), 1, "ready", "queued")) == "ready → queued (cli_state)"


def test_a_review_is_summed_up_by_its_result() -> None:
    assert summary_of(reviewed(at(1), 1, "approve")) == "approve: Looked at."


def test_labels_and_headings_are_passed_over_where_something_follows() -> None:
    assert summary_of(said(at(1), 1, "# Report\n\nOutcome:\n\n- it works\n")) == "- it works"
    assert summary_of(said(at(1), 1, "Outcome:")) == "Outcome:"
    assert summary_of(created()) == "Created."
