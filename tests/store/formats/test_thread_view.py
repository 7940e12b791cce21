"""What is shown of a long thread is read from some pieces of it, and is what the whole says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.odd_threads import TIMES, damaged, legal, threads
from support.threads import block

from yoi_cli.model.event_views import EventWindow, view_of
from yoi_cli.model.events import order_of
from yoi_cli.model.states import STATES
from yoi_cli.store.formats import thread_view
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_pieces import in_pieces
from yoi_cli.store.formats.thread_view import newest_in, view_thread

SIZES = st.sampled_from((1, 200, 500))
WINDOWS = st.builds(
    EventWindow,
    st.one_of(st.none(), st.integers(0, 7)),
    st.one_of(st.none(), st.sampled_from(TIMES)),
)


@settings(max_examples=150)
@given(st.one_of(threads(), damaged()), WINDOWS, SIZES)
def test_what_is_shown_by_pieces_is_what_the_whole_thread_says(
    data: bytes, window: EventWindow, size: int
) -> None:
    whole = view_of(parse_thread(data).thread, window)
    assert view_thread(data, window, size) == whole


@settings(max_examples=150)
@given(st.one_of(threads(), damaged()), st.sampled_from(TIMES), SIZES)
def test_no_event_that_may_be_among_the_newest_is_left_out(
    data: bytes, since: str, size: int
) -> None:
    whole = parse_thread(data).thread.events
    found = list(newest_in(data, lambda bound: bound >= (since, ""), size))
    assert len(found) == len(set(map(id, found)))
    assert [one for one in whole if one in found] == sorted(found, key=lambda one: one.line)
    assert {one.line for one in whole if order_of(one) >= (since, "")} <= {
        one.line for one in found
    }


def test_of_a_thread_as_yoi_writes_it_only_what_is_shown_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = legal(*STATES)
    whole = view_of(parse_thread(data).thread, EventWindow(2))
    monkeypatch.delattr(thread_view, "parse_thread")
    assert view_thread(data, EventWindow(2), 1) == whole
    assert [one.line for one in newest_in(data, lambda _: False, 1)] == []


@pytest.mark.parametrize(
    ("numbers", "is_plain"), [((1, 2, 3), True), ((3, 1, 2), True), ((1, 2, 1), False)]
)
def test_ids_need_not_rise_but_none_may_stand_twice(
    numbers: tuple[int, ...], is_plain: bool
) -> None:
    data = b"\n".join(block(f"Number {at}.", one) for at, one in enumerate(numbers))
    assert (in_pieces(data, 1) is not None) is is_plain
