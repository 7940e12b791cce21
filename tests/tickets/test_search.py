"""Full text search, and the places it names."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.file_stores import empty_store
from support.threads import older
from support.tickets import created, put_ticket, said, ticket

from yoi_cli.errors import UsageError
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.search import Hit, Search, SearchResult, parse_query, search_tickets

AT = "2026-06-02T00:00:00Z"


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def search(
    store: FileStore, query: str, *, regex: bool = False, limit: int | None = None
) -> SearchResult:
    return search_tickets(store, Search(parse_query(query, regex=regex), limit=limit))


def hits(store: FileStore, query: str, *, regex: bool = False) -> list[Hit]:
    return search(store, query, regex=regex).hits


def line_of(workspace: Path, hit: Hit) -> str:
    """The line that a hit names, from the file itself."""
    path = workspace / ".yoi/tickets" / hit.ticket / hit.path
    return path.read_text(encoding="utf-8").split("\n")[hit.line - 1]


def test_titles_descriptions_and_threads_are_searched(store: FileStore, tmp_path: Path) -> None:
    thread = (created(), said(AT, 1, "First.\n\nA Needle in the log."))
    put_ticket(tmp_path, 1, *thread, title="The needle", body="One.\n\nno NEEDLE here\n")
    found = hits(store, "needle")
    assert [(hit.where, hit.path) for hit in found] == [
        ("title", "item.md"),
        ("body", "item.md"),
        ("event", "thread.md"),
    ]
    assert all("needle" in line_of(tmp_path, hit).casefold() for hit in found)
    assert found[2].event is not None
    assert found[2].event.kind == "comment"


def test_headings_are_text_and_headers_are_not(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, created(), said(AT, 1, kind="decision", author="decision maker"))
    found = hits(store, "decision")
    assert [line_of(tmp_path, hit) for hit in found] == ["## Decision"]


def test_other_fields_are_no_text(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, fields={"tags": ("needle",), "assignee": "needle"})
    assert hits(store, "needle") == []


def test_a_title_is_searched_as_it_is_meant(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, title="It's here")
    (found,) = hits(store, "it's")
    assert (found.text, found.line) == ("It's here", 2)


def test_case_does_not_matter_in_any_script(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, title="GRÜSSE aus der STRAẞE")
    assert len(hits(store, "grüsse")) == 1
    assert len(hits(store, "strasse")) == 1


def test_japanese_text_is_found(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, body="利用者から見える動作は変わらない。")
    assert [hit.where for hit in hits(store, "見える動作")] == ["body"]


def test_a_regular_expression_is_matched_line_by_line(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, body="alpha beta\ngamma\nAlphabet")
    assert [hit.text for hit in hits(store, "^alpha", regex=True)] == ["alpha beta", "Alphabet"]
    assert [hit.text for hit in hits(store, "beta$", regex=True)] == ["alpha beta"]


@pytest.mark.parametrize("bad", ["(", "[a", "*"])
def test_a_bad_regular_expression_is_a_usage_error(bad: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_query(bad, regex=True)
    assert caught.value.code == "regex_invalid"


def test_an_empty_query_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        parse_query("", regex=False)


def test_torn_bytes_are_no_hit(store: FileStore, tmp_path: Path) -> None:
    torn = b"\n<!-- event: comment author: x at: 2026-06-02T00:00:00Z id: " + b"needle\nneedle"
    put_ticket(tmp_path, 1, created(), torn)
    assert hits(store, "needle") == []


def test_older_events_are_searched(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, older("A needle, long ago."))
    (found,) = hits(store, "needle")
    assert found.event is not None
    assert found.event.is_older


def test_the_newest_ticket_comes_first_and_a_limit_cuts(store: FileStore, tmp_path: Path) -> None:
    for number in range(4):
        put_ticket(tmp_path, number, title="needle")
    found = search(store, "needle", limit=2)
    assert [hit.ticket for hit in found.hits] == [ticket(3), ticket(2)]
    assert found.is_cut
    assert not search(store, "needle", limit=4).is_cut


def test_closed_tickets_are_searched_unless_only_open_ones_are_asked_for(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, title="needle", state="closed")
    put_ticket(tmp_path, 2, title="needle", state="ready")
    query = parse_query("needle", regex=False)
    assert len(search_tickets(store, Search(query)).hits) == 2
    (open_,) = search_tickets(store, Search(query, only_open=True)).hits
    assert open_.ticket == ticket(2)
    (closed,) = search_tickets(store, Search(query, states=frozenset({"closed"}))).hits
    assert closed.ticket == ticket(1)


def test_a_broken_item_hides_neither_its_thread_nor_the_others(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, title="needle")
    broken = put_ticket(tmp_path, 2, created(), said(AT, 1, "needle"))
    (tmp_path / ".yoi/tickets" / broken / "item.md").write_bytes(b"needle \xff")
    found = search(store, "needle")
    assert [hit.ticket for hit in found.hits] == [ticket(1), broken]
    assert [one.ticket for one in found.unreadable] == [broken]


def test_words_are_found_in_any_order_and_a_quoted_phrase_as_it_stands(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, body="alpha beta\nbeta, then alpha\nalpha alone")
    assert [hit.text for hit in hits(store, "beta alpha")] == ["alpha beta", "beta, then alpha"]
    assert [hit.text for hit in hits(store, '"alpha beta"')] == ["alpha beta"]


def test_words_that_only_the_ticket_has_together_are_found_line_by_line(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, title="The basket", body="Nothing.\nIt rounds down.")
    put_ticket(tmp_path, 2, title="The basket", body="Nothing else.")
    found = hits(store, "rounds basket")
    assert [(hit.ticket, hit.where) for hit in found] == [(ticket(1), "title"), (ticket(1), "body")]


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("cafe\u0301", "caf\u00e9"),
        ("caf\u00e9", "cafe\u0301"),
        ("カタカナ", "ｶﾀｶﾅ"),
        ("ｇｉｔ", "git"),
        ("が", "か\u3099"),
    ],
)
def test_forms_and_widths_of_letters_do_not_matter(
    store: FileStore, tmp_path: Path, written: str, asked: str
) -> None:
    put_ticket(tmp_path, 1, body=f"So: {written}!")
    assert len(hits(store, asked)) == 1


def test_titles_come_before_descriptions_and_these_before_threads(
    store: FileStore, tmp_path: Path
) -> None:
    put_ticket(tmp_path, 1, title="needle")
    put_ticket(tmp_path, 2, body="needle")
    put_ticket(tmp_path, 3, created(), said(AT, 1, "needle"))
    put_ticket(tmp_path, 4, title="needle again")
    assert [hit.ticket for hit in hits(store, "needle")] == [ticket(n) for n in (4, 1, 2, 3)]
    limited = search(store, "needle", limit=2)
    assert ([hit.ticket for hit in limited.hits], limited.is_cut) == ([ticket(4), ticket(1)], True)
