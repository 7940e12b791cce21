"""What holds of every thread: bodies come back, no byte is lost, no input takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.threads import AT, block, event_id, older, read, uncovered

from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_escaping import escape_body, unescape_body

HEADER = f"<!-- event: close author: hare at: {AT} id: {event_id(99)} -->"
PIECES = st.sampled_from(
    [
        *("---", "--- ", " ---", "----", "\\", "\\\\", "\\---", "<!-- event:", "-->", HEADER),
        *("```", "````", "~~~", "## Heading", " ", "\t", "\u2028", "\u2029", "\x85", "\x1b[31m"),
        *("\x0b", "\x0c", "\x1c", "\ufeff", "\u202e", "[bold]", "title: 'x'", "id: x"),
    ]
)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
LINES = st.lists(st.one_of(PIECES, st.text(CHARACTERS, max_size=8)), max_size=4).map("".join)
LINE_ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\n\r"])
BODIES = st.lists(st.tuples(LINES, LINE_ENDS), max_size=8).map(
    lambda rows: "".join(line + end for line, end in rows)
)
NEWLINES = st.sampled_from(["\n", "\r\n"])

FRAGMENTS = st.lists(
    st.one_of(
        st.binary(max_size=12),
        BODIES.map(str.encode),
        st.sampled_from(
            [
                *(block("x", 1), block("y", 2), older("z"), older("```\nopen", end="")),
                *(b"\0", b"\0\0\n", b"\n---\n", b"\n", b"\r\n", b"<!-- event: ", b"\n<!-- ev"),
                *(block("cut", 3)[:-4], HEADER.encode(), b"<!-- event: x author: \xff -->\n"),
            ]
        ),
    ),
    max_size=12,
).map(b"".join)


def without_blank_ends(body: str) -> str:
    """What reading gives back: all lines but the blank ones at either end."""
    lines = body.split("\n")
    while lines and not lines[0].strip(" \t\r"):
        del lines[0]
    while lines and not lines[-1].strip(" \t\r"):
        del lines[-1]
    return "\n".join(lines)


@given(BODIES, NEWLINES)
@example(body="---", newline="\r\n")
@example(body="---\r", newline="\n")
@example(body="---\r", newline="\r\n")
@example(body=HEADER + "\n\n---\n", newline="\n")
def test_every_body_is_read_back_as_it_was_written(body: str, newline: str) -> None:
    parsed = parse_thread(block(body, newline=newline))
    assert [event.body for event in parsed.thread.events] == [without_blank_ends(body)]
    assert parsed.thread.faults == ()


@given(st.lists(BODIES, min_size=1, max_size=5), NEWLINES)
def test_a_thread_of_any_bodies_is_read_back(written: list[str], newline: str) -> None:
    blocks = [block(body, number, newline=newline) for number, body in enumerate(written)]
    parsed = parse_thread(newline.encode().join(blocks))
    assert [event.body for event in parsed.thread.events] == list(map(without_blank_ends, written))
    assert parsed.thread.faults == ()
    assert parsed.torn == ()


@given(st.text(CHARACTERS))
def test_any_text_is_read_back(body: str) -> None:
    (event,) = read(block(body))
    assert event.body == without_blank_ends(body)


@given(st.text())
def test_unescaping_undoes_escaping(body: str) -> None:
    assert unescape_body(escape_body(body)) == body


VALUES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=20
).filter(lambda value: "-->" not in value)


@given(VALUES, VALUES)
@example(author='" id: x', value="\\")
@example(author="-- >", value='\\"')
def test_every_header_value_is_read_back(author: str, value: str) -> None:
    (event,) = read(block(author=author, attributes=(("note", value),)))
    assert (event.author, event.attributes["note"]) == (author, value)
    assert event.id == event_id()


@given(BODIES, BODIES)
def test_an_older_event_never_hides_one_with_an_id(before: str, after: str) -> None:
    events = read(older(before) + b"\n" + block("Seen.") + b"\n" + older(after))
    assert "Seen." in [event.body for event in events if event.id == event_id()]


@given(FRAGMENTS)
def test_whatever_the_bytes_every_one_is_in_an_event_or_torn_or_reported(data: bytes) -> None:
    parsed = parse_thread(data)
    assert len(parsed.spans) == len(parsed.thread.events)
    reported = [fault.line for fault in parsed.thread.faults]
    for start, end in uncovered(data, parsed):
        first, last = data.count(b"\n", 0, start) + 1, data.count(b"\n", 0, end) + 1
        blank = not data[start:end].strip()
        assert blank or any(first <= line <= last for line in reported), data[start:end]


@given(FRAGMENTS)
def test_an_event_stands_on_the_line_that_it_names(data: bytes) -> None:
    parsed = parse_thread(data)
    for event, (start, end) in zip(parsed.thread.events, parsed.spans, strict=True):
        assert event.line == data.count(b"\n", 0, start) + 1
        assert data[start:end].startswith(b"<!-- event:")


@given(FRAGMENTS, BODIES)
def test_what_is_appended_to_any_thread_is_read(data: bytes, body: str) -> None:
    parsed = parse_thread(data)
    number = 1 << 20
    appended = block(body, number, newline=parsed.newline)
    after = read(data.rstrip(b"\0") + parsed.newline.encode() * 2 + appended)
    assert (after[-1].id, after[-1].body) == (event_id(number), without_blank_ends(body))


@given(FRAGMENTS)
def test_reading_a_thread_again_gives_the_same(data: bytes) -> None:
    assert parse_thread(data) == parse_thread(data)


SIZE = 2_000_000
LONG_INPUTS = {
    "unclosed fences": b"```\n" * (SIZE // 4),
    "unclosed fences, each in an older event": older("```\nopen", end="") * (SIZE // 90),
    "headers that are not closed": b"<!-- event:\n" * (SIZE // 12),
    "older headers alone": f"<!-- event: x author: y at: {AT} -->\n".encode() * (SIZE // 50),
    "headers inside one open fence": older("```", end="")
    + f"<!-- event: x author: y at: {AT} -->\n".encode() * (SIZE // 50),
    "events with ids that nothing ends": block("x").removesuffix(b"---\n") * (SIZE // 100),
    "the very same event": (block("x") + b"\n") * (SIZE // 100),
    "text between events": (block("x", 1) + b"words\n" + older("y")) * (SIZE // 200),
    "backslashes in one line": block("\\" * SIZE),
    "backslashes before separators": block(("\\" * 99 + "---\n") * (SIZE // 103)),
    "blanks before nothing": block((" " * 999 + "x\n") * (SIZE // 1001)),
    "one long line": block("x" * SIZE),
    "one long fence": older("`" * SIZE),
    "blanks behind dashes": older("---" + " " * SIZE + "x"),
    "a long author": f'<!-- event: x author: "{"y" * SIZE}" at: {AT} -->\n'.encode(),
    "an author that nothing closes": f'<!-- event: x author: "{"y" * SIZE} -->\n'.encode(),
    "many backslashes in an author": f'<!-- event: x author: "{chr(92) * SIZE} -->\n'.encode(),
    "a header without values": b"<!-- event:" + b"y" * SIZE + b" -->\n",
    "a header of colons": b"<!-- event: x " + b"y: " * (SIZE // 3) + b"-->\n",
    "a header of open quotes": b"<!-- event: x " + b'y: "' * (SIZE // 4) + b"-->\n",
    "a header of two readings": b"<!-- event: x " + b'y: "a b: c" ' * (SIZE // 12) + b"! -->\n",
    "a header of quoted words": b"<!-- event: x " + b'"y" ' * (SIZE // 4) + b"-->\n",
    "a header of letters and colons": b"<!-- event: x " + b"y:" * (SIZE // 2) + b" -->\n",
    "a header of escaped quotes": b"<!-- event: x " + b'y: "\\" ' * (SIZE // 8) + b"\n",
    "NUL bytes": b"\0" * SIZE,
    "events with NUL bytes": (block("x") + b"\0\n") * (SIZE // 100),
    "line ends": b"\n" * SIZE,
    "carriage returns": b"\r" * SIZE,
    "header prefixes": b"<!-- event" * (SIZE // 10),
}


@pytest.mark.parametrize("data", LONG_INPUTS.values(), ids=LONG_INPUTS)
def test_two_megabytes_of_anything_are_read_in_no_time(data: bytes) -> None:
    began = time.process_time()
    parse_thread(data)
    # Half a second, or some on a slow machine; what grows with the square takes many minutes.
    assert time.process_time() - began < 15.0
