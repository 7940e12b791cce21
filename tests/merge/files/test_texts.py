"""Merged files, byte for byte."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.threads import block, bodies, event_id, fault_codes, older, read

from yoi_cli.errors import StoreInvalidError
from yoi_cli.merge.files.texts import (
    MergedText,
    merge_items,
    merge_plan_files,
    merge_relations_files,
    merge_threads,
)
from yoi_cli.model.plan import PlanRecord
from yoi_cli.model.relations import Relation
from yoi_cli.store.formats.item import parse_item
from yoi_cli.store.formats.item_writing import render_item
from yoi_cli.store.formats.plan import parse_plan, render_record
from yoi_cli.store.formats.relations import parse_relations, render_relations

PATH = "T/thread.md"

BODIES = st.sampled_from(
    ["Said.", "---", "<!-- event: x -->", "a\n\n---\n\nb", "```\nopen", "日本"]
)
BLOCKS = st.builds(block, BODIES, st.integers(0, 5)) | st.builds(
    older,
    st.sampled_from(["Said.", "Else.", "a\n\n---\n\nb", "```\ncode\n```"]),
    end=st.sampled_from(["\n---\n", "", "\n"]),
)


def threads() -> st.SearchStrategy[bytes]:
    return st.lists(BLOCKS, max_size=6).map(b"\n".join)


def merged(ours: bytes, theirs: bytes) -> bytes:
    return merge_threads(ours, theirs, path=PATH).data


@given(threads(), threads())
def test_a_merged_thread_reads_back_as_all_events_of_both(ours: bytes, theirs: bytes) -> None:
    both = merge_threads(ours, theirs, path=PATH)
    assert both == merge_threads(theirs, ours, path=PATH)
    told = {(event.identity, event.body) for event in (*read(ours), *read(theirs))}
    assert {(event.identity, event.body) for event in read(both.data)} == told
    assert len(read(both.data)) == len(told)
    assert merged(both.data, ours) == both.data
    assert set(fault_codes(both.data)) <= {"event_id_conflict"}


@given(threads(), threads(), threads())
def test_threads_merge_in_any_order(a: bytes, b: bytes, c: bytes) -> None:
    assert merged(merged(a, b), c) == merged(a, merged(b, c))


def test_events_are_parted_by_one_blank_line_and_keep_their_bytes() -> None:
    one, two, three = block("One.", 1), block("Two.", 2), block("Three.", 3)
    assert merged(one + b"\n" + three, one + b"\n\n\n" + two) == b"\n".join([one, two, three])


def test_an_older_event_without_its_end_is_whole_before_another() -> None:
    first = older("No end.", end="")
    assert bodies(merged(first, first + b"\n\n" + block("New.", 1))) == ["No end.", "New."]


def test_one_id_with_different_bytes_is_kept_twice_and_reported() -> None:
    both = merge_threads(block("One.", 1), block("Two.", 1), path=PATH)
    assert sorted(bodies(both.data)) == ["One.", "Two."]
    assert [(one.code, one.about) for one in both.conflicts] == [("event_id_conflict", event_id(1))]


def test_torn_appends_are_left_out_and_reported() -> None:
    torn = block("One.", 1) + b"\n" + block("Two.", 2)[:-10]
    both = merge_threads(torn, block("Three.", 3), path=PATH)
    assert bodies(both.data) == ["One.", "Three."]
    assert [one.code for one in both.conflicts] == ["torn_left_out"]


def test_text_outside_of_events_is_left_out_and_reported() -> None:
    both = merge_threads(b"Hello.\n\n" + block("One.", 1), block("Two.", 2), path=PATH)
    assert [one.code for one in both.conflicts] == ["text_left_out"]


def test_an_open_fence_that_would_hide_an_event_refuses_the_merge() -> None:
    later = older("Another.").replace(b"T16:", b"T17:")
    with pytest.raises(StoreInvalidError) as raised:
        merge_threads(older("```\nopen"), later, path=PATH)
    assert raised.value.code == "thread_merge_refused"


def test_the_same_event_with_both_line_ends_is_one() -> None:
    crlf = block("One.\nMore.", 1, newline="\r\n")
    assert merged(crlf, block("One.\nMore.", 1)) == block("One.\nMore.", 1)
    two = block("Two.", 2, newline="\r\n")
    assert merged(crlf, two) == crlf + b"\r\n" + two


def test_a_stray_carriage_return_does_not_make_the_outcome_depend_on_the_side() -> None:
    unix, mixed = block("One.", 1), b"words\r\r\n\n" + block("Two.", 2)
    assert merge_threads(unix, mixed, path=PATH) == merge_threads(mixed, unix, path=PATH)


def item(title: str, at: str, tags: tuple[str, ...] = (), body: str = "Text.") -> bytes:
    times = {"created_at": "2026-06-01T00:00:00Z", "updated_at": f"2026-06-{at}T00:00:00Z"}
    return render_item({"title": title, "state": "planning", **times, "tags": tags}, body)


def test_items_merge_key_by_key_and_keep_the_bytes_of_the_later_one() -> None:
    base = item("A", "01", ("ui",))
    ours = item("B", "02", ("ui", "api")).replace(b"---\n", b"---\n# a comment\n", 1)
    both = merge_items(base, ours, item("A", "01", ("x",), "New."), path="T/item.md")
    read_back = parse_item(both.data, path="T/item.md")
    assert (read_back.title, read_back.body) == ("B", "New.\n")
    assert read_back.texts("tags") == ("api", "x")
    assert b"# a comment\n" in both.data
    assert both.conflicts == ()
    swapped = merge_items(base, item("A", "01", ("x",), "New."), ours, path="T/item.md")
    assert swapped == both


def test_a_relations_file_that_one_side_took_away_takes_its_relations_along() -> None:
    first, second = (Relation("T", "depends_on", one, "ada", "1") for one in "AB")
    base, theirs = render_relations([first]), render_relations([first, second])
    data = merge_relations_files(base, None, theirs, path="T/relations.json")
    assert parse_relations(data, path="") == (second,)


def test_plan_lines_unite_by_id() -> None:
    one, two, twin = (
        render_record(PlanRecord(id_, "T", "after", "ada", f"2026-06-0{day}T00:00:00Z", other))
        for id_, day, other in (("p-1", 1, "A"), ("p-2", 2, "B"), ("p-2", 2, "C"))
    )
    both = merge_plan_files(one + two, one + twin, path="T/plan")
    assert both.data.startswith(one)
    assert sorted(record.id for record in parse_plan(both.data, path="")) == ["p-1", "p-2", "p-2"]
    assert [conflict.code for conflict in both.conflicts] == ["plan_id_conflict"]
    assert merge_plan_files(one, one + b'{"id"', path="") == MergedText(one)._replace(
        conflicts=merge_plan_files(one + b'{"id"', one, path="").conflicts
    )
