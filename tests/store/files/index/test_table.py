"""Tables of the index as bytes: what goes in comes out, and nothing else does."""

from __future__ import annotations

import json
from array import array
from zlib import crc32

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.store.files.index.table import (
    DamagedIndexError,
    Row,
    Table,
    decode_table,
    empty_table,
    encode_table,
)

ABOUT: dict[str, object] = {"store": "/somewhere/.yoi/tickets", "schema": 1}
FILES = 2


def ids_of(*numbers: int) -> bytes:
    return b"".join(f"{number:013d}".encode() for number in numbers)


def row(number: int) -> Row:
    signature = tuple(number * 100 + n for n in range(5 * FILES))
    return Row(signature, ("head", (number % 3, None), True), b"body %d" % number)


def table_of(*numbers: int) -> Table:
    empty = empty_table(FILES).aligned(ids_of(*numbers))
    rows = {place: row(number) for place, number in enumerate(numbers)}
    return empty.with_rows(rows, rows.get)


def contents(table: Table) -> list[tuple[bytes, list[int], object, bytes]]:
    """All rows with the tickets that they are of."""
    width, count = 5 * FILES, len(table.head_of)
    return [
        (
            table.ids[13 * place : 13 * (place + 1)],
            table.signatures[width * place : width * (place + 1)].tolist(),
            table.head(place),
            table.body(place),
        )
        for place in range(count)
    ]


numbers = st.lists(st.integers(1, 60), unique=True, max_size=12).map(sorted)


@given(numbers)
def test_a_table_comes_back_as_it_was(chosen: list[int]) -> None:
    table = table_of(*chosen)
    again = decode_table(encode_table(table, ABOUT), ABOUT, FILES)
    assert contents(again) == contents(table)
    assert [(kept.head, kept.body) for kept in again.rows()] == [one[2:] for one in contents(table)]


@given(numbers, numbers, st.sets(st.integers(1, 60)))
def test_rows_follow_their_tickets_and_new_ones_take_their_places(
    before: list[int], after: list[int], changed: set[int]
) -> None:
    table = table_of(*before).aligned(ids_of(*after))
    rows = {place: row(number + 1000) for place, number in enumerate(after) if number in changed}
    found = contents(table.with_rows(rows, rows.get))
    assert len(found) == len(after)
    for number, (name, signature, head, body) in zip(after, found, strict=True):
        assert name == ids_of(number)
        known = row(number + 1000) if number in changed else row(number)
        if number in changed or number in before:
            assert (tuple(signature), head, body) == known
        else:
            assert (any(signature), head, body) == (False, (), b"")


def test_a_table_that_is_cut_or_longer_is_none() -> None:
    data = encode_table(table_of(1, 2, 3), ABOUT)
    for damaged in (*(data[:size] for size in range(len(data))), data + b"\0", data + data):
        with pytest.raises(DamagedIndexError):
            decode_table(damaged, ABOUT, FILES)


@pytest.mark.parametrize("mask", [0x01, 0x80, 0xFF])
def test_a_table_of_which_one_byte_is_another_is_none(mask: int) -> None:
    data = encode_table(table_of(1, 2, 3), ABOUT)
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= mask
        with pytest.raises(DamagedIndexError):
            decode_table(bytes(damaged), ABOUT, FILES)


@given(st.binary(max_size=200))
def test_what_is_no_table_is_none(data: bytes) -> None:
    checked = data + crc32(data).to_bytes(4, "big")
    for one in (data, checked, b"yoi index " + checked):
        with pytest.raises(DamagedIndexError):
            decode_table(one, ABOUT, FILES)


@pytest.mark.parametrize(
    "header",
    [
        {"count": -1},
        {"count": 10**9},
        {"count": "1"},
        {"bodies": -5},
        {"heads": []},
        {"heads": [1]},
        {"heads": None},
        {"byte_order": "middle"},
        {"files": 3},
        {"about": {}},
    ],
)
def test_a_sound_checksum_is_not_all(header: dict[str, object]) -> None:
    data = encode_table(table_of(1, 2, 3), ABOUT)
    line, _, columns = data[:-4].removeprefix(b"yoi index ").partition(b"\n")
    changed = b"yoi index " + json.dumps({**json.loads(line), **header}).encode() + b"\n" + columns
    with pytest.raises(DamagedIndexError):
        decode_table(changed + crc32(changed).to_bytes(4, "big"), ABOUT, FILES)


def test_a_row_with_a_head_that_is_not_there_makes_no_table() -> None:
    table = table_of(1, 2)._replace(head_of=array("I", [1, 7]))
    with pytest.raises(DamagedIndexError):
        decode_table(encode_table(table, ABOUT), ABOUT, FILES)


def test_a_table_of_another_store_is_none() -> None:
    data = encode_table(table_of(1), ABOUT)
    with pytest.raises(DamagedIndexError):
        decode_table(data, {**ABOUT, "store": "/elsewhere/.yoi/tickets"}, FILES)
