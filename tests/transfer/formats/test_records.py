"""Records of JSON are read one by one, and what is broken is named by record and line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.transfer.formats.records import Record, read_records
from yoi_cli.transfer.model import ImportProblem


def read(data: bytes) -> tuple[list[Record], list[ImportProblem]]:
    found = list(read_records(data, "x.json"))
    records = [one for one in found if isinstance(one, Record)]
    return records, [one for one in found if isinstance(one, ImportProblem)]


@pytest.mark.parametrize(
    "data",
    [
        b'{"id": "1"}\n{"id": "2"}\n',
        b'[{"id": "1"}, {"id": "2"}]',
        b'[\n{"id": "1"},\n{"id": "2"}\n]\n',
        b'[{"id": "1"}]\n[{"id": "2"}]',
        b'[[{"id": "1"}], [{"id": "2"}]]',
        b'\xef\xbb\xbf{\n  "id": "1"\n}\r\n{\n  "id": "2"\n}',
    ],
)
def test_lines_arrays_pages_and_documents_are_the_same(data: bytes) -> None:
    records, problems = read(data)
    assert ([one.values["id"] for one in records], problems) == (["1", "2"], [])


def test_values_are_texts_and_line_ends_are_ours() -> None:
    ((_, _, values),), _ = read(b'{"a": 1, "b": true, "c": null, "d": [1.5], "e": "x\\r\\ny"}')
    assert values == {"a": "1", "b": "true", "c": "", "d": ["1.5"], "e": "x\ny"}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (b'{"id": ', "is not JSON"),
        (b'{"id": "2", "id": "3"}', "has the key 'id' twice"),
        (b'{"id": NaN}', "holds NaN"),
        (b'{"id": "\\ud800"}', "half a character"),
        (b'{"id": ' + b"[" * 100 + b"]" * 100 + b"}", "nested too deep"),
        (b'{"id": ' + b"[" * 200000 + b"]" * 200000 + b"}", "nested too deep"),
        (b'{"id": ' + b"9" * 5000 + b"}", "digits"),
        (b'"text"', "is no object"),
    ],
)
def test_a_broken_record_is_named_and_hides_no_other(broken: bytes, said: str) -> None:
    records, problems = read(b'{"id": "1"}\n' + broken + b'\n{"id": "3"}\n')
    assert [one.values["id"] for one in records] == ["1", "3"]
    assert [(one.line, said in one.message) for one in problems] == [(2, True)]
    assert problems[0].message.startswith("record 2 ")


def test_nothing_inside_a_broken_record_is_taken_for_one() -> None:
    data = (
        b'[\n  {"number": 1, "milestone":\n    {\n      "number": 9\n    }\n  x\n  {"number": 2}\n]'
    )
    records, problems = read(data)
    assert [one.values["number"] for one in records] == ["2"]
    assert [one.line for one in problems] == [2]


def test_a_file_that_was_cut_short_is_said_to_be() -> None:
    records, problems = read(b'[\n{"id": "1"},\n')
    assert [one.values["id"] for one in records] == ["1"]
    assert "cut short" in problems[0].message
    _, problems = read(b'[{"id": "1"}, {"id": "2"')
    assert "what follows in this line was not read" in problems[0].message


def test_what_is_not_utf_8_is_replaced_and_said() -> None:
    records, problems = read(b'{"id": "1"}\n{"id": "\xff"}\n')
    assert [one.values["id"] for one in records] == ["1", "\ufffd"]
    assert [(one.line, "not UTF-8" in one.message) for one in problems] == [(2, True)]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_to_their_end(data: bytes) -> None:
    list(read_records(data, "x"))


@given(
    st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=8), max_size=3), max_size=5),
    st.sampled_from(["lines", "array", "indented"]),
)
def test_what_json_writes_is_read(written: list[dict[str, str]], form: str) -> None:
    if form == "lines":
        data = "\n".join(json.dumps(one) for one in written)
    else:
        data = json.dumps(written, indent=2 if form == "indented" else None)
    records, problems = read(data.encode())
    ours = [{key: text.replace("\r\n", "\n") for key, text in one.items()} for one in written]
    if not any("\ud800" <= char <= "\udfff" for one in written for char in "".join(one.values())):
        assert ([one.values for one in records], problems) == (ours, [])
