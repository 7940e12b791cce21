"""Commits in a log: read back as they were told, and told once."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.commits import (
    ChangedFile,
    CommitFact,
    Note,
    RecordedCommits,
    RewrittenCommit,
    cleaned,
    listed_files,
    ticket_words,
)
from yoi_cli.model.events import Event
from yoi_cli.store.formats.thread_writing import check_header_value, check_text
from yoi_cli.tickets.commit_notes import body_of

A, B, C, D = (letter * 40 for letter in "abcd")
TICKET = "0000000000001"


def note(what: str, commit: str, *pairs: RewrittenCommit, dropped: tuple[str, ...] = ()) -> Note:
    return Note(what, TICKET, commit, "Ada", 0, how="rebase", pairs=pairs, dropped=dropped)


def event(told: Note, **attributes: str) -> Event:
    said = {"commit": told.commit, **attributes}
    body = body_of(told, japanese=False)
    return Event("commit", "Ada", "", None, body, said, "x", "x", 1)


@given(st.text(), st.booleans())
def test_what_a_log_says_of_a_rewrite_is_read_back(subject: str, japanese: bool) -> None:
    told = note("rewrite", B, RewrittenCommit(A, B, cleaned(subject)), dropped=(C,))
    body = body_of(told, japanese=japanese)
    read = RecordedCommits([event(told, rewrite="rebase")._replace(body=body)])
    assert (read.pairs, read.dropped, read.commits) == ({(A, B)}, {C}, {B})


def test_a_body_of_a_plain_commit_replaces_nothing() -> None:
    forged = note("commit", A)._replace(subject=f"- {B} → {C}")
    assert RecordedCommits([event(forged)]).pairs == set()


def test_of_a_note_only_what_is_new_is_left() -> None:
    recorded = RecordedCommits([event(note("commit", A))])
    assert recorded.fresh(note("commit", A)) is None
    assert recorded.fresh(note("commit", B)) is not None
    assert recorded.fresh(note("commit", B)) is None
    rewrite = note(
        "rewrite", D, RewrittenCommit(A, C), RewrittenCommit(B, D), dropped=("e" * 40, B)
    )
    fresh = recorded.fresh(rewrite)
    assert fresh is not None
    assert fresh.dropped == (B,)
    assert recorded.fresh(rewrite) is None
    more = recorded.fresh(rewrite._replace(pairs=(*rewrite.pairs, RewrittenCommit(C, D))))
    assert more is not None
    assert more.pairs == (RewrittenCommit(C, D),)


def test_a_merge_is_told_beside_the_commit_and_once() -> None:
    merge = note("merge", A)._replace(merged=B, into="main")
    recorded = RecordedCommits([event(note("commit", A))])
    assert recorded.fresh(merge) is not None
    assert recorded.fresh(merge) is None
    assert recorded.fresh(merge._replace(into="release")) is not None
    log = [event(merge, merged=B, into="main")]
    assert RecordedCommits(log).fresh(merge) is None
    assert RecordedCommits(log).fresh(note("commit", A)) is not None


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
