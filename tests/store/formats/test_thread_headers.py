"""The short way to a fold leads where the whole way leads, for every string of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.corpus import Corpus
from support.odd_threads import damaged, legal, threads
from support.threads import event_id, older

from yoi_cli.model.events import Event
from yoi_cli.model.fold import fold
from yoi_cli.model.routing import summary_of_thread
from yoi_cli.model.states import STATES
from yoi_cli.model.thread_figures import figures_of
from yoi_cli.store.formats import thread_headers as quick_fold
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_headers import (
    fold_thread,
    outline_thread,
    read_plain,
    summarise_thread,
    thread_figures,
)


def outlined(event: Event) -> tuple[object, ...]:
    told = {key: event.attributes.get(key) for key in ("from", "to", "reason", "field", "status")}
    return (event.kind, event.at, event.id, event.identity, bool(event.author), told)


def both(data: bytes) -> None:
    thread = parse_thread(data).thread
    assert fold_thread(data) == fold(thread.events)
    assert summarise_thread(data) == summary_of_thread(thread)
    assert thread_figures(data) == figures_of(thread.events)
    outline = outline_thread(data)
    if outline is not None:
        assert thread.faults == ()
        assert list(map(outlined, outline.events)) == list(map(outlined, thread.events))
    plain = read_plain(data)
    if plain is not None:
        assert plain.folded == fold(thread.events)
        assert fold(plain.moving).state == plain.folded.state
        assert plain.greatest_id == thread.greatest_id
        assert {fault.code for fault in thread.faults} <= {"text_between_events"}


@given(threads())
def test_the_short_way_leads_where_the_whole_way_leads(data: bytes) -> None:
    both(data)


@settings(max_examples=300)
@given(damaged())
def test_nothing_that_is_cut_or_put_in_parts_the_two_ways(data: bytes) -> None:
    both(data)


@given(st.integers(0, 2000), st.integers(0, 255))
def test_no_changed_byte_parts_the_two_ways(place: int, byte: int) -> None:
    data = bytearray(legal(*STATES))
    data[place % len(data)] = byte
    both(bytes(data))


def test_every_cut_of_a_thread_folds_alike() -> None:
    data = legal("planning", "ready", "queued")
    for end in range(len(data) + 1):
        both(data[:end])


def test_what_yoi_writes_takes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(quick_fold, "parse_thread")
    data = legal("planning", "ready", "queued")
    assert fold_thread(data).state == "queued"
    assert outline_thread(data) is not None


def test_a_thread_with_text_between_events_has_no_outline_as_faults_tell_of_it() -> None:
    data = legal("planning", "ready")
    within = data.replace(b"Created.", b"Created.\n\n---\n\nMore.")
    assert read_plain(within) is not None
    assert outline_thread(within) is None


def test_a_thread_whose_greatest_id_none_can_follow_is_read_whole_to_be_written() -> None:
    data = legal("planning", "ready")
    assert read_plain(data) is not None
    assert read_plain(data.replace(event_id(1).encode(), b"7" + b"Z" * 25)) is None


@given(st.one_of(threads(), damaged()))
def test_a_thread_in_pieces_is_read_as_one_that_is_whole(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick_fold._plain_headers, "__defaults__", (1,))
        both(data)


@pytest.mark.parametrize("data", [b"", b"---\n", b"\n---\n", b"<!-- event: \n---\n", older()])
def test_what_holds_no_event_of_ours_folds_alike(data: bytes) -> None:
    both(data)


def test_all_threads_of_the_real_store_fold_alike(corpus: Corpus) -> None:
    for path in corpus.tickets.glob("*/thread.md"):
        both(path.read_bytes())
