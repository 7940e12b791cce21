"""`yoi ticket log` as a person and a script meet it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from support.process import TIMEOUT_SECONDS, Program
from support.terminal import on_terminal
from support.tickets import created, moved, put_ticket, said, ticket

from yoi_cli.api.documents.kinds import KINDS

HEADER = "at\tid\tkind\tauthor\ttitle\tsummary"


def at(day: int) -> str:
    return f"2026-06-{day:02}T00:00:00Z"


@pytest.fixture
def thirty_events(workspace: Path) -> Path:
    put_ticket(workspace, 1, *(said(at(day), day, f"day {day}") for day in range(1, 30)))
    put_ticket(workspace, 2, moved(at(30), 1, "planning", "ready"), title="Two")
    return workspace


def test_a_pipe_gets_the_newest_twenty_the_newest_last(yoi: Program, thirty_events: Path) -> None:
    header, *lines = yoi("ticket", "log").out.splitlines()
    assert header == HEADER
    assert len(lines) == 20
    reason = "planning → ready (cli_state)"
    assert lines[-1] == f"{at(30)}\t{ticket(2)}\tstate_changed\tAda Example\tTwo\t{reason}"


def test_json_has_whole_events(yoi: Program, thirty_events: Path) -> None:
    data = yoi("ticket", "log", "--limit", "2", "--json").json
    assert data["count"] == 2
    assert [entry["event"]["at"] for entry in data["events"]] == [at(29), at(30)]
    assert data["events"][0]["event"]["body"] == "day 29"


def test_since_shows_all_that_is_newer(yoi: Program, thirty_events: Path) -> None:
    assert len(yoi("ticket", "log", "--since", "2026-06-03").out.splitlines()) == 1 + 28
    assert len(yoi("ticket", "log", "--since", "2026-06-03", "-n", "2").out.splitlines()) == 1 + 2


def test_kinds_and_authors_may_be_repeated(yoi: Program, workspace: Path) -> None:
    events = [said(at(day), day, author=author) for day, author in enumerate("abc", start=1)]
    put_ticket(workspace, 1, created(), *events)
    lines = yoi("ticket", "log", "--author", "a", "--author", "c").out.splitlines()[1:]
    assert [line.split("\t")[3] for line in lines] == ["a", "c"]
    assert len(yoi("ticket", "log", "--kind", "create", "--kind", "comment").out.splitlines()) == 5


def test_one_broken_ticket_never_hides_the_others(yoi: Program, thirty_events: Path) -> None:
    broken = put_ticket(thirty_events, 3)
    (thirty_events / ".yoi/tickets" / broken / "thread.md").unlink()
    done = yoi("ticket", "log", "-n", "1")
    assert len(done.out.splitlines()) == 2
    assert done.err.startswith(f"Warning: {broken}: ")


def test_a_wide_terminal_gets_one_line_an_event(yoi: Program, thirty_events: Path) -> None:
    shown = on_terminal(yoi, "ticket", "log", "-n", "2", cwd=thirty_events, columns=140)
    first, last = shown.splitlines()
    assert first.split()[:4] == ["2026-06-29", "00:00", ticket(1), "comment"]
    assert "Two" in last
    assert "planning → ready" in last


def test_on_a_narrow_terminal_what_an_event_says_has_its_own_line(
    yoi: Program, thirty_events: Path
) -> None:
    shown = on_terminal(yoi, "ticket", "log", "-n", "1", cwd=thirty_events, columns=80)
    what, said = shown.splitlines()
    assert what.endswith(" Two")
    assert said.startswith("    planning → ready")


# Following


@contextmanager
def following(yoi: Program, *arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [*yoi.argv, "ticket", "log", "--follow", *arguments],
        cwd=cwd,
        env=yoi.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with process:
            yield process
    finally:
        process.kill()


def next_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def test_following_tells_what_is_written_until_it_is_interrupted(
    yoi: Program, workspace: Path
) -> None:
    one = put_ticket(workspace, 1)
    with following(yoi, cwd=workspace) as process:
        assert next_line(process) == HEADER
        assert next_line(process).split("\t")[2] == "create"
        yoi("ticket", "comment", one, "-m", "hello")
        assert next_line(process).split("\t")[5] == "hello"
        process.send_signal(signal.SIGINT)
        assert process.wait(TIMEOUT_SECONDS) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_following_in_json_is_one_document_a_line(yoi: Program, workspace: Path) -> None:
    one = put_ticket(workspace, 1)
    with following(yoi, "--json", cwd=workspace) as process:
        next_line(process)
        yoi("ticket", "comment", one, "-m", "two\nlines")
        told = json.loads(next_line(process))
        assert (told["schema"], told["kind"]) == ("yoi/1", "event")
        assert msgspec.to_builtins(msgspec.convert(told["data"], KINDS["event"])) == told["data"]
        assert told["data"]["ticket"] == one
        assert told["data"]["event"]["body"] == "two\nlines"


def test_following_ends_when_its_reader_goes_away(yoi: Program, workspace: Path) -> None:
    put_ticket(workspace, 1)
    with following(yoi, cwd=workspace) as process:
        next_line(process)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(TIMEOUT_SECONDS) == 141
