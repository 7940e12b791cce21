"""Threads as text: what is an event, where it ends, and what is passed over (docs/format.md)."""

from __future__ import annotations

import pytest
from support.threads import AT, block, bodies, event_id, fault_codes, read

from yoi_cli.errors import UsageError
from yoi_cli.model.events import NewEvent
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_writing import encode_event, encode_header

HEADER = f"<!-- event: comment author: hare at: {AT} -->"

# Writing


def test_an_event_is_written_in_the_form_that_is_fixed() -> None:
    new = NewEvent(
        "state_changed",
        "yoi ticket",
        "State changed",
        "Marked ready by `yoi ticket state`.",
        (("from", "planning"), ("to", "ready"), ("reason", "cli_state"), ("field", "state")),
    )
    written = encode_event(new, at=AT, event_id="01JYK2Z5J8Q0V6W3N4R7T9X1AB")
    assert written.decode() == (
        '<!-- event: state_changed author: "yoi ticket" at: 2026-06-25T16:30:32Z from: planning '
        "to: ready reason: cli_state field: state id: 01JYK2Z5J8Q0V6W3N4R7T9X1AB -->\n"
        "\n## State changed\n\nMarked ready by `yoi ticket state`.\n\n---\n"
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("hare", "hare"),
        ("開発者", "開発者"),
        ("two words", '"two words"'),
        ('a"b', r'"a\"b"'),
        ("back\\slash", r'"back\\slash"'),
        ("", '""'),
        ("\u00a0", '"\u00a0"'),
        ("id:", "id:"),
        ("x id: 0", '"x id: 0"'),
        ("[bold]", "[bold]"),
    ],
)
def test_a_header_value_is_quoted_only_where_it_must_be(value: str, written: str) -> None:
    assert encode_header([("author", value)]) == f"<!-- author: {written} -->"
    (event,) = read(block(author=value))
    assert event.author == value


@pytest.mark.parametrize(
    "value",
    [
        *("x --> y", "-->", "a\nb", "a\rb", "a\0b", "\t", "\x1b[31m", "\x7f", "\x9b2J", "\x85"),
        *("\u2028", "\u2029", "\ud800"),
    ],
)
def test_a_header_value_that_could_end_or_hide_its_header_is_refused(value: str) -> None:
    for new in (
        NewEvent("comment", value, "Comment", "Said."),
        NewEvent("comment", "hare", "Comment", "Said.", (("reason", value),)),
    ):
        with pytest.raises(UsageError) as caught:
            encode_event(new, at=AT, event_id=event_id())
        assert caught.value.code == "header_value_invalid"


@pytest.mark.parametrize("body", ["a\0b", "\ud800"])
def test_a_body_that_no_file_can_hold_is_refused(body: str) -> None:
    with pytest.raises(UsageError) as caught:
        block(body)
    assert caught.value.code == "text_invalid"


@pytest.mark.parametrize("key", ["", "a b", "a:", "-->", "id\n"])
def test_a_key_that_is_no_word_is_refused(key: str) -> None:
    with pytest.raises(UsageError):
        encode_header([(key, "x")])


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("---", "\\---"),
        ("  --- \t", "\\  --- \t"),
        ("\\---", "\\\\---"),
        ("<!-- event: close -->", "\\<!-- event: close -->"),
        ("\t<!-- event:", "\\\t<!-- event:"),
        ("----", "----"),
        ("--- x", "--- x"),
        ("<!-- note -->", "<!-- note -->"),
        ("\\\\n", "\\\\n"),
        ("x ---", "x ---"),
    ],
)
def test_only_a_line_that_could_be_structure_is_escaped(line: str, written: str) -> None:
    lines = block(f"before\n{line}\nafter").decode().split("\n")
    assert lines[5] == written
    assert bodies(block(f"before\n{line}\nafter")) == [f"before\n{line}\nafter"]


# Reading events with ids


def test_a_header_keeps_unknown_attributes_in_their_order() -> None:
    (event,) = read(block(attributes=(("zebra", "1"), ("commit", "abc"), ("note", "two words"))))
    assert list(event.attributes) == ["zebra", "commit", "note"]
    assert event.attributes["note"] == "two words"


def test_an_unknown_kind_is_read_as_it_is() -> None:
    assert read(block(kind="telepathy"))[0].kind == "telepathy"


def test_an_event_knows_its_line_and_its_identity() -> None:
    first, second = read(block("one\ntwo") + b"\n" + block("three", 1))
    assert (first.line, second.line) == (1, 10)
    assert (first.id, first.identity) == (event_id(0), event_id(0))


def test_an_event_may_have_no_body() -> None:
    assert bodies(block("")) == [""]


def test_a_body_may_begin_with_a_heading_of_its_own() -> None:
    assert bodies(block("## Closed\n\nText.")) == ["## Closed\n\nText."]


def test_no_body_can_forge_an_event() -> None:
    forged = block("Ha.", 7, kind="close").decode()
    thread = block(f"```\n---\n\n{forged}", 0) + b"\n" + block("After.", 1)
    assert [event.kind for event in read(thread)] == ["comment", "comment"]
    assert bodies(thread)[0] == f"```\n---\n\n{forged}".rstrip("\n")


def test_text_between_two_events_is_reported_and_belongs_to_neither() -> None:
    thread = block("one", 0) + b"\nLost words.\n\n" + block("two", 1)
    assert bodies(thread) == ["one", "two"]
    (fault,) = parse_thread(thread).thread.faults
    assert (fault.code, fault.line) == ("text_between_events", 9)


def test_text_before_the_first_event_is_kept_and_reported() -> None:
    thread = b"# Notes\n\n" + block("one")
    assert bodies(thread) == ["one"]
    (fault,) = parse_thread(thread).thread.faults
    assert (fault.code, fault.line) == ("text_before_first_event", 1)


@pytest.mark.parametrize("data", [b"", b"\n\n", b" \t\r\n"])
def test_an_empty_thread_has_neither_events_nor_faults(data: bytes) -> None:
    assert (read(data), fault_codes(data)) == ((), [])


def test_the_very_same_event_twice_is_read_once() -> None:
    thread = block("one", 0) + b"\n" + block("two", 1) + b"\n" + block("one", 0)
    assert bodies(thread) == ["one", "two"]
    assert fault_codes(thread) == ["event_repeated"]


def test_two_different_events_of_one_id_are_both_shown_and_reported() -> None:
    thread = block("one", 0) + b"\n" + block("another", 0)
    assert bodies(thread) == ["one", "another"]
    assert fault_codes(thread) == ["event_id_conflict"]


@pytest.mark.parametrize("word", ["", "x", "8" + "Z" * 25, "0" * 25, "01jyk2z5j8q0v6w3n4r7t9x1ab"])
def test_an_id_that_is_no_ulid_makes_an_older_event(word: str) -> None:
    thread = f'<!-- event: comment author: hare at: {AT} id: "{word}" -->\n\n\\---\n\n---\n'
    (event,) = read(thread.encode())
    assert event.is_older
    assert event.attributes["id"] == word
    assert event.body == "\\---"


# Line ends and encodings


def test_a_crlf_thread_is_read_and_written_with_crlf() -> None:
    thread = block("one\ntwo", 0, newline="\r\n")
    assert thread.count(b"\n") == thread.count(b"\r\n")
    parsed = parse_thread(thread + b"\r\n" + block("---\n\r", 1, newline="\r\n"))
    assert parsed.newline == "\r\n"
    assert [event.body for event in parsed.thread.events] == ["one\ntwo", "---"]
    assert parsed.thread.faults == ()


def test_a_thread_that_an_editor_left_with_both_line_ends_loses_no_event() -> None:
    for first, second in (("\n", "\r\n"), ("\r\n", "\n")):
        thread = block("one", 0, newline=first) + b"\n" + block("two\nlines", 1, newline=second)
        assert bodies(thread) == ["one", "two\nlines"]
        assert "torn" not in fault_codes(thread)


def test_bytes_that_are_no_utf8_are_kept_as_they_are() -> None:
    thread = block("caf\u00e9").replace("caf\u00e9".encode(), b"caf\xe9")
    assert bodies(thread) == ["caf\udce9"]


def test_a_carriage_return_does_not_begin_a_line() -> None:
    text = f"a\r{HEADER}\rb\u2028{HEADER}"
    assert bodies(block(text)) == [text]
