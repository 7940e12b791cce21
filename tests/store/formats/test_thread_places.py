"""Events by their lines: of a plain thread by its pieces, the same as by the whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.odd_threads import damaged, legal, threads

from yoi_cli.store.formats import thread_pieces, thread_places
from yoi_cli.store.formats.thread import ParsedThread, parse_thread
from yoi_cli.store.formats.thread_places import events_at


@given(st.one_of(threads(), damaged()), st.sampled_from((1, 100, 512)))
def test_a_line_belongs_to_the_event_that_the_whole_thread_says(data: bytes, size: int) -> None:
    lines = range(data.count(b"\n") + 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thread_places, "in_pieces", lambda _data, _size: None)
        whole = events_at(data, lines)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(thread_places, "_PIECE", size)
        assert events_at(data, lines) == whole
        assert [events_at(data, [line])[0] for line in lines] == whole


def test_only_the_pieces_with_the_lines_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = legal("planning", "ready", "queued")
    monkeypatch.setattr(thread_places, "_PIECE", 1)
    *_, last = parse_thread(data).thread.events
    read: list[bytes] = []

    def noted(piece: bytes) -> ParsedThread:
        read.append(piece)
        return parse_thread(piece)

    monkeypatch.setattr(thread_pieces, "parse_thread", noted)
    (found,) = events_at(data, [last.line + 2])
    assert found == last
    assert len(read) == 1
    assert read[0] in data
