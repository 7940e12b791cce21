"""Ticket markdown is shown whole: style is added, and nothing is hidden or obeyed."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from yoi_cli.cli.text.console import console
from yoi_cli.cli.text.markdown import markdown
from yoi_cli.model.text import visible_block

LINES = st.sampled_from(
    ["```", "~~~~", "```py", "# h", "> q", "<!-- x", "-->", "[a](b)", "\x1b[1m", "  x ", "", "\t"]
)


def style_of(source: str, part: str) -> str:
    styled: Text = markdown(source)
    start = styled.plain.index(part)
    return " ".join(
        str(span.style) for span in styled.spans if span.start <= start < span.end and span.style
    )


def printed(source: str) -> str:
    stream = io.StringIO()
    console(stream).print(markdown(source))
    return stream.getvalue()


@pytest.mark.parametrize(
    "source",
    [
        "<!-- instructions for agents only -->",
        "before <!-- inline --> after",
        "<script>alert(1)</script><img src=x onerror=y>",
        "[safe](javascript:alert(1)) <https://example.org> ![alt](image.png)",
        "[reference]: https://example.org 'never used'",
        "[red]markup[/red] [link=file:///etc/passwd]x[/link] :bomb:",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "trailing blanks   \nand a hard\\\nbreak\n\n\n\nafter blank lines",
        "&lt;entities&#27;&nbsp;",
        "1. a\n1. b\n* c\n***\n---",
    ],
)
def test_every_character_of_the_source_is_shown(source: str) -> None:
    assert printed(source) == source + "\n"


@given(st.lists(LINES | st.text()).map("\n".join))
def test_markdown_is_shown_exactly_as_its_visible_block(source: str) -> None:
    assert printed(source) == visible_block(source) + "\n"


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]8;;file:///etc/passwd\x1b\\x", r"\x1b]8;;file:///etc/passwd\x1b\x"),
        ("# \x1b]52;c;eA==\x07", r"# \x1b]52;c;eA==\x07"),
        ("```\n\x9b2J", "```\n" + r"\x9b2J"),
        ("> \x1b[2J\x1b[H", r"> \x1b[2J\x1b[H"),
    ],
)
def test_escape_sequences_are_shown_in_every_kind_of_line(hostile: str, shown: str) -> None:
    assert printed(hostile) == shown + "\n"


def test_a_very_long_line_stays_one_line() -> None:
    line = "word " * 20_000 + "x" * 100_000
    assert printed(line) == line + "\n"


def test_headings_are_bold_quotes_italic_and_prose_plain() -> None:
    source = "# Title\n###### deep\n#hashtag\n> quoted\nprose"
    assert style_of(source, "# Title") == "bold"
    assert style_of(source, "###### deep") == "bold"
    assert style_of(source, "#hashtag") == ""
    assert style_of(source, "> quoted") == "italic"
    assert style_of(source, "prose") == ""


def test_code_is_dim_up_to_the_fence_that_closes_it() -> None:
    source = "````py\n# one\n```\n# two\n~~~~\n# three\n`````\n# after"
    assert [style_of(source, part) for part in ("# one", "# two", "# three")] == ["dim"] * 3
    assert style_of(source, "# after") == "bold"


def test_a_closing_fence_carries_no_words_and_an_opening_one_no_backticks() -> None:
    assert style_of("~~~\n~~~ not closed\n# code", "# code") == "dim"
    assert style_of("```inline```\n# heading", "# heading") == "bold"


def test_a_fence_left_open_holds_the_rest() -> None:
    assert style_of("```\ncode\n\n# still code", "# still code") == "dim"
