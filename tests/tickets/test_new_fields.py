"""A field that is added to the table is written, shown, filtered, merged and checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.broken_stores import examine
from support.file_stores import empty_store
from support.tickets import put_ticket

from yoi_cli.errors import UsageError
from yoi_cli.merge.algebra import merge_fields
from yoi_cli.model.events import Author
from yoi_cli.model.fields import CHOICE, FIELDS, GREATEST, LIST, Field, shown_fields
from yoi_cli.store.files.store import FileStore
from yoi_cli.tickets.create import Draft, create_ticket
from yoi_cli.tickets.edit import ItemEdit, edit_ticket
from yoi_cli.tickets.listing import Selection, list_tickets, wanted

ADA = Author("Ada Example")


@pytest.fixture(autouse=True)
def more_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """A size, of which there are three to choose from, and the people who look on."""
    for field in (
        Field("size", CHOICE, shown=9, choices=("S", "M", "L"), fault="item_priority_invalid"),
        Field("watchers", LIST, shown=8),
        Field("seen_at", merge=GREATEST),
    ):
        monkeypatch.setitem(FIELDS, field.name, field)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path)


def test_a_choice_is_one_of_its_choices(store: FileStore) -> None:
    with pytest.raises(UsageError, match="'XL' is not a size") as refused:
        create_ticket(store, Draft("Too much", fields={"size": "XL"}), ADA)
    assert (refused.value.code, refused.value.hint) == ("size_invalid", "Use one of S, M, L.")


def test_a_list_is_added_to_and_taken_from(store: FileStore) -> None:
    made = create_ticket(store, Draft("Watched", fields={"watchers": ("ada", "bob")}), ADA)
    edit = ItemEdit(added={"watchers": ("cleo",)}, removed={"watchers": ("ada",)})
    assert edit_ticket(store, made.ticket, edit).changed == ("watchers",)
    assert store.item(made.ticket).texts("watchers") == ("bob", "cleo")


def test_it_is_filtered_as_its_type_asks(store: FileStore) -> None:
    for title, size, watchers in (("a", "S", ("ada",)), ("b", "L", ("ada", "bob"))):
        create_ticket(store, Draft(title, fields={"size": size, "watchers": watchers}), ADA)

    def titles(**words: list[str]) -> list[object]:
        found = list_tickets(store, Selection(fields=wanted(words), sort="title"))
        return [row.fields["title"] for row in found.tickets]

    assert titles(size=["s", "m"]) == ["a"]
    assert titles(watchers=["ada"]) == ["a", "b"]
    assert titles(watchers=["ada", "bob"], size=["L"]) == ["b"]
    assert titles(watchers=[], size=[]) == ["a", "b"]


def test_it_is_shown_in_its_place() -> None:
    assert [field.name for field in shown_fields()][-2:] == ["watchers", "size"]


def test_it_is_merged_by_its_rule() -> None:
    base = {"updated_at": "2026-01-01T00:00:00Z"}
    ours, theirs = {**base, "seen_at": "b", "size": "S"}, {**base, "seen_at": "a", "size": "L"}
    merged = merge_fields(base, ours, theirs)
    assert merged.fields["seen_at"] == "b"
    assert [conflict.about for conflict in merged.conflicts] == ["size"]


def test_doctor_checks_it(store: FileStore, tmp_path: Path) -> None:
    put_ticket(tmp_path, 1, fields={"size": "XL", "watchers": ("ada",), "seen_at": ("now",)})
    found = {one.code: one.message for one in examine(store).diagnostics}
    assert "The size 'XL' is none of S, M, L." in found["item_priority_invalid"]
    assert "seen_at is a list." in found["item_value_type"]
