"""The merge algebra: clones that meet in any order arrive at the same."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.merge.algebra import (
    Description,
    MergeEntry,
    merge_description,
    merge_fields,
    merge_logs,
    merge_orders,
    merge_relations,
)
from yoi_cli.model.item import FieldValue
from yoi_cli.model.relations import Relation

Log = tuple[MergeEntry, ...]
Fields = dict[str, FieldValue]

# Few values, so that ids, times and keys meet; a same id with other bytes is common.
WITH_ID = st.builds(
    lambda time, twin, text: MergeEntry(time, True, f"{time}-{twin}", text),
    st.integers(0, 4),
    st.sampled_from("ab"),
    st.sampled_from([b"x", b"y"]),
)
OLDER = st.builds(
    lambda time, text: MergeEntry(time, False, f"{time}#{text!r}", text),
    st.integers(0, 2),
    st.sampled_from([b"p", b"q", b"r", b"s"]),
)
LOGS = st.lists(WITH_ID | OLDER, max_size=8).map(tuple)
VALUES = (
    st.none() | st.sampled_from("xyz") | st.lists(st.sampled_from("abc"), max_size=4).map(tuple)
)
#: What a move to queued leaves, in some items by half, as a person may.
QUEUED = st.dictionaries(st.sampled_from(["queued_at", "queued_by"]), st.sampled_from("12"))
FIELDS = st.builds(
    lambda fields, queued, at: {**fields, **queued, "updated_at": at},
    st.dictionaries(st.sampled_from(["title", "assignee", "tags"]), VALUES),
    QUEUED,
    st.sampled_from("123"),
)
RELATIONS = st.lists(
    st.builds(
        Relation,
        st.just("T"),
        st.sampled_from(["depends_on", "blocks", "odd"]),
        st.sampled_from("AB"),
        st.sampled_from(["ada", "bob"]),
        st.sampled_from("12"),
        st.sampled_from([None, "", "why"]),
    ),
    max_size=5,
)
TEXTS = st.lists(st.sampled_from("abcde"), max_size=6)
DESCRIPTIONS = st.builds(Description, st.sampled_from("xyz"), st.sampled_from("123"))


def logs_of(*logs: Log) -> Log:
    return merge_logs(*logs).entries


def fields_of(ours: Fields, theirs: Fields) -> Fields:
    return dict(merge_fields(None, ours, theirs).fields)


def queuing_of(fields: Mapping[str, FieldValue]) -> Fields:
    return {key: value for key, value in fields.items() if key.startswith("queued_")}


@given(LOGS, LOGS, LOGS)
def test_logs_unite_in_any_order(a: Log, b: Log, c: Log) -> None:
    assert merge_logs(a, b) == merge_logs(b, a)
    assert logs_of(logs_of(a, b), c) == logs_of(a, logs_of(b, c)) == logs_of(a, b, c)
    assert logs_of(logs_of(a, b), b) == logs_of(a, b)


@given(LOGS, LOGS)
def test_no_entry_is_lost_and_none_is_made_up(a: Log, b: Log) -> None:
    entries = logs_of(a, b)
    assert set(entries) == {*a, *b}
    assert len(set(entries)) == len(entries)


@given(st.lists(WITH_ID), st.lists(WITH_ID))
def test_events_with_ids_come_out_by_time_and_id(a: list[MergeEntry], b: list[MergeEntry]) -> None:
    assert logs_of(tuple(a), tuple(b)) == tuple(sorted({*a, *b}))


@given(st.lists(OLDER, unique=True), st.lists(OLDER, unique=True), st.lists(OLDER, unique=True))
def test_older_events_never_pass_one_another_against_their_file(
    shared: list[MergeEntry], ours: list[MergeEntry], theirs: list[MergeEntry]
) -> None:
    ours = shared + [one for one in ours if one not in shared]
    theirs = shared + [one for one in theirs if one not in ours]
    merged = logs_of(tuple(ours), tuple(theirs))
    assert [one for one in merged if one in ours] == ours
    assert [one for one in merged if one in theirs] == theirs


@given(LOGS, LOGS)
def test_an_identity_that_two_entries_share_is_reported(a: Log, b: Log) -> None:
    merged = merge_logs(a, b)
    identities = [entry.identity for entry in {*a, *b}]
    assert merged.contested == tuple(sorted({n for n in identities if identities.count(n) > 1}))


@given(FIELDS, FIELDS, FIELDS)
def test_frontmatter_unites_in_any_order(a: Fields, b: Fields, c: Fields) -> None:
    assert merge_fields(None, a, b) == merge_fields(None, b, a)
    assert fields_of(fields_of(a, b), c) == fields_of(a, fields_of(b, c))
    assert fields_of(a, a) == a


@given(FIELDS, FIELDS, FIELDS)
def test_with_an_ancestor_it_does_not_matter_whose_side_is_ours(
    base: Fields, a: Fields, b: Fields
) -> None:
    assert merge_fields(base, a, b) == merge_fields(base, b, a)
    assert merge_fields(base, a, a).fields == a
    changed = {key: value for key, value in a.items() if key != "updated_at"}
    merged = merge_fields(base, a, {**base, "updated_at": a["updated_at"]}).fields
    assert {key: value for key, value in merged.items() if key != "updated_at"} == changed


@given(st.none() | FIELDS, FIELDS, FIELDS)
def test_what_a_queuing_says_of_itself_is_never_mixed_nor_asked(
    base: Fields | None, a: Fields, b: Fields
) -> None:
    merged = merge_fields(base, a, b)
    assert queuing_of(merged.fields) in [queuing_of(a), queuing_of(b)]
    assert not {"queued_at", "queued_by"} & {conflict.about for conflict in merged.conflicts}


@given(st.none() | st.sampled_from("xyz"), DESCRIPTIONS, DESCRIPTIONS)
def test_descriptions_merge_the_same_from_both_sides(
    base: str | None, a: Description, b: Description
) -> None:
    assert merge_description(base, a, b) == merge_description(base, b, a)
    assert merge_description(base, a, a) == (a.text, ())


@given(RELATIONS, RELATIONS, RELATIONS)
def test_relations_unite_in_any_order(
    a: list[Relation], b: list[Relation], c: list[Relation]
) -> None:
    assert merge_relations(None, a, b) == merge_relations(None, b, a)
    left = merge_relations(None, merge_relations(None, a, b), c)
    assert left == merge_relations(None, a, merge_relations(None, b, c))
    assert merge_relations(None, left, left) == left
    assert merge_relations(c, a, b) == merge_relations(c, b, a)


@given(TEXTS, TEXTS, TEXTS)
def test_orders_unite_in_any_order(a: list[str], b: list[str], c: list[str]) -> None:
    assert merge_orders(a, b) == merge_orders(b, a)
    assert merge_orders(merge_orders(a, b), c) == merge_orders(a, merge_orders(b, c))
    assert merge_orders(a, a) == tuple(dict.fromkeys(a))
