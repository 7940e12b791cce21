"""What is kept and what is reported where two branches changed one ticket."""

from __future__ import annotations

from yoi_cli.merge.algebra import (
    Description,
    MergeEntry,
    merge_description,
    merge_fields,
    merge_logs,
    merge_orders,
    merge_relations,
)
from yoi_cli.model.findings import Conflict, conflict_sentence
from yoi_cli.model.item import FieldValue
from yoi_cli.model.relations import Relation

Fields = dict[str, FieldValue]
BASE: Fields = {"title": "A", "updated_at": "1", "tags": ("ui", "old")}


def dated(at: str, **fields: FieldValue) -> Fields:
    return {**BASE, "updated_at": at, **fields}


def relation(target: str, at: str = "1", note: str | None = None) -> Relation:
    return Relation("T", "depends_on", target, "ada", at, note)


def test_what_one_side_changed_counts() -> None:
    merged = merge_fields(BASE, dated("2", title="B"), dated("3", assignee="ada"))
    assert merged.fields == dated("3", title="B", assignee="ada")
    assert merged.conflicts == ()


def test_a_key_that_one_side_took_away_is_gone() -> None:
    without = {key: value for key, value in BASE.items() if key != "title"}
    assert "title" not in merge_fields(BASE, without, dated("2")).fields


def test_of_two_changed_values_the_later_items_is_kept_and_reported() -> None:
    merged = merge_fields(BASE, dated("3", title="B"), dated("2", title="C"))
    assert merged.fields["title"] == "B"
    assert merged.conflicts == (Conflict("field_conflict", "title"),)


def test_where_both_queued_the_ticket_the_later_move_says_when_and_by_whom() -> None:
    earlier = dated("9", queued_by="zoe", queued_at="2")
    later = dated("3", queued_by="ada", queued_at="3")
    merged = merge_fields(BASE, earlier, later)
    assert (merged.fields["queued_by"], merged.fields["queued_at"]) == ("ada", "3")
    assert merged.conflicts == ()


def test_a_queuing_that_one_side_took_away_is_gone() -> None:
    base = {**BASE, "queued_by": "ada", "queued_at": "2"}
    assert "queued_at" not in merge_fields(base, {**base, "updated_at": "3"}, dated("2")).fields


def test_lists_take_what_both_sides_added_and_lose_what_one_removed() -> None:
    merged = merge_fields(BASE, dated("2", tags=("ui", "api")), dated("3", tags=("ui", "old", "x")))
    assert merged.fields["tags"] == ("ui", "api", "x")
    assert merged.conflicts == ()


def test_a_list_keeps_the_order_that_people_gave_it() -> None:
    assert merge_orders(("z", "b", "a"), ("z", "b", "a", "c")) == ("z", "b", "a", "c")


def test_updated_at_takes_the_greater_even_where_one_side_went_back() -> None:
    assert merge_fields(BASE, dated("0"), dated("1")).fields["updated_at"] == "1"


def test_a_description_that_both_changed_is_a_conflict() -> None:
    one, other = Description("ours", "2"), Description("theirs", "1")
    assert merge_description("before", one, other) == (
        "ours",
        (Conflict("description_conflict", "description"),),
    )
    assert merge_description("ours", one, other) == ("theirs", ())


def test_a_relation_that_one_side_removed_is_gone() -> None:
    base = (relation("A"), relation("B"))
    assert merge_relations(base, (relation("A"),), (*base, relation("C"))) == (
        relation("A"),
        relation("C"),
    )


def test_a_relation_removed_here_and_changed_there_still_holds() -> None:
    changed = relation("A", note="why")
    assert merge_relations((relation("A"),), (), (changed,)) == (changed,)


def test_a_relation_that_both_made_is_one() -> None:
    merged = merge_relations((), (relation("A", "3"),), (relation("A", "2"),))
    assert merged == (relation("A", "2"),)


def test_an_older_event_stays_behind_what_it_followed() -> None:
    late = MergeEntry(2000, False, "late", b"late")
    early = MergeEntry(1000, False, "early", b"early")
    new = MergeEntry(1500, True, "new", b"new")
    assert merge_logs((late, early), (late, early, new)).entries == (new, late, early)
    assert merge_logs((new, early), (new,)).entries == (new, early)


def test_every_conflict_has_a_sentence_in_both_languages() -> None:
    said = Conflict("field_conflict", "title")
    assert "title" in conflict_sentence(said)
    assert "title" in conflict_sentence(said, japanese=True)
