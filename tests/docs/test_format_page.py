"""The page on the format lists the fields and kinds that the program declares, and no others."""

from __future__ import annotations

import re

from support.environment import ROOT

from yoi_cli.model import events, relations, states
from yoi_cli.model.fields import CHOICE, FIELDS, LIST, RESERVED, Field

PAGE = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")


def test_every_kind_of_event_has_its_row_and_no_other_has_one() -> None:
    assert set(event_rows()) == set(events.KINDS)


def test_a_row_names_the_attributes_that_the_kind_declares() -> None:
    for kind, (attributes, _) in event_rows().items():
        values_left_out = re.sub(r"\([^)]*\)+", "", attributes)
        assert words(values_left_out) == set(events.KINDS[kind].attributes), kind


def test_a_row_shows_the_headings_that_the_kind_declares() -> None:
    for kind, (_, shown) in event_rows().items():
        declared = events.KINDS[kind]
        headings = set(declared.headings.values()) or {declared.heading}
        if shown != "the word":
            assert set(re.findall(r"`([^`]+)`", shown)) == headings, kind
        assert (declared.japanese in shown) if declared.japanese else shown.isascii()


def test_the_kinds_of_relations_stand_in_their_order_with_their_inverses() -> None:
    said = " ".join(PAGE.split())
    kinds = relations.KINDS.values()
    assert f"the order `{' '.join(kind.name for kind in kinds)}`" in said
    assert f"the inverses (`{' '.join(kind.inverse for kind in kinds)}`)" in said
    blocking = " and ".join(f"`{kind.name}`" for kind in kinds if kind.blocks)
    assert f"would close a cycle of {blocking}" in said


def test_both_tables_of_moves_have_every_legal_move_and_no_other() -> None:
    legal = {
        (origin, target)
        for origin in states.STATES
        for target in states.STATES
        if states.is_legal(origin, target)
    }
    fold, moves = PAGE.split("### The fold")[1].split("### Moves")
    assert moves_in(fold) == legal
    assert moves_in(moves.split("\n## ")[0]) == legal


def moves_in(section: str) -> set[tuple[str, str]]:
    """The (from, to) pairs of a table whose first two columns hold states."""
    found: set[tuple[str, str]] = set()
    for origins, targets in re.findall(r"^\| ([^|]+) \| ([^|]+) \|", section, flags=re.MULTILINE):
        every_but_closed = set(states.STATES) - {states.CLOSED}
        from_ = every_but_closed if "any" in origins else set(origins.split(", "))
        pairs = {(origin, target) for origin in from_ for target in targets.split(", ")}
        found |= {pair for pair in pairs if set(pair) <= set(states.STATES)}
    return found


def test_the_keys_of_an_item_are_the_fields_that_are_declared() -> None:
    rows = {key: value for keys, value in item_rows() for key in words(keys)}
    for imported in ("source", "source_mark", "missing_links"):
        assert rows.pop(imported)
    declared = {name: kind_of_value(field) for name, field in FIELDS.items()}
    assert rows == {name: said for name, said in declared.items() if said}
    obsolete = " ".join(name for name, said in declared.items() if not said)
    assert f"`{obsolete}` are keys of older\nstores" in PAGE


def kind_of_value(field: Field) -> str:
    """How the page says what a field holds; nothing of an obsolete one."""
    if field.is_obsolete:
        return ""
    if field.is_required:
        return "text; required"
    if field.type == CHOICE:
        return f"`{field.choices[0]}` (most urgent) to `{field.choices[-1]}`"
    return {LIST: "lists of text", RESERVED: "reserved"}.get(field.type, "text or null")


def item_rows() -> list[tuple[str, str]]:
    table = PAGE.split("| key | value |")[1].split("\n\n")[0]
    rows = (line.split("|") for line in table.splitlines() if line.startswith("| `"))
    return [(row[1], row[2].strip()) for row in rows]


def event_rows() -> dict[str, tuple[str, str]]:
    """Of each kind in the table of events: its attributes and its heading, as the page has them."""
    table = PAGE.split("| kind | attributes | heading | written by |")[1].split("\n\n")[0]
    rows = [line.split("|")[1:] for line in table.splitlines() if line.startswith("| `")]
    return {kind: (row[1], row[2].strip()) for row in rows for kind in words(row[0])}


def words(cell: str) -> set[str]:
    return set(re.findall(r"`(\w+)`", cell))
