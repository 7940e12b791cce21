"""Cursors: opaque words that are worth the same everywhere, and nothing else is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.server.observe.cursor import Cursor, MalformedCursorError, decode, encode

WORKER = "w-01M7YTZDPGYQ4XT4TTYB8PZ7E8"
CURSORS = st.builds(
    Cursor,
    st.just(WORKER),
    st.integers(0, (1 << 64) - 1),
    st.integers(0, (1 << 32) - 1),
    st.integers(0, (1 << 32) - 1),
)


@given(CURSORS)
def test_a_cursor_comes_back_as_it_was(cursor: Cursor) -> None:
    assert decode(encode(cursor)) == cursor


@given(CURSORS, st.data())
def test_a_cursor_with_another_letter_is_malformed(cursor: Cursor, data: st.DataObject) -> None:
    word = encode(cursor)
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("AZaz09-_.%\0é"))
    changed = word[:at] + letter + word[at + 1 :]
    if changed != word:
        with pytest.raises(MalformedCursorError):
            decode(changed)


@given(st.text(max_size=80) | st.text("c1_AZaz09-_=", max_size=80).map("c1_".__add__))
def test_what_nobody_encoded_is_malformed(word: str) -> None:
    with pytest.raises(MalformedCursorError):
        decode(word)


def test_the_numbers_of_a_cursor_cannot_be_read_off_it() -> None:
    assert "4711" not in encode(Cursor(WORKER, 4711, 3, 9))
