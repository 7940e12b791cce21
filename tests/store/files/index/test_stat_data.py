"""What tells the files of many tickets: what differs is found wherever it stands."""

from __future__ import annotations

import os
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.store.files.index.section import Section
from yoi_cli.store.files.index.stat_data import (
    NO_FILE,
    WIDTH,
    differing,
    stat_all,
    stat_data,
    stat_records,
)
from yoi_cli.store.files.index.table import Row, empty_table

#: More than are packed or compared at a time.
MANY = 600
HEAD = ("one", 1)


@given(st.integers(1, 3), st.sets(st.integers(0, MANY - 1), max_size=6), st.data())
def test_just_the_places_are_found_at_which_any_number_is_another(
    files: int, places: set[int], data: st.DataObject
) -> None:
    width = WIDTH * files
    known = array("q", range(MANY * width))
    found = known[:]
    for place in places:
        found[place * width + data.draw(st.integers(0, width - 1))] = -1
    assert list(differing(found, known, width)) == sorted(places)


def test_many_files_are_told_as_each_is(tmp_path: Path) -> None:
    names = [f"{number:04d}" for number in range(MANY)]
    for name in names[::2]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    folder = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = stat_all(folder, names, "file")
    finally:
        os.close(folder)
    for place, name in enumerate(names):
        status = (tmp_path / name / "file").lstat() if place % 2 == 0 else None
        told = NO_FILE if status is None else stat_data(status)
        assert tuple(found[place * WIDTH : (place + 1) * WIDTH]) == told


def test_records_that_did_not_change_are_told_by_what_was_known(tmp_path: Path) -> None:
    names = ["one", "two"]
    for name in names:
        (tmp_path / name / "above").mkdir(parents=True)
    (tmp_path / "two/above/a").write_text("a")
    folder = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        nothing = array("q", bytes(8 * 2 * 2 * WIDTH))
        known = stat_records(folder, names, "above", ["a"], nothing)
        assert stat_records(folder, names, "above", ["a"], known) is known
        (tmp_path / "two/above/a").write_text("longer")
        assert list(differing(stat_records(folder, names, "above", ["a"], known), known, 10)) == [1]
    finally:
        os.close(folder)


@pytest.mark.parametrize("is_same", [True, False])
def test_what_is_read_of_a_changed_file_leaves_what_was_kept_alone(is_same: bool) -> None:
    rows = [Row([number] * WIDTH, HEAD, b"body") for number in (1, 2)]
    table = empty_table(1).aligned(b"00000000000010000000000002")
    table = table.with_rows([0, 1], lambda place: rows[place])
    kept = table.signatures.tolist()
    section = Section(1, table, lazy=False)
    looked = table.signatures[:]
    if not is_same:
        looked[0] = 7
    section.look(table.ids, lambda _: looked)
    section.put(0, Row([9] * WIDTH, ("another",), b"other"), settled=False)
    assert table.signatures.tolist() == kept
    assert section.found.tolist() == [9] * WIDTH + kept[WIDTH:]
    assert section.row(0) == Row(array("q", [9] * WIDTH), ("another",), b"other")
