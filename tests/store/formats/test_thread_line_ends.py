"""What other programs do to line ends and to the ends of lines cuts no event (docs/format.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from support.threads import block, bodies, event_id, fault_codes, older, read

from yoi_cli.store.formats.thread import latest_at, parse_thread
from yoi_cli.store.formats.thread_escaping import (
    escape_any_line,
    escape_body,
    unescape_any_line,
    unescape_body,
)
from yoi_cli.store.formats.thread_headers import fold_thread

if TYPE_CHECKING:
    from collections.abc import Callable

HEADER = f"<!-- event: close author: hare at: 2026-06-25T16:30:32Z id: {event_id(99)} -->"
BOM = b"\xef\xbb\xbf"
_ANY_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def every_end(data: bytes, end: str) -> bytes:
    """As Python's `splitlines` has lines, which many a fixer is built on."""
    return _ANY_END.sub(end, data.decode()).encode()


def trimmed(data: bytes, blanks: str | None) -> bytes:
    """Without white space at the ends of lines; None is all that Unicode calls white space."""
    return "\n".join(line.rstrip(blanks) for line in data.decode().split("\n")).encode()


#: What programs do to a file: git, editors, pre-commit's fixers, prettier, mdformat.
CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "CRLF becomes LF, as git commits it": lambda data: data.replace(b"\r\n", b"\n"),
    "LF becomes CRLF, as git checks it out": lambda data: re.sub(rb"(?<!\r)\n", b"\r\n", data),
    "CRLF and CR become LF": lambda data: re.sub(rb"\r\n?", b"\n", data),
    "CRLF, CR and LF become CRLF": lambda data: re.sub(rb"\r\n?|\n", b"\r\n", data),
    "whatever ends a line becomes LF": lambda data: every_end(data, "\n"),
    "whatever ends a line becomes CRLF": lambda data: every_end(data, "\r\n"),
    "spaces and tabs go from the ends of lines": lambda data: trimmed(data, " \t"),
    "ASCII white space goes": lambda data: trimmed(data, " \t\r\x0b\x0c"),
    "all white space goes": lambda data: trimmed(data, None),
    "a JavaScript trim": lambda data: trimmed(data, " \t\r\x0b\x0c\xa0\u3000\u2028\u2029\ufeff"),
    "a byte order mark comes before it": lambda data: BOM + data,
    "the last line end goes": lambda data: data.rstrip(),
    "all of them, one after the other": lambda data: (
        BOM + every_end(trimmed(every_end(data, "\n"), None), "\r\n")
    ),
}

PIECES = st.sampled_from(
    [
        *("---", "--- ", "----", "\\", "\\---", "<!-- event:", "-->", HEADER, "## Heading", "a"),
        *(" ", "\t", "\xa0", "\u3000", "\ufeff", "\x1f", "```"),
    ]
)
ENDS = st.sampled_from(
    [
        *("\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\n\r", "\r\r\n"),
        *("\x0b", "\x0c", "\x1d", "\x85", "\u2028", "\u2029", ""),
    ]
)
BODIES = st.lists(st.tuples(st.lists(PIECES, max_size=3).map("".join), ENDS), max_size=6).map(
    lambda rows: "".join(line + end for line, end in rows)
)


def words(body: str) -> list[str]:
    """What is left of a body when line ends, blank lines and the ends of lines do not count."""
    kept = (re.sub(r"[\s\ufeff]+\Z", "", line) for line in _ANY_END.split(body))
    return [line for line in kept if line]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@given(written=st.lists(BODIES, min_size=1, max_size=3), newline=st.sampled_from(["\n", "\r\n"]))
@example(written=["Before.\r\n\r\n---\r\n\r\nAfter.\r\n", "x"], newline="\n")
@example(written=["a\r---\rb", "\\---\r", "---\x0c"], newline="\n")
@example(written=[f"a\u2028{HEADER}\u2028b", "---\u3000"], newline="\r\n")
@example(written=["\\\\---\x85\n\\---"], newline="\n")
def test_events_and_their_words_outlive(
    change: Callable[[bytes], bytes], written: list[str], newline: str
) -> None:
    blocks = [block(body, number, newline=newline) for number, body in enumerate(written)]
    data = newline.encode().join(blocks)
    events = read(change(data))
    assert [(one.id, one.kind, one.heading) for one in events] == [
        (event_id(number), "comment", "Comment") for number in range(len(written))
    ]
    assert [words(one.body) for one in events] == [words(body) for body in written]
    assert set(fault_codes(change(data))) <= {"byte_order_mark"}


@given(
    st.lists(BODIES, min_size=1, max_size=3),
    st.lists(st.sampled_from([b"\n", b"\r\n"]), min_size=8, max_size=8),
)
def test_mixed_line_ends_cut_nothing_in_silence(written: list[str], ends: list[bytes]) -> None:
    lines = b"\n".join(block(body, number) for number, body in enumerate(written)).split(b"\n")
    data = b"".join(line + ends[n % 8] for n, line in enumerate(lines[:-1]))
    if "torn" in fault_codes(data):
        return

    def told(all_bodies: list[str]) -> list[list[str]]:
        """Their words, but for backslashes: the first escaping knows lines as `\n` ends them."""
        return [[line.lstrip("\\") for line in words(body)] for body in all_bodies]

    assert told(bodies(data)) == told(written)


@given(st.text())
def test_both_escapings_are_undone(body: str) -> None:
    assert unescape_body(escape_body(body)) == body
    assert unescape_any_line(escape_any_line(body)) == body


@given(BODIES)
def test_a_header_tells_of_the_second_escaping_only_where_it_matters(body: str) -> None:
    said = read(block(body))[0].attributes.get("escaping")
    trimmed_body = read(block(body))[0].body
    matters = escape_any_line(trimmed_body) != escape_body(trimmed_body)
    assert said == ("line_ends" if matters else None)


def test_what_was_written_before_that_reads_as_it_did() -> None:
    header = f"<!-- event: comment author: ada at: 2026-06-25T16:30:32Z id: {event_id()} -->"
    lines = "\\---\r\n\\\\---\n---\r\na\r\\---\r"
    data = f"{header}\n\n## Comment\n\n{lines}\n\n---\n".encode()
    assert bodies(data) == ["\\---\r\n\\---\n---\r\na\r\\---\r"]
    assert fault_codes(data) == []


@pytest.mark.parametrize("first", [block("One."), older("One.")])
def test_a_byte_order_mark_hides_no_event(first: bytes) -> None:
    data = BOM + first + b"\n" + block("Two.", 2)
    assert bodies(data) == ["One.", "Two."]
    assert fault_codes(data) == ["byte_order_mark"]
    assert read(data)[0].line == 1
    assert latest_at(BOM + first) == "2026-06-25T16:30:32Z"
    assert parse_thread(data).spans[0][0] == len(BOM)


def test_a_move_behind_a_byte_order_mark_counts() -> None:
    pairs = (("from", "planning"), ("to", "ready"), ("reason", "x"), ("field", "state"))
    data = block("Moved.", kind="state_changed", attributes=pairs)
    assert fold_thread(BOM + data).state == fold_thread(data).state == "ready"
