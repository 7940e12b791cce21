"""The lines of AGENTS.md between the markers, and nothing else of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.errors import ConflictError
from yoi_cli.setup.agents_section import BEGIN, END, with_section

SECTION = with_section(None).rstrip(b"\n")
_TEXT = st.lists(
    st.sampled_from([b"# Title", b"", b"text", b"\xff", b"```", b"  - a", b"\xef\xbb\xbf"])
)


def joined(lines: list[bytes], newline: bytes, *, ends: bool) -> bytes:
    return newline.join(lines) + (newline if ends and lines else b"")


@given(_TEXT, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_a_file_without_the_markers_keeps_every_byte_and_gets_the_lines_at_its_end(
    lines: list[bytes], newline: bytes, ends: bool
) -> None:
    before = joined(lines, newline, ends=ends)
    after = with_section(before)
    assert after.startswith(before)
    assert after.replace(b"\r\n", b"\n").endswith(SECTION + b"\n")
    assert with_section(after) == after


@given(_TEXT, _TEXT, _TEXT, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_only_what_stands_between_the_markers_changes(
    above: list[bytes], old: list[bytes], below: list[bytes], newline: bytes, ends: bool
) -> None:
    head = joined([*above, b""], newline, ends=False) if above else b"#" + newline
    tail = joined([b"", *below], newline, ends=ends) if below or ends else b""
    before = head + joined([BEGIN, *old, END], newline, ends=False) + tail
    after = with_section(before)
    assert after == head + SECTION.replace(b"\n", newline) + tail
    assert with_section(after) == after


@pytest.mark.parametrize(
    "content",
    [
        BEGIN,
        END,
        END + b"\n" + BEGIN,
        BEGIN + b"\n" + BEGIN + b"\n" + END,
        SECTION + b"\n" + SECTION,
        "# Title\n".encode("utf-16"),
    ],
)
def test_a_file_in_which_the_place_is_not_clear_is_refused(content: bytes) -> None:
    with pytest.raises(ConflictError) as caught:
        with_section(content)
    assert caught.value.code == "agents_file_unclear"


def test_a_line_that_only_speaks_of_a_marker_is_none() -> None:
    before = b"Write `<!-- yoi: begin -->` here.\n"
    assert with_section(before) == before + b"\n" + SECTION + b"\n"
