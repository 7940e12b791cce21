"""What a formatter, a fixer or a hand did to events on a side of a merge is taken back."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.formatters import BASE, FORMATTERS, NEW, OTHER, WHOLE
from support.threads import block, bodies, fault_codes, older, read

from yoi_cli.errors import StoreInvalidError
from yoi_cli.merge.files.originals import left_out
from yoi_cli.merge.files.parts import merge_file
from yoi_cli.merge.files.texts import merge_threads
from yoi_cli.merge.ports import Sides
from yoi_cli.model.findings import needs_person

PATH = "T/thread.md"


def merge(base: bytes | None, ours: bytes, theirs: bytes) -> bytes:
    """The merge, which asks nobody and does not depend on the side."""
    found = merge_file("thread.md", Sides(base, ours, theirs), path=PATH)
    assert not any(map(needs_person, found.conflicts)), found.conflicts
    assert merge_file("thread.md", Sides(base, theirs, ours), path=PATH) == found
    return found.data


#: A writer refuses to write behind what these leave.
UNREADABLE = {"mdformat", "a hand that takes separators"}


@pytest.mark.parametrize("name", sorted(FORMATTERS.keys() - UNREADABLE))
def test_what_one_side_made_of_old_events_is_taken_back(name: str) -> None:
    ours, theirs = FORMATTERS[name](BASE) + b"\n" + NEW, BASE + b"\n" + OTHER
    assert merge(BASE, ours, theirs) == WHOLE


@pytest.mark.parametrize("change", FORMATTERS.values(), ids=FORMATTERS)
def test_nobody_is_asked_where_a_side_was_formatted_and_the_other_went_on(
    change: Callable[[bytes], bytes],
) -> None:
    data = merge(BASE, BASE + b"\n" + OTHER, change(BASE))
    assert data == BASE + b"\n" + OTHER
    assert fault_codes(data) == []


@pytest.mark.parametrize("one", FORMATTERS.values(), ids=FORMATTERS)
@pytest.mark.parametrize("other", FORMATTERS.values(), ids=FORMATTERS)
def test_both_sides_may_be_formatted_alike_or_in_two_ways(
    one: Callable[[bytes], bytes], other: Callable[[bytes], bytes]
) -> None:
    data = merge(BASE, one(BASE), other(BASE))
    assert data.replace(b"\r\n", b"\n") == BASE


@given(
    st.lists(st.sampled_from(list(FORMATTERS)), max_size=3),
    st.lists(st.sampled_from(list(FORMATTERS)), max_size=3),
)
def test_the_merge_is_the_same_from_both_sides_and_again(left: list[str], right: list[str]) -> None:
    ours, theirs = BASE, BASE + b"\n" + OTHER
    for name in left:
        ours = FORMATTERS[name](ours)
    for name in right:
        theirs = FORMATTERS[name](theirs)
    found = merge_threads(ours, theirs, base=BASE, path=PATH)
    assert merge_threads(theirs, ours, base=BASE, path=PATH) == found
    again = merge_threads(found.data, theirs, base=BASE, path=PATH).data
    assert [event.id for event in read(again)] == [event.id for event in read(found.data)]
    assert merge_threads(found.data, found.data, base=BASE, path=PATH).data == found.data


def test_an_older_event_is_known_by_its_header() -> None:
    base = older("One.  ") + b"\n" + older("Two.  ").replace(b"T16:", b"T17:")
    ours = re.sub(rb"(?m)[ \t]+$", b"", base)
    found = merge_threads(ours, base + b"\n" + OTHER, base=base, path=PATH)
    assert bodies(found.data) == ["One.  ", "from theirs", "Two.  "]
    assert {one.code for one in found.conflicts} == {"event_changed"}


def test_without_an_ancestor_only_white_space_is_no_difference() -> None:
    trimmed = block("a  \nb", 1).replace(b"a  ", b"a")
    found = merge_threads(block("a  \nb", 1), trimmed, path=PATH)
    assert found.data == block("a  \nb", 1)
    assert [one.code for one in found.conflicts] == ["event_changed"]
    apart = merge_threads(block("a", 1), block("b", 1), path=PATH)
    assert [one.code for one in apart.conflicts] == ["event_id_conflict"]


def test_text_behind_an_event_that_nobody_changed_is_still_asked_for() -> None:
    found = merge_threads(BASE + b"\nBy hand.\n", BASE + b"\n" + OTHER, base=BASE, path=PATH)
    assert [one.code for one in found.conflicts] == ["text_left_out"]


def test_events_that_a_union_fused_are_still_refused() -> None:
    fused = BASE + b"\n" + NEW.removesuffix(b"\n---\n") + OTHER
    with pytest.raises(StoreInvalidError) as caught:
        merge_file("thread.md", Sides(BASE, fused, BASE + b"\n" + NEW), path=PATH)
    assert caught.value.code == "thread_fused"


@pytest.mark.parametrize("change", FORMATTERS.values(), ids=FORMATTERS)
def test_what_a_merge_leaves_out_is_told_whole(change: Callable[[bytes], bytes]) -> None:
    before = change(BASE)
    missing = left_out(before, WHOLE)
    there = set(WHOLE.split(b"\n"))
    lines = before.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").split(b"\n")
    assert {line for line in lines if line not in there} <= set(missing.split(b"\n"))


def test_a_thread_that_only_grew_leaves_nothing_out() -> None:
    assert left_out(BASE, WHOLE) == left_out(BASE.replace(b"\n", b"\r\n"), WHOLE) == b""
    assert left_out(BASE + b"\nBy hand.\n", WHOLE) == b"By hand.\n"
    assert left_out(b"Before.\n\n" + BASE + b"\0\0", WHOLE) == b"Before.\n"
    assert left_out(BASE + b"\n" + block("Same.", 2), WHOLE) == block("Same.", 2)
