"""The short ways of a search lead where the long ones do, for every text."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st

from yoi_cli.tickets.search import Query, parse_query
from yoi_cli.tickets.search_text import _MAKE_ASCII, Text, lines_with, normal

#: Letters that are written in more ways than one, marks that join them, and line ends.
AWKWARD = (
    "abisKsS0 \t\n\n\r\x0b\x1c\x85\u2028ßẞİſK½…ﬁ™\u00a0\u3000Ａｂｶﾞがか\u3099"
    "é\u0301\u0307\u0323\u0327ẘẗǰΣςσ가각\u1100\u1161\u11a8\u200d😀\udc80"
)
TEXTS = st.text(st.sampled_from(AWKWARD), max_size=40) | st.text(max_size=40)
WORDS = st.text(st.sampled_from("abisk0 ßéが"), min_size=1, max_size=3).map(normal)


def bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def sources(text: str) -> str:
    """The text as one that was read has it."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")


@given(TEXTS.map(sources))
def test_what_is_made_of_a_text_has_the_lines_that_are_made_of_its_lines(source: str) -> None:
    assert normal(source).split("\n") == [normal(line) for line in source.split("\n")]


@given(TEXTS.map(sources), st.lists(WORDS, min_size=1, max_size=2))
@example("ﬁ", ["i"])
@example("STRAßE", ["ss"])
@example("k", ["k"])
@example("a\u3000b", ["a b"])
def test_a_glance_says_of_no_text_that_it_lacks_what_it_has(source: str, words: list[str]) -> None:
    if Text(source, bytes_of(source)).lacks_one(words):
        assert not all(word in normal(source) for word in words)


def test_what_becomes_an_ascii_letter_is_known() -> None:
    characters = map(chr, range(0x80, sys.maxunicode + 1))
    making = {
        one
        for one in characters
        if unicodedata.normalize("NFKC", one) == one and any(map(str.isascii, normal(one)))
    }
    assert making == {*_MAKE_ASCII}


def test_most_texts_need_no_more_than_a_glance() -> None:
    assert Text("見える動作", "見える動作".encode()).lacks_one(["needle"])
    assert not Text("A Needle", b"A Needle").lacks_one(["needle"])


@given(TEXTS.map(sources), st.lists(WORDS, min_size=1, max_size=2).map(tuple), st.booleans())
def test_lines_are_found_as_if_each_were_looked_at(
    source: str, words: tuple[str, ...], any_word: bool
) -> None:
    lines = [line.removesuffix("\r") for line in source.split("\n")]
    wanted = [Query("", (word,)) for word in words] if any_word else [Query("", words)]
    expected = [
        (number, line)
        for number, line in enumerate(lines, start=1)
        if any(one.matches(line) for one in wanted)
    ]
    text = Text(source, bytes_of(source))
    assert Query("", words).matching_lines(text, any_word=any_word) == expected


def test_a_phrase_over_two_lines_is_in_none() -> None:
    (word,) = parse_query('"a\nb"', regex=False).words
    assert list(lines_with("a\nb", (word,))) == []
