"""Frontmatter of other tools' tickets: what python-frontmatter alone would change."""

from __future__ import annotations

import pytest

from yoi_cli.transfer.formats.frontmatter import read_frontmatter
from yoi_cli.transfer.model import UnreadableTicketError


@pytest.mark.parametrize(
    "body",
    ["    indented\n", "\n\n# T\n\n---\nmore\n---\n", "  \n", "no last newline", "", "\x0c\n \t"],
)
def test_every_character_of_a_body_is_kept(body: str) -> None:
    for text in (f"---\nid: a\n---\n{body}", f"---  \nid: a\n---\t\n{body}"):
        assert read_frontmatter(text.encode()).body == body
        assert read_frontmatter(text.replace("\n", "\r\n").encode()).body == body


def test_a_file_that_ends_with_the_closing_line_has_an_empty_body() -> None:
    read = read_frontmatter(b"---\nid: a\n---")
    assert (read.values, read.body, read.is_repaired) == ({"id": "a"}, "", False)


def test_frontmatter_begins_in_the_first_line_and_nowhere_else() -> None:
    with pytest.raises(UnreadableTicketError, match="first line") as caught:
        read_frontmatter(b"\n---\nid: a\n---\n")
    assert caught.value.line == 1


def test_an_error_names_the_line_of_the_file() -> None:
    with pytest.raises(UnreadableTicketError) as caught:
        read_frontmatter(b"---\r\n\r\nid: a\r\nid: b\r\n---\r\n")
    assert caught.value.line == 4
