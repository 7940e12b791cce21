"""The journal: an entry is read as it was written, and a damaged one harms no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.store.formats.journal import (
    EVENTS,
    JournalEntry,
    json_of,
    render_entry,
    render_journal,
)
from yoi_cli.store.formats.journal_reading import parse_journal, threshold_of

TICKET = "00001KVZZZZZ0"
_NAMES = st.sampled_from([EVENTS, "relation", "field", "file", "left"])
_PARTS = st.tuples(
    _NAMES,
    st.lists(st.text("aZ09_./", min_size=1), max_size=3).map(" ".join),
    st.binary() | st.just(b"\nentry 00000000 0 00001KVZZZZZ0 0 -\n"),
)
_ENTRIES = st.builds(
    JournalEntry,
    st.just(TICKET),
    st.integers(0, 10**12),
    st.lists(_PARTS, max_size=3).map(tuple),
    st.sampled_from(["-", "waits", "12.345.678"]),
)


@given(st.lists(_ENTRIES, max_size=4))
def test_what_is_written_is_read(entries: list[JournalEntry]) -> None:
    data = render_journal(entries, 1234)
    assert parse_journal(data).entries == tuple(entries)
    assert parse_journal(data).is_sound
    assert threshold_of(data) == 1234


@given(st.lists(_ENTRIES, min_size=1, max_size=4), st.data())
def test_a_cut_journal_keeps_every_entry_before_the_cut(
    entries: list[JournalEntry], data: st.DataObject
) -> None:
    whole = render_journal(entries, 1)
    cut = data.draw(st.integers(len(render_journal([], 1)), len(whole)))
    ends = [len(render_journal(entries[:count], 1)) for count in range(len(entries) + 1)]
    kept = sum(end <= cut for end in ends) - 1
    found = parse_journal(whole[:cut])
    assert found.entries == tuple(entries[:kept])
    assert found.is_sound == (cut in ends)


@given(st.lists(_ENTRIES, min_size=2, max_size=4), st.data())
def test_a_flipped_byte_costs_no_entry_but_the_one_it_is_in(
    entries: list[JournalEntry], data: st.DataObject
) -> None:
    hit = data.draw(st.integers(0, len(entries) - 1))
    begin = len(render_journal(entries[:hit], 1))
    place = begin + data.draw(st.integers(1, len(render_entry(entries[hit])) - 1))
    whole = bytearray(render_journal(entries, 1))
    whole[place] ^= 0x20
    found = parse_journal(bytes(whole))
    others = [entry for number, entry in enumerate(entries) if number != hit]
    assert all(found.entries.count(entry) >= others.count(entry) for entry in others)
    assert entries[hit] not in others or not found.is_sound or len(found.entries) >= len(others)


def test_an_entry_that_follows_a_torn_one_is_read() -> None:
    entry = JournalEntry(TICKET, 1, ((EVENTS, "x", b"text"),))
    torn = render_journal([entry], 1)[:-3]
    found = parse_journal(torn + render_entry(entry))
    assert (found.entries, found.damaged) == ((entry,), 1)


@pytest.mark.parametrize("data", [b"yoi journal 2 9\n", b"\0" * 99, b"{}", b"yoi journal 1"])
def test_a_journal_of_another_version_or_program_is_foreign(data: bytes) -> None:
    assert parse_journal(data).is_foreign
    assert parse_journal(data).entries == ()


@given(st.binary())
def test_no_bytes_keep_a_journal_from_being_read(data: bytes) -> None:
    parse_journal(data)
    parse_journal(render_journal([], 1) + data)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, b"null"), ("ada", b'"ada"'), ('"', b'"\\""'), (("a", "b"), b'["a", "b"]')],
)
def test_values_are_kept_as_json(value: str | tuple[str, ...] | None, text: bytes) -> None:
    assert json_of(value) == text
