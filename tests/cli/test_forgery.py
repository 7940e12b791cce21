"""Nothing that a text holds can forge an event or drive a terminal (README.md).

Every writing command is given every hostile text in every place that takes one. Either it
refuses (2 or 4) and nothing has changed, or what was written is read back exactly and the
ticket's state is what the command alone makes it.
"""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from support.file_stores import ADA, fingerprint, make_ticket, open_store
from support.hostile import PAYLOADS, invisible
from support.process import Program, Result
from support.text_places import CREATING, PLACES, Place, Read

from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.move import close_ticket

pytestmark = pytest.mark.slow

READING = (
    ("ticket", "show", "{}"),
    ("ticket", "list", "--all"),
    ("ticket", "log"),
    ("ticket", "search", "e"),
    ("ticket", "relation", "list"),
    ("ticket", "doctor"),
    ("ticket", "state", "{}"),
)


class Target:
    """A store with an open and a closed ticket, and the means to look at them."""

    def __init__(self, workspace: Path, yoi: Program) -> None:
        self.workspace = workspace
        self.store: FileStore = open_store(workspace, in_git=True)
        self._yoi = yoi
        self.open = make_ticket(self.store, "Open")
        self.closed = make_ticket(self.store, "Closed")
        close_ticket(self.store, self.closed, "Done.", ADA)

    def run(self, *words: str, stdin: bytes = b"") -> Result:
        return self._yoi(*words, cwd=self.workspace, check=False, stdin=stdin)

    def files(self) -> dict[str, str]:
        return fingerprint(self.workspace / ".yoi")

    def read(self, ticket: TicketId) -> Read:
        store = self.store
        relations = tuple(relation.note for relation in store.relations(ticket))
        resolution, thread = store.resolution(ticket), store.thread(ticket)
        assert thread.faults == ()
        return Read(store.item(ticket), thread.events, resolution, relations)


@pytest.fixture
def target(workspace: Path, yoi: Program) -> Target:
    return Target(workspace, yoi)


def as_kept(text: str, kind: str) -> str:
    """`text` as it is read back: bodies lose blank lines at their ends, lines white space."""
    if kind == "body":
        lines = text.split("\n")
        while lines and not lines[0].strip(" \t\r"):
            del lines[0]
        while lines and not lines[-1].strip(" \t\r"):
            del lines[-1]
        return "\n".join(lines)
    return text.strip() if kind == "line" else text


def assert_kept(place: Place, read: Read, text: str) -> None:
    found = place.written(read)
    assert isinstance(found, str)
    assert as_kept(found, place.kind) == as_kept(text, place.kind)


def find_written(target: Target, before: set[TicketId]) -> TicketId:
    (new,) = set(target.store.ids()) - before
    return new


@pytest.mark.parametrize("place", PLACES)
def test_a_hostile_text_is_refused_or_kept_exactly_and_moves_nothing(
    target: Target, place: str
) -> None:
    for name, text in PAYLOADS.items():
        ticket = target.closed if place == "reopen reason" else make_ticket(target.store, name)
        words = PLACES[place].words(ticket, target.closed, text)
        before, thread = target.files(), target.store.thread(ticket).events
        done = target.run(*words)
        assert_only_visible(done)
        if done.code != 0:
            assert done.code in (2, 4), done
            assert target.files() == before, f"{name}: {done}"
            continue
        read = target.read(ticket)
        assert read.events[: len(thread)] == thread
        assert fold(read.events).state == PLACES[place].state, f"{name}: {done}"
        assert read.item.state == PLACES[place].state
        assert_kept(PLACES[place], read, text)
        if place == "reopen reason":
            close_ticket(target.store, ticket, "Done.", ADA)


@pytest.mark.parametrize("place", CREATING)
def test_a_ticket_made_with_a_hostile_text_is_refused_or_kept_exactly(
    target: Target, place: str
) -> None:
    for name, text in PAYLOADS.items():
        before, there = target.files(), set(target.store.ids())
        done = target.run(*CREATING[place].words(target.open, target.closed, text))
        assert_only_visible(done)
        if done.code != 0:
            assert done.code in (2, 4), done
            assert target.files() == before, f"{name}: {done}"
            continue
        read = target.read(find_written(target, there))
        assert [event.kind for event in read.events] == ["create"]
        assert read.item.state == "planning"
        assert_kept(CREATING[place], read, text)


def assert_only_visible(done: Result) -> None:
    assert invisible(done.out_bytes) == "", done
    assert invisible(done.err_bytes) == "", done
    assert "[internal]" not in done.err, done


@pytest.mark.parametrize("source", ["file", "stdin"])
def test_a_file_or_stdin_is_kept_exactly_or_refused(
    target: Target, tmp_path: Path, source: str
) -> None:
    texts = {**PAYLOADS, "NUL": "a\0b", "1 MB": "long line " * 100_000, "empty": "", "blank": " \n"}
    for name, text in texts.items():
        data = text.encode("utf-8", "surrogateescape")
        (tmp_path / "body").write_bytes(data)
        given = ("--file", str(tmp_path / "body")) if source == "file" else ("-",)
        before, count = target.files(), len(target.store.thread(target.open).events)
        done = target.run("ticket", "comment", target.open, *given, stdin=data)
        assert_only_visible(done)
        if done.code == 0:
            events = target.read(target.open).events
            assert (len(events), events[-1].body) == (count + 1, as_kept(text, "body")), name
        else:
            assert done.code == 2, done
            assert target.files() == before, name
    assert fold(target.read(target.open).events).state == "planning"


@pytest.mark.parametrize("name", ["x --> y", "a\nb", "\x1b[31m", "\u2028", "", "   ", "\udc80"])
def test_an_author_that_could_end_its_header_is_refused_and_nothing_written(
    target: Target, name: str
) -> None:
    before = target.files()
    for words in (
        ("ticket", "comment", target.open, "-mx"),
        ("ticket", "create", "-tx"),
        ("ticket", "close", target.open, "-mx"),
    ):
        assert target.run(*words, f"--author={name}").code == 2
        environment = {"YOI_AUTHOR": name}
        if name.strip():
            result = target._yoi(*words, cwd=target.workspace, check=False, env=environment)
            assert result.code == 2
    assert target.files() == before


def poisoned(target: Target) -> TicketId:
    """A ticket that shows every hostile text in every place that took it."""
    run = target.run("ticket", "create", f"--title={PAYLOADS['colours']}", "--json")
    ticket = TicketId(str(run.json["id"]))
    for text in PAYLOADS.values():
        target.run("ticket", "comment", ticket, f"--message={text}")
        target.run("ticket", "edit", ticket, f"--tag={text}", f"--title={text}")
        target.run("ticket", "relation", "add", ticket, "related", target.open, f"--note={text}")
        target.run("ticket", "relation", "remove", ticket, "related", target.open)
    target.run("ticket", "relation", "add", ticket, "related", target.open, "--note=\x1b[31mx")
    folder = target.workspace / ".yoi" / "tickets" / ticket
    (folder / "artifacts" / "\x1b[31m\u202eevil\n.txt").write_text("x")
    return ticket


def test_no_reading_command_sends_anything_but_visible_text(target: Target) -> None:
    ticket = poisoned(target)
    for words in READING:
        command = [word.format(ticket) for word in words]
        for form in ([], ["--json"]):
            done = target.run(*command, *form)
            assert_only_visible(done)
            shown = on_terminal(target, *command, *form)
            assert invisible(shown, terminal=True) == "", f"{command} {form}: {shown!r}"


def test_no_writing_command_echoes_anything_but_visible_text_on_a_terminal(
    target: Target,
) -> None:
    for name in ("colours", "the clipboard", "C1 controls", "bidi controls", "Rich markup"):
        for words in (
            ("ticket", "create", f"--title={PAYLOADS[name]}"),
            ("ticket", "comment", target.open, "-mx", f"--author={PAYLOADS[name]}"),
            ("ticket", "state", target.open, PAYLOADS[name]),
            ("ticket", "comment", PAYLOADS[name], "-mx"),
            ("ticket", PAYLOADS[name]),
            (f"--{PAYLOADS[name]}",),
            ("-C", PAYLOADS[name], "where"),
            ("ticket", "comment", target.open, "--file", PAYLOADS[name]),
        ):
            shown = on_terminal(target, *words)
            assert invisible(shown, terminal=True) == "", f"{words}: {shown!r}"


def on_terminal(target: Target, *words: str) -> bytes:
    """Every byte that the command sends to a terminal, colours and all."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*target._yoi.argv, *words],
        cwd=target.workspace,
        env=target._yoi.environment({"TERM": "xterm-256color", "COLUMNS": "100"}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    chunks = []
    try:
        while chunk := os.read(ours, 65536):
            chunks.append(chunk)
    except OSError:  # how Linux says that the other side is closed
        pass
    os.close(ours)
    process.wait(30)
    return b"".join(chunks)
