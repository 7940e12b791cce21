"""Fused events apart and doubled keys once, as pure bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.threads import block
from support.tree_files import Files

from yoi_cli.errors import StoreInvalidError
from yoi_cli.merge.files import fused_events, line_merge
from yoi_cli.merge.files.fused_events import begins_twice, is_fused, separate_events
from yoi_cli.merge.files.line_merge import (
    doubled_keys,
    item_is_marked,
    repair_item,
    sides_of_markers,
)
from yoi_cli.merge.files.merged_tree import MergedFiles
from yoi_cli.model.events import CREATE
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.thread import parse_thread

FIRST = block("Made.", 1, kind=CREATE)
ITEM = b"---\ntitle: 'A'\nstate: 'planning'\nupdated_at: '2026-01-01T00:00:00Z'\n---\n\nText.\n"


def fused(left: bytes, right: bytes) -> bytes:
    """What a union makes of two appends whose closing lines are the same."""
    return FIRST + b"\n" + left.removesuffix(b"\n---\n") + right


def bodies(data: bytes) -> list[str]:
    return [event.body for event in parse_thread(data).thread.events]


def test_a_sound_thread_is_not_fused() -> None:
    assert not is_fused(FIRST)
    assert not is_fused(FIRST + b"\n" + block("x", 2))
    assert not is_fused(FIRST + b"\n" + block("torn", 2)[:-4])


def test_a_fused_thread_is_not_merged_in_memory_either() -> None:
    path = "tickets/00001M7YTZZZZ/thread.md"
    before = Files({path: FIRST})
    ours = Files({path: fused(block("Left.", 2), block("Right.", 3))})
    theirs = Files({path: FIRST + b"\n" + block("Theirs.", 4)})

    with pytest.raises(StoreInvalidError) as refused:
        MergedFiles(before, ours, theirs, "tickets").read(path)

    assert refused.value.code == "thread_fused"


def test_two_tickets_in_one_thread_are_told_even_where_they_are_fused() -> None:
    other = block("Made too.", 2, kind=CREATE)
    assert begins_twice(FIRST + b"\n" + other)
    assert begins_twice(FIRST.removesuffix(b"\n---\n") + other)
    assert not begins_twice(FIRST + b"\n" + FIRST)
    assert not begins_twice(FIRST + b"\n" + block("<!-- event: create x -->", 2))


@given(st.text(max_size=40), st.text(max_size=40))
def test_each_event_is_as_history_has_it(left: str, right: str) -> None:
    one, two = (
        block("x" + text.replace("\0", ""), number) for number, text in ((2, left), (3, right))
    )
    versions = [FIRST, FIRST + b"\n" + one, FIRST + b"\n" + two]

    found = separate_events(fused(one, two), versions, path="thread.md")

    assert found.data == FIRST + b"\n" + one + b"\n" + two
    assert found.closed == ()


def test_mixed_words_go_back_to_the_event_that_had_them() -> None:
    one, two = block("a\nshared", 2), block("b\nshared", 3)
    headers = [one.split(b"\n")[0], two.split(b"\n")[0]]
    mixed = FIRST + b"\n" + b"\n".join([*headers, b"", b"a", b"b", b"shared", b"", b"---", b""])

    found = separate_events(mixed, [FIRST + b"\n" + one, FIRST + b"\n" + two], path="thread.md")

    assert bodies(found.data) == ["Made.", "a\nshared", "b\nshared"]
    assert found.loose == 0


def test_a_fused_version_of_history_is_not_believed() -> None:
    one, two = block("a", 2), block("b", 3)
    bad = fused(one, two)

    found = separate_events(bad, [bad], path="thread.md")

    assert bodies(found.data) == ["Made.", "a", "b"]
    assert len(found.closed) == 1


def test_words_that_stand_in_no_event_are_counted() -> None:
    one, two = block("a", 2), block("b", 3)
    data = fused(one, two) + b"\nWritten by hand.\n"

    found = separate_events(data, [FIRST + b"\n" + one, FIRST + b"\n" + two], path="thread.md")

    assert found.loose == 1


def test_nothing_comes_from_history_that_has_no_header_here() -> None:
    one, two, gone = block("a", 2), block("b", 3), block("gone", 4)

    found = separate_events(fused(one, two), [FIRST + b"\n" + gone], path="thread.md")

    assert "gone" not in bodies(found.data)


def test_a_doubled_key_has_the_value_that_a_side_changed() -> None:
    doubled = ITEM.replace(b"state: 'planning'\n", b"state: 'planning'\nstate: 'ready'\n")
    doubled = doubled.replace(b"title: 'A'\n", b"title: 'A'\ntitle: 'B'\n")

    found = repair_item(doubled, ITEM, path="item.md")

    assert doubled_keys(doubled) == ("title", "state")
    item = parse_item(found.data, path="item.md")
    assert (item.fields["title"], item.fields["state"], item.body) == ("B", "ready", "Text.\n")
    assert found.conflicts == ()


def test_without_an_ancestor_a_doubled_key_is_reported() -> None:
    doubled = ITEM.replace(b"title: 'A'\n", b"title: 'B'\ntitle: 'A'\n")

    found = repair_item(doubled, None, path="item.md")

    assert parse_item(found.data, path="item.md").fields["title"] == "B"
    assert [one.code for one in found.conflicts] == ["field_conflict"]


def test_lists_and_unknown_lines_stay_with_their_key() -> None:
    item = ITEM.replace(b"title:", b"tags:\n  - a\n  - b\n# a remark\ntitle:")

    assert doubled_keys(item) == ()
    assert repair_item(item, None, path="item.md").data == item


LINES = (
    "title: 'A'",
    "state:",
    "state: x",
    "tags:",
    "  - a",
    "# a remark",
    "---",
    "--- ",
    "\r",
    "",
)


@given(st.lists(st.sampled_from(LINES)), st.sampled_from(("\n", "\n", "\n", "\r\n")))
def test_keys_are_doubled_where_they_are_counted_twice(lines: list[str], end: str) -> None:
    data = end.join(["---", *lines, "---", "title: 'B'", ""]).encode()
    keys = [key for key, _ in line_merge._entries(data)[1] if key]
    counted = dict.fromkeys(key.decode() for key in keys if keys.count(key) > 1)

    assert doubled_keys(data) == tuple(counted)


def test_the_sides_of_a_conflict_are_told_with_and_without_the_ancestor() -> None:
    plain = b"a\n<<<<<<< ours\nb\n=======\nc\n>>>>>>> theirs\nd\n"
    with_base = plain.replace(b"=======", b"||||||| base\nx\n=======")

    assert sides_of_markers(plain) == sides_of_markers(with_base) == (b"a\nb\nd\n", b"a\nc\nd\n")


MARKED = b"<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> work\n"


@pytest.mark.parametrize("fence", [b"```", b"~~~", b"````md", b"  ```"])
def test_markers_that_a_code_fence_quotes_are_no_conflict(fence: bytes) -> None:
    closing = fence.removesuffix(b"md")
    quoted = fence + b"\n```` not the end\n```x\n" + MARKED + closing + b"\n"
    assert not item_is_marked(ITEM + quoted)
    assert sides_of_markers(ITEM + quoted) == (ITEM + quoted, ITEM + quoted)

    both = ITEM + quoted + MARKED

    assert item_is_marked(both)
    assert sides_of_markers(both) == (ITEM + quoted + b"ours\n", ITEM + quoted + b"theirs\n")


OLDER = b"<!-- event: comment author: a at: 2026-01-01T00:00:00Z -->\n\n## Comment\n\nOld.\n\n---\n"
PIECES = st.sampled_from(
    [
        FIRST,
        block("Same id.", 2),
        block("Other words, same id.", 2),
        block("<!-- event: quoted\n\n---\n\n\\---", 3),
        block("---tail\n\n---x", 4),
        block("Cut.", 5).removesuffix(b"---\n"),
        OLDER,
        OLDER.replace(b"Old.", b"```\n\n" + block("In a fence?", 6)),
        b"Stray text.\n",
        block("Windows.", 7).replace(b"\n", b"\r\n"),
        b"",
        b"\0",
    ]
)


@given(st.lists(st.lists(PIECES, max_size=5).map(b"\n".join), max_size=5))
def test_a_history_reads_the_same_whether_each_version_is_read_whole(versions: list[bytes]) -> None:
    """A version is read by the events that are new in it, where that says the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fused_events, "_fresh_blocks", lambda version, seen: None)
        whole = fused_events.known_blocks(versions)
    assert fused_events.known_blocks(versions) == whole
