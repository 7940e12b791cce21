"""Frontmatter of other tools' tickets: what python-frontmatter alone would change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.transfer.formats.frontmatter import read_frontmatter, read_yaml
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


_PLAIN_LINES = st.lists(
    st.tuples(
        st.sampled_from(["id", "title", "deps", "created", "x-y"]),
        st.sampled_from(
            ["", "null", "~", "nw-1", "2026-01-09T17:06:30Z", "no", "010", "1:20", "a b", "[]"]
        )
        | st.from_regex(r"\[[a-z0-9-]{1,5}(, ?[a-z0-9-]{1,5}){0,3}\]", fullmatch=True)
        | st.from_regex(r"'[^'\n]{0,8}'", fullmatch=True)
        | st.text(alphabet="ab1: -'\"[],#~\\", max_size=8),
    ),
    max_size=5,
)


@given(_PLAIN_LINES)
def test_the_quick_way_reads_what_yaml_reads(lines: list[tuple[str, str]]) -> None:
    source = "\n".join(f"{key}: {value}" for key, value in lines)
    try:
        quick = read_frontmatter(f"---\n{source}\n---\n".encode())
    except UnreadableTicketError:
        return
    if not quick.is_repaired:
        assert quick.values == read_yaml(source)
