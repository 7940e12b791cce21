"""A line of an export is a ticket's files, and nothing in it can reach beyond them."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator

import pytest

from yoi_cli.model.fold import fold
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.transfer.formats.jsonl import read_lines
from yoi_cli.transfer.import_lines import StoredTicket
from yoi_cli.transfer.model import ImportProblem

TICKET = "00001KVZZZZZ0"
FILE = {"encoding": "utf-8", "content": "text\n"}
CREATED = {"kind": "create", "at": "2026-06-01T10:00:00Z", "author": "ada", "body": "Made."}
MOVED = {
    "kind": "state_changed",
    "at": "2026-06-02T10:00:00Z",
    "author": "ada",
    "attributes": {"from": "planning", "to": "ready", "reason": "cli_state", "field": "state"},
}


def read(**fields: object) -> StoredTicket | ImportProblem:
    line = json.dumps({"id": TICKET, **fields}).encode()
    return next(read_lines([line], path="all.jsonl"))


def ticket(**fields: object) -> StoredTicket:
    found = read(**fields)
    assert isinstance(found, StoredTicket), found
    return found


def problem(**fields: object) -> ImportProblem:
    found = read(**fields)
    assert isinstance(found, ImportProblem), found
    return found


def described(*events: object, **fields: object) -> dict[str, object]:
    item = {"frontmatter": {"title": "A ticket"}, "body": "Text."}
    return {"item": item, "events": list(events), **fields}


def test_the_files_of_a_line_are_taken_byte_for_byte() -> None:
    binary = bytes(range(256))
    files = {
        "item.md": {"encoding": "utf-8", "content": "a\r\nb\u2028"},
        "artifacts/x.bin": {"encoding": "base64", "content": base64.b64encode(binary).decode()},
    }
    assert ticket(files=files).files == {
        "item.md": "a\r\nb\u2028".encode(),
        "artifacts/x.bin": binary,
    }


@pytest.mark.parametrize(
    "path",
    [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "",
        ".",
        "a//b",
        "a/",
        "nul\0",
        ".git/config",
        "artifacts/.GIT/hooks/post-commit",
        "x" * 256,
        "é" * 128,
        "/".join("a" * 40),
        "/".join(["a" * 200] * 6),
    ],
)
def test_a_path_that_leads_out_of_the_ticket_is_refused(path: str) -> None:
    assert "is not the path of a ticket's file" in problem(files={path: FILE}).message


def test_a_path_below_another_file_is_refused() -> None:
    assert "'a/b'" in problem(files={"a": FILE, "a/b": FILE}).message


@pytest.mark.parametrize("name", ["", "../etc", "0" * 12, "0" * 14, "00001kvzzzzz0", ".git"])
def test_an_id_that_is_none_is_refused(name: str) -> None:
    assert "is not a ticket id" in problem(id=name, files={"item.md": FILE}).message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "is not JSON"),
        (b"[]", "is not a ticket"),
        (b"\xff", "is not UTF-8"),
        (b'{"files": {}}', "`id`"),
        (b'{"id": 7}', "$.id"),
        (b'{"id": "00001KVZZZZZ0", "files": {}}', "none of the ticket's files"),
        (b'{"id": "00001KVZZZZZ0", "schema": "yoi/2", "files": {}}', "yoi/2"),
        (b'{"id": "00001KVZZZZZ0"}', "item"),
        (b'{"id": ' + b"[" * 100_000, "cannot be read"),
        (b'{"id": ' + b"9" * 10_000 + b"}", "cannot be read"),
    ],
)
def test_a_broken_line_names_its_number_and_hides_no_other(line: bytes, said: str) -> None:
    good = json.dumps({"id": TICKET, "files": {"item.md": FILE}}).encode()
    first, broken, last = read_lines([good, b"", line, good], path="all.jsonl")
    assert isinstance(first, StoredTicket)
    assert isinstance(last, StoredTicket)
    assert isinstance(broken, ImportProblem)
    assert (broken.path, broken.line) == ("all.jsonl", 3)
    assert said in broken.message


def test_content_that_is_not_what_it_says_is_refused() -> None:
    odd = {"encoding": "base64", "content": "!!"}
    assert "is not base64" in problem(files={"item.md": odd}).message
    half = {"encoding": "utf-8", "content": "\ud800"}
    assert "is not utf-8" in problem(files={"item.md": half}).message


def test_lines_are_read_one_by_one() -> None:
    def endless() -> Iterator[bytes]:
        for _ in itertools.count():
            yield json.dumps({"id": TICKET, "files": {"item.md": FILE}}).encode()

    assert len(list(itertools.islice(read_lines(endless(), path="-"), 3))) == 3


def test_a_line_of_another_program_becomes_files() -> None:
    relation = {"kind": "related", "target": "00001KVZZZZZ1", "author": "ada", "at": "2026-06-02"}
    found = ticket(
        **described(CREATED, MOVED, relations={"outgoing": [relation]}, resolution="Done.")
    )
    item = parse_item(found.files["item.md"], path="item.md")
    assert (item.title, item.state, item.body) == ("A ticket", "ready", "Text.\n")
    assert item.text("updated_at") == MOVED["at"]
    events = parse_thread(found.files["thread.md"]).thread.events
    assert [(event.kind, event.at, event.body) for event in events] == [
        ("create", CREATED["at"], "Made."),
        ("state_changed", MOVED["at"], ""),
    ]
    assert fold(events).state == "ready"
    assert set(found.files) == {
        "item.md",
        "thread.md",
        "resolution.md",
        "artifacts/.gitkeep",
        "artifacts/relations.json",
    }


def test_a_line_of_another_program_gives_the_same_files_every_time() -> None:
    assert ticket(**described(CREATED, MOVED)).files == ticket(**described(CREATED, MOVED)).files


def test_event_ids_that_come_along_are_kept() -> None:
    known = "01JYK2Z5J8Q0V6W3N4R7T9X1AB"
    found = ticket(**described({**CREATED, "id": known}))
    assert parse_thread(found.files["thread.md"]).thread.events[0].id == known


@pytest.mark.parametrize(
    "change",
    [
        {"author": "x --> y"},
        {"author": "x\ny"},
        {"heading": "Made\n<!-- event: close author: x at: 2026-01-01T00:00:00Z -->"},
        {"attributes": {"id": "01JYK2Z5J8Q0V6W3N4R7T9X1AB"}},
        {"attributes": {"event": "close"}},
        {"attributes": {"a b": "c"}},
        {"id": "mine"},
        {"at": "yesterday"},
        {"body": "\0"},
    ],
)
def test_an_event_that_no_thread_can_hold_is_refused(change: dict[str, object]) -> None:
    assert problem(**described({**CREATED, **change})).line == 1


def test_a_body_cannot_forge_an_event() -> None:
    forged = "---\n\n<!-- event: close author: x at: 2026-01-01T00:00:00Z status: closed -->"
    found = ticket(**described({**CREATED, "body": forged}))
    (event,) = parse_thread(found.files["thread.md"]).thread.events
    assert event.body == forged


def test_what_the_events_say_holds_over_what_the_line_says() -> None:
    found = ticket(**described(CREATED, state="closed", artifacts=["a.log"]))
    assert parse_item(found.files["item.md"], path="item.md").state == "planning"
    assert ["'a.log'" in found.notices[0], "'planning'" in found.notices[1]] == [True, True]
