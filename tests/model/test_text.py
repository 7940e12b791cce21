"""Text from a ticket shows every character it holds, and drives nothing; sentences agree."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.text import (
    counted,
    one_of,
    replace_unsafe,
    some_of,
    tsv,
    visible,
    visible_block,
)

ANY_TEXT = st.text(st.characters(codec=None, categories=None))
HOSTILE_TEXT = st.text(
    st.sampled_from("ab \t\r\n\\\x00\x07\x1b\x7f\x85\x9b\x9d\xad\u202e\u2066\u2028\ufeff\udc9b端👍")
)
CONTROLS = ("Cc", "Cs", "Zl", "Zp")


def is_noncharacter(code: int) -> bool:
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def assert_drives_nothing(text: str) -> None:
    for char in text:
        assert unicodedata.category(char) not in CONTROLS
        assert unicodedata.bidirectional(char) not in {
            *("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        }


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]52;c;cm0gLXJm\x07", r"\x1b]52;c;cm0gLXJm\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("one\ntwo\tthree\r", r"one\ntwo\tthree\r"),
        ("safe\u202egpj.exe", r"safe\u202egpj.exe"),
        ("pay\u200bpal\ufeff", r"pay\u200bpal\ufeff"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("soft\xadhyphen", r"soft\xadhyphen"),
        ("tag\U000e0041", r"tag\U000e0041"),
        ("half\udc9b", r"half\udc9b"),
        ("none\uffff\U0001fffe", r"none\uffff\U0001fffe"),
    ],
)
def test_what_could_mislead_is_shown_as_an_escape(hostile: str, shown: str) -> None:
    assert visible(hostile) == shown


@pytest.mark.parametrize(
    "text",
    [
        "端末に出す題名　全角空白",
        "👩‍👩‍👧 family, ❤️ heart, 🏳️‍🌈 flag",
        "نمی‌خواهم",
        "no\xa0break, \ue0a0 private",
        r"a regex \x1b and a path C:\new",
        "[red]markup[/red] :smile: <!-- comment -->",
        "",
    ],
)
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert visible(text) == text
    assert visible_block(text) == text


def test_no_character_of_unicode_passes_as_a_control() -> None:
    kept_format_controls = set()
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        shown = visible(char)
        category = unicodedata.category(char)
        if category in CONTROLS or is_noncharacter(code):
            assert shown.isascii() and shown.isprintable(), hex(code)
        elif category == "Cf" and shown == char:
            kept_format_controls.add(unicodedata.name(char).split()[0])
        elif category != "Cf":
            assert shown == char or 0xE0000 <= code <= 0xE0FFF or code >= 0xFFF0 or code == 0x2065
    # The joiners, and marks that are drawn with the script they belong to.
    assert kept_format_controls == {"ZERO", "ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN"}


def test_of_the_zero_width_characters_only_the_two_joiners_are_kept() -> None:
    assert visible("\u200b\u200c\u200d\u200e\u200f") == "\\u200b\u200c\u200d\\u200e\\u200f"


@given(ANY_TEXT | HOSTILE_TEXT)
def test_one_line_stays_one_line_that_drives_nothing(text: str) -> None:
    assert_drives_nothing(visible(text))
    assert len(visible(text).splitlines()) <= 1


@given(ANY_TEXT | HOSTILE_TEXT)
def test_a_block_drives_nothing_and_keeps_its_lines(text: str) -> None:
    shown = visible_block(text)
    assert_drives_nothing(shown.replace("\n", ""))
    assert shown.count("\n") == text.count("\n")


@given(ANY_TEXT | HOSTILE_TEXT)
def test_making_visible_twice_is_making_visible_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert visible_block(visible_block(text)) == visible_block(text)


def test_a_crlf_is_a_line_end_and_a_lone_cr_is_shown() -> None:
    assert visible_block("one\r\ntwo\rTWO\r\r\n") == "one\ntwo\\rTWO\\r\n"


def test_tabs_in_a_block_reach_the_next_stop() -> None:
    assert visible_block("\tx\nab\ty") == "    x\nab  y"


@given(st.lists(ANY_TEXT | HOSTILE_TEXT, min_size=1))
def test_a_tab_separated_line_has_as_many_cells_as_it_was_given(cells: list[str]) -> None:
    line = tsv(cells)
    assert line.split("\t") == [visible(cell) for cell in cells]
    assert "\n" not in line


def test_another_escape_is_used_for_the_unsafe_characters_alone() -> None:
    assert replace_unsafe("a\x1bb\u200dc", lambda char: f"<{ord(char)}>") == "a<27>b\u200dc"


@pytest.mark.parametrize(("number", "said"), [(0, "0 tickets"), (1, "1 ticket"), (2, "2 tickets")])
def test_a_noun_agrees_with_its_number(number: int, said: str) -> None:
    assert counted(number, "ticket") == said


def test_what_may_be_chosen_is_joined_by_or() -> None:
    assert one_of(["a"]) == "a"
    assert one_of("abc") == "a, b or c"


def test_a_list_names_five_and_counts_the_rest() -> None:
    assert some_of(()) == ""
    assert some_of("abcde") == "a, b, c, d, e"
    assert some_of("abcdefg") == "a, b, c, d, e and 2 more"
