"""What a journal tells is put into the files again where it belongs, once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from support.threads import block, event_id, older

from yoi_cli.store.files.bring_back import with_events
from yoi_cli.store.files.told import ids_in, told_by
from yoi_cli.store.formats.journal import (
    DESCRIPTION,
    EVENTS,
    FIELD,
    LEFT,
    RECORD,
    RELATION,
    UNRELATED,
    JournalEntry,
)
from yoi_cli.store.formats.thread import parse_thread

TICKET = "00001KVZZZZZ0"
RELATED = b'["00001KVZZZZZ0", "depends_on", "00001KVZZZZZ1", "ada", "2026-06-25T16:30:32Z", null]'
RELATIONS = (
    b'{"version": 1, "relations": [{"ticket_id": "00001KVZZZZZ0", "kind": "depends_on", '
    b'"target": "00001KVZZZZZ1", "author": "ada", "at": "2026-06-25T16:30:32Z"}]}'
)
ITEM = "---\ntitle: 'x'\nstate: 'planning'\npriority: '{}'\n---\n\n{}\n"


def entry(*parts: tuple[str, str, bytes], at: int = 1) -> JournalEntry:
    return JournalEntry(TICKET, at, parts)


def lacking(entries: list[JournalEntry], files: dict[str, bytes]) -> list[object]:
    """What of `entries` is not in `files`, as far as it is anything."""
    rest = told_by(entries)[TICKET].without(lambda _, path: files.get(path))
    found: list[object] = [*rest.events, *rest.relations, *rest.records, *rest.fields]
    return [*found, "description"] if rest.description else found


@given(st.sets(st.integers(1, 8)), st.sets(st.integers(1, 8)), st.sampled_from(["\n", "\r\n"]))
def test_events_are_put_where_their_ids_belong(
    there: set[int], missing: set[int], newline: str
) -> None:
    blocks = {n: block(f"Number {n}.", n) for n in there | missing}
    thread = b"\n".join(blocks[n] for n in sorted(there)).replace(b"\n", newline.encode())
    wanted = {event_id(n): blocks[n] for n in missing - there}
    parsed = parse_thread(with_events(thread, wanted))
    assert [event.id for event in parsed.thread.events] == [
        event_id(n) for n in sorted(there | missing)
    ]
    assert [event.body for event in parsed.thread.events] == [
        f"Number {n}." for n in sorted(there | missing)
    ]
    assert not parsed.thread.faults
    if there:
        assert parsed.newline == newline


def test_an_event_stands_behind_older_ones_without_an_id() -> None:
    thread = older("Old.")
    both = with_events(thread, {event_id(1): block("New.", 1)})
    assert both.startswith(thread.rstrip())
    assert [event.body for event in parse_thread(both).thread.events] == ["Old.", "New."]


def test_a_header_that_a_body_quotes_is_no_event() -> None:
    quoted = block("x", 2).split(b"\n")[0].decode()
    assert ids_in(block(f"Look:\n{quoted}\n", 1), [event_id(1), event_id(2)]) == [event_id(1)]


def test_each_kind_of_write_is_missed_where_it_is_in_no_file() -> None:
    told = [
        entry((EVENTS, event_id(1), block("Said.", 1))),
        entry((RELATION, "", RELATED)),
        entry((RECORD, "orch-plan-1", b'{"id":"orch-plan-1"}\n')),
        entry((FIELD, "priority", b'["P2", "P0"]')),
    ]
    assert lacking(told, {}) == [
        event_id(1),
        ("depends_on", "00001KVZZZZZ1"),
        "orch-plan-1",
        "priority",
    ]
    files = {
        "thread.md": block("Said.", 1),
        "artifacts/relations.json": RELATIONS,
        "artifacts/orchestration-plan.jsonl": b'{"id":"orch-plan-1"}\n',
        "item.md": ITEM.format("P0", "Text.").encode(),
    }
    assert lacking(told, files) == []


def test_a_field_is_missed_only_where_it_is_again_what_it_was() -> None:
    told = [entry((FIELD, "priority", pair)) for pair in (b'["P2", "P1"]', b'["P1", "P0"]')]
    for value, missed in (("P2", ["priority"]), ("P4", [])):
        assert lacking(told, {"item.md": ITEM.format(value, "").encode()}) == missed


def test_a_field_that_was_set_back_is_not_missed() -> None:
    told = [entry((FIELD, "priority", pair)) for pair in (b'["P2", "P1"]', b'["P1", "P2"]')]
    assert lacking(told, {"item.md": ITEM.format("P2", "").encode()}) == []


def test_a_description_is_missed_where_the_earlier_one_stands() -> None:
    from yoi_cli.store.files.told import checksum

    told = [entry((DESCRIPTION, str(checksum("Before.")), b"After.\n"))]
    assert lacking(told, {"item.md": ITEM.format("P2", "Before.").encode()}) == ["description"]
    assert lacking(told, {"item.md": ITEM.format("P2", "After.").encode()}) == []


def test_a_description_that_was_set_back_is_not_missed() -> None:
    from yoi_cli.store.files.told import checksum

    told = [
        entry((DESCRIPTION, str(checksum(before)), after))
        for before, after in (("One.", b"Two.\n"), ("Two.", b"One.\n"))
    ]
    assert lacking(told, {"item.md": ITEM.format("P2", "One.").encode()}) == []


def test_a_relation_that_was_removed_is_not_missed() -> None:
    told = [entry((RELATION, "", RELATED)), entry((UNRELATED, "depends_on 00001KVZZZZZ1", b""))]
    assert lacking(told, {}) == []


def test_what_was_left_is_not_missed() -> None:
    told = [entry((EVENTS, event_id(1), block("Said.", 1))), entry((LEFT, "", b""))]
    assert lacking(told, {}) == []
    assert lacking([*told, entry((EVENTS, event_id(2), block("x", 2)))], {}) == [event_id(2)]
