"""The short way to a fold leads where the whole way leads, for every string of bytes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.corpus import Corpus
from support.threads import block, event_id, older

from yoi_cli.model.events import CLOSE, STATE_CHANGED
from yoi_cli.model.fold import fold
from yoi_cli.model.routing import summary_of_thread
from yoi_cli.model.states import STATES
from yoi_cli.model.thread_figures import figures_of
from yoi_cli.store.formats import thread_headers as quick_fold
from yoi_cli.store.formats.thread import parse_thread
from yoi_cli.store.formats.thread_headers import (
    fold_thread,
    read_plain,
    summarise_thread,
    thread_figures,
)

WORDS = (*STATES, "elsewhere", "cli_state", "two words", 'a "quote"', "理由", "U+3000\u3000space")
#: Pieces of the format, put where they may do harm.
SPLINTERS = (
    b"\n", b"\r\n", b"\0", b"---", b"\n---\n", b"\n\n", b"<!-- event:", b" -->", b'"', b"\\",
    b" id: ", b" at: ", b"from: ready ", b"event: close ", b"```\n", b" ", b"\xff", b"\xe3\x80\x80",
    b"<!-- event: close author: x at: 2026-01-01T00:00:00Z -->\n", f" id: {event_id(1)} ".encode(),
    b"\n---\n\n<!-- event: close author: x at: y ", b"\x0b", b"\xc2\xa0",
)  # fmt: skip


def both(data: bytes) -> None:
    thread = parse_thread(data).thread
    assert fold_thread(data) == fold(thread.events)
    assert summarise_thread(data) == summary_of_thread(thread)
    assert thread_figures(data) == figures_of(thread.events)
    plain = read_plain(data)
    if plain is not None:
        assert plain.folded == fold(thread.events)
        assert fold(plain.moving).state == plain.folded.state
        assert plain.greatest_id == thread.greatest_id
        assert {fault.code for fault in thread.faults} <= {"text_between_events"}


WORK = ("review", "implementation_report", "worker")


def words(*of: str) -> st.SearchStrategy[str]:
    return st.sampled_from(of or WORDS)


@st.composite
def blocks(draw: st.DrawFn) -> bytes:
    kind = draw(words("comment", STATE_CHANGED, STATE_CHANGED, CLOSE, "commit", *WORK))
    attributes = [
        ("status", draw(words("approve", "request_changes", ""))),
        ("worker", draw(words("", "w1", "w2"))),
        ("tokens", draw(words("", "120", "x"))),
        ("cost", draw(words("0.25", "1", "-"))),
        ("from", draw(words())),
        ("to", draw(words())),
        ("reason", draw(words())),
    ]
    if draw(st.booleans()):
        attributes.append(("field", draw(words("state", "workflow_state", "priority"))))
    return block(
        draw(words("Said.", "---", "<!-- event: close", "", "```\n")),
        draw(st.integers(0, 6)),
        kind=kind,
        author=draw(words("ada", "Ada Example", "山田", "x\u3000y", 'the "one"')),
        attributes=tuple(attributes) if kind != "comment" else (),
    )


def legal(*way: str) -> bytes:
    """A thread as `yoi` writes it."""
    found = [block("Created.", 0, kind="create")]
    for number, (origin, target) in enumerate(pairwise(way), 1):
        pairs = (("from", origin), ("to", target), ("reason", "cli_state"), ("field", "state"))
        found.append(block("Moved.", number, kind=STATE_CHANGED, attributes=pairs))
    return b"\n".join(found)


@st.composite
def threads(draw: st.DrawFn) -> bytes:
    if draw(st.booleans()):
        return legal(*STATES[: draw(st.integers(1, len(STATES)))])
    parts = draw(st.lists(st.one_of(blocks(), st.just(older())), min_size=1, max_size=6))
    return draw(st.sampled_from((b"\n", b"\n", b"\n", b"", b"\n\n"))).join(parts)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A thread with a few stretches cut out, and splinters put in."""
    data = draw(threads())
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        data = data[:start] + draw(st.sampled_from((b"", *SPLINTERS))) + data[end:]
    return data


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
    assert fold_thread(legal("planning", "ready", "queued")).state == "queued"


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
