"""What is written down has no secrets in it, and nothing that drives a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.redaction import MASK, Redaction
from yoi_cli.model.text import replace_unsafe


def test_a_value_is_masked_wherever_it_stands() -> None:
    redaction = Redaction(["hush-hush", "hush"])
    assert redaction.text("hush-hush, hush:\n\thush-hush") == f"{MASK}, {MASK}:\n\t{MASK}"
    assert redaction.line("a hush\nb") == f"a {MASK}\\nb"


def test_a_value_of_several_lines_is_known_folded_and_made_visible() -> None:
    redaction = Redaction(["one two\nthree\x1b[0m"])
    assert redaction.text("x one two\nthree\x1b[0m y") == f"x {MASK} y"
    assert redaction.text("x one two three\x1b[0m y") == f"x {MASK} y"
    assert redaction.text(r"x one two\nthree\x1b[0m y") == f"x {MASK} y"


def test_lines_and_tabs_stay_and_what_drives_a_terminal_is_shown() -> None:
    plain = Redaction(())
    assert plain.text("a\tb\r\nc\rd\x1b[31m\0\u202e\udce9") == (
        "a\tb\nc\\rd\\x1b[31m\\x00\\u202e\\udce9"
    )
    assert plain.line("a\tb\n") == "a\\tb\\n"


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_no_text_keeps_what_is_unsafe_and_a_second_pass_changes_nothing(
    text: str, values: list[str]
) -> None:
    redaction = Redaction(values)
    line = redaction.line(text)
    assert replace_unsafe(line, lambda _: "") == line
    escaped = Redaction(()).text(text)
    assert Redaction(()).text(escaped) == escaped
