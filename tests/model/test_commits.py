"""What hooks report of commits."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.commits import ChangedFile, CommitFact, cleaned, listed_files, ticket_words
from yoi_cli.store.formats.thread_writing import check_header_value, check_text

A = "a" * 40


@given(st.text(alphabet=st.characters(), max_size=500))
def test_every_text_becomes_one_line_that_a_header_and_a_body_hold(text: str) -> None:
    line = cleaned(text)
    check_header_value("subject", line)
    check_text(line, "The line")
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in line)


def test_a_plain_text_stays_as_it_is() -> None:
    assert cleaned("Fix 日本語 → <b> & café -- >") == "Fix 日本語 → <b> & café -- >"


def test_long_lists_of_files_are_cut_and_counted() -> None:
    lines, more = listed_files(ChangedFile("M", f"f{n}") for n in range(60))
    assert (len(lines), more, lines[0]) == (50, 10, "M f0")


def test_words_of_trailers_come_once_each() -> None:
    assert ticket_words(["A, B", "B\tC", " ", "A"]) == ("A", "B", "C")


def test_a_commit_of_tickets_alone_is_bookkeeping() -> None:
    def fact(*paths: str) -> CommitFact:
        return CommitFact(A, "x", files=tuple(ChangedFile("M", path) for path in paths))

    assert fact(".yoi/tickets/x/item.md", "sub/.yoi/workspace.toml").is_bookkeeping
    assert not fact(".yoi/tickets/x/item.md", "README.md").is_bookkeeping
    assert not fact("a.yoi/x").is_bookkeeping
    assert not fact().is_bookkeeping
