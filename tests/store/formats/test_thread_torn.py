"""Appends that a crash cut short, at the end of a thread or in it (docs/format.md)."""

from __future__ import annotations

import pytest
from support.threads import AT, block, bodies, fault_codes, older, read, uncovered

from yoi_cli.store.formats.thread import parse_thread

HEADER = f"<!-- event: comment author: hare at: {AT} -->"


def test_an_event_with_an_id_that_nothing_ends_is_torn() -> None:
    whole, torn = block("one", 0), block("two", 1).removesuffix(b"---\n")
    parsed = parse_thread(whole + b"\n" + torn)
    assert [event.body for event in parsed.thread.events] == ["one"]
    assert parsed.torn == ((len(whole) + 1, len(whole) + 1 + len(torn)),)


def test_an_older_event_at_the_end_is_whole_without_its_separator() -> None:
    assert bodies(older("one", end="")) == ["one"]
    assert parse_thread(older("one", end="")).torn == ()


@pytest.mark.parametrize("torn", [block("x", 5)[:-5], b"<!-- event: comment auth\n", b"\0" * 9])
def test_reading_goes_on_behind_a_torn_append(torn: bytes) -> None:
    thread = block("one", 0) + b"\n" + torn + b"\n" + block("two", 1) + b"\n" + older("three")
    assert bodies(thread) == ["one", "two", "three"]
    assert fault_codes(thread) == ["torn"]


@pytest.mark.parametrize("event", [block("one"), older("one")], ids=["with id", "older"])
def test_nul_bytes_behind_an_event_are_torn_and_the_event_is_whole(event: bytes) -> None:
    parsed = parse_thread(event + b"\0" * 4096)
    assert [event.body for event in parsed.thread.events] == ["one"]
    assert parsed.torn == ((len(event), len(event) + 4096),)


def test_nul_bytes_inside_an_event_with_an_id_tear_it() -> None:
    data = block("one two").replace(b" two", b"\0\0\0\0")
    assert (read(data), fault_codes(data)) == ((), ["torn"])


def test_nul_bytes_alone_are_a_torn_append() -> None:
    assert parse_thread(b"\0" * 64).torn == ((0, 64),)


#: Twenty shapes of what may be appended.
SHAPES = (
    block("Said.", 9),
    block("", 9),
    block("one\n\ntwo\n\n\nthree", 9),
    block("---", 9),
    block("\\---\n\\\\---", 9),
    block(HEADER, 9),
    block(f"```\n{HEADER}\n---", 9),
    block("~~~", 9),
    block("-- >\n-->", 9),
    block("日本語の本文。\u2028続き", 9),
    block("a\rb\r\nc", 9),
    block("x" * 200, 9),
    block("## Heading\n\n---\n\n## Another", 9),
    block("Said.", 9, author="<!-- x"),
    block("Said.", 9, author='quo"ted \\ name'),
    block("Said.", 9, attributes=(("status", "approve"), ("commit", "0" * 40))),
    block("Said.", 9, kind="telepathy"),
    block("\ttabs\t", 9),
    block("one", 8) + b"\n" + block("two", 9),
    block("\\" * 40 + "---", 9),
)
BASES = {
    "an event with an id": block("Before.", 0),
    "an older event": older("Before."),
    "an older event that nothing ends": older("Before.", end=""),
    "an older event with an open fence": older("```\nBefore.", end=""),
}


@pytest.mark.parametrize("base", BASES.values(), ids=BASES)
@pytest.mark.parametrize("shape", SHAPES, ids=range(len(SHAPES)))
def test_every_cut_of_an_append_leaves_what_was_there_and_is_whole_or_torn(
    base: bytes, shape: bytes
) -> None:
    before = [event.body for event in read(base)]
    for cut in range(len(shape) + 1):
        data = base + b"\n" + shape[:cut]
        parsed = parse_thread(data)
        found = [event.body for event in parsed.thread.events]
        assert found[: len(before)] == before, f"cut at {cut}"
        whole = read(shape)[: len(found) - len(before)]
        assert found[len(before) :] == [event.body for event in whole], f"cut at {cut}"
        for start, end in uncovered(data, parsed):
            assert not data[start:end].strip(), f"cut at {cut}: {data[start:end]!r} unreported"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_no_cut_of_an_event_is_read_as_a_shorter_one(newline: str) -> None:
    for body in ("-----", "One.\n\n----------\n\nTwo.", "One.\n--- two", "--- a/file\n+++ b/file"):
        data = block(body, newline=newline)
        for end in range(len(data)):
            assert bodies(data[:end]) in ([], [body])


def test_an_event_says_how_many_lines_it_has_only_where_a_cut_could_hide_some() -> None:
    assert b" lines: 5 id: " in block("One.\n\n----")
    assert b"lines:" not in block("One.\n----\n\n---\n\nTwo.")


def test_an_event_whose_last_line_end_an_editor_took_away_is_whole() -> None:
    for body in ("One.", "", "One.\n\n----"):
        assert bodies(block(body).removesuffix(b"\n")) == [body]
