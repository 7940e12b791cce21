"""One session in several threads, and sessions that are opened again (docs/api.md)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.api import session_at, start_at

from yoi_cli.api import queries, tickets
from yoi_cli.api.session import Session, open_session

WRITERS = 2
COMMENTS = 25


def together(*tasks: Callable[[], None]) -> None:
    """Run `tasks` at once; raises what one of them raised."""
    ready = threading.Barrier(len(tasks))

    def run(task: Callable[[], None]) -> None:
        ready.wait()
        task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        list(pool.map(run, tasks))


def events_of(session: Session, ticket: str) -> list[str]:
    return [event.body.strip() for event in queries.show(session, ticket).view.thread.events]


def test_two_threads_write_with_one_session_and_nothing_is_lost(workspace: Path) -> None:
    session = session_at(workspace)
    ticket = tickets.create(session, "x").ticket

    def writer(name: int) -> Callable[[], None]:
        def write() -> None:
            for number in range(COMMENTS):
                tickets.comment(session, ticket, f"{name}-{number}")

        return write

    together(*map(writer, range(WRITERS)))

    said = events_of(session, ticket)[1:]
    assert sorted(said) == sorted(f"{n}-{m}" for n in range(WRITERS) for m in range(COMMENTS))
    for name in range(WRITERS):  # each in the order in which its thread wrote
        own = [text for text in said if text.startswith(f"{name}-")]
        assert own == [f"{name}-{number}" for number in range(COMMENTS)]


def test_what_one_thread_reads_is_whole_while_another_writes(workspace: Path) -> None:
    session = session_at(workspace)
    made = [tickets.create(session, f"Ticket {number}").ticket for number in range(10)]
    is_done = threading.Event()

    def write() -> None:
        try:
            for number in range(COMMENTS):
                tickets.comment(session, made[number % len(made)], "x")
        finally:
            is_done.set()

    def read() -> None:
        while not is_done.is_set():
            listing = queries.list_tickets(session)
            assert not listing.unreadable
            assert {row.id for row in listing.tickets} == set(made)
            assert not queries.show(session, made[0]).errors

    together(write, read, read)


def test_threads_that_make_tickets_get_ids_of_their_own(workspace: Path) -> None:
    session = session_at(workspace)

    def make() -> None:
        for _ in range(10):
            tickets.create(session, "x")

    together(make, make)
    assert queries.count_tickets(session) == 20


def test_a_session_that_is_opened_again_answers_alike(workspace: Path) -> None:
    first = session_at(workspace)
    ticket = tickets.create(first, "x").ticket
    again = open_session(start_at(workspace))
    assert again.key != first.key  # each is one use of the workspace, which undo tells apart
    assert again._replace(key=first.key) == first
    assert queries.list_tickets(again) == queries.list_tickets(first)
    tickets.comment(again, ticket, "From the other.")
    assert events_of(first, ticket) == events_of(again, ticket)


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files cannot be counted")
def test_a_session_holds_no_file_open(workspace: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    session = session_at(workspace)
    ticket = tickets.create(session, "x").ticket
    queries.list_tickets(session)
    queries.show(session, ticket)
    assert len(os.listdir("/proc/self/fd")) == before


def test_opening_a_session_starts_no_program(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr("subprocess.Popen", refuse)
    assert session_at(workspace).workspace == str(workspace)


def test_a_session_sees_what_git_put_in_place_of_the_folder(workspace: Path) -> None:
    session = session_at(workspace)
    ticket = tickets.create(session, "x").ticket
    folder = workspace / ".yoi" / "tickets"
    folder.rename(folder.with_name("gone"))
    assert queries.count_tickets(session) == 0
    folder.with_name("gone").rename(folder)
    assert [row.id for row in queries.list_tickets(session).tickets] == [ticket]
