"""Commits in a log: read back as they were written, and written once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.model.commits import Note, RewrittenCommit, cleaned
from yoi_cli.model.events import Event
from yoi_cli.tickets.commit_notes import RecordedCommits, body_of

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
