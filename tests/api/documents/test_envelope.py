"""`--json` prints one document, valid for a parser and harmless on a terminal."""

import json
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, field

from yoi_cli.api.documents.envelope import document, error_document, json_line
from yoi_cli.errors import ConflictError, Json
from yoi_cli.model.text import visible

TEXT = st.text(st.characters(codec="utf-8")) | st.text(
    st.sampled_from('a"\\\x00\n\r\t\x1b\x7f\x85\x9b\u061c\u202e\u2028\ufeff\udc9b\U000e0041端')
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


class Part(Struct, frozen=True, kw_only=True):
    is_cut: bool = field(name="cut")
    text: str | None


class Whole(Struct, frozen=True, kw_only=True):
    """A document with everything that one may hold."""

    name: str
    amount: float | int | None
    parts: tuple[Part, ...]
    first: Part | None
    facts: Mapping[str, object]


PARTS = st.builds(Part, is_cut=st.booleans(), text=st.none() | TEXT)
WHOLES = st.builds(
    Whole,
    name=TEXT,
    amount=st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    parts=st.lists(PARTS, max_size=3).map(tuple),
    first=st.none() | PARTS,
    facts=st.dictionaries(TEXT, JSON, max_size=3).map(MappingProxyType),
)


def part_fields(part: Part) -> dict[str, Json]:
    return {"cut": part.is_cut, "text": part.text}


def fields(whole: Whole) -> dict[str, object]:
    return {
        "name": whole.name,
        "amount": whole.amount,
        "parts": [part_fields(part) for part in whole.parts],
        "first": None if whole.first is None else part_fields(whole.first),
        "facts": dict(whole.facts),
    }


def dumped(value: object, *, pretty: bool) -> str:
    """What the standard library makes of it, with what could drive a terminal escaped."""
    separators = None if pretty else (",", ":")
    text = json.dumps(
        value, ensure_ascii=False, indent=2 if pretty else None, separators=separators
    )
    return "".join(
        char if char == "\n" or visible(char) == char else json.dumps(char)[1:-1] for char in text
    )


@given(JSON, st.booleans())
def test_a_document_has_the_bytes_of_the_standard_library(data: Json, pretty: bool) -> None:
    envelope = {"schema": "yoi/1", "kind": "any", "data": data}
    assert document("any", data, pretty=pretty) == dumped(envelope, pretty=pretty) + "\n"


@given(WHOLES, st.booleans())
def test_a_struct_is_printed_as_the_object_of_its_fields_in_their_order(
    whole: Whole, pretty: bool
) -> None:
    envelope = {"schema": "yoi/1", "kind": "any", "data": fields(whole)}
    assert document("any", whole, pretty=pretty) == dumped(envelope, pretty=pretty) + "\n"
    assert json_line(whole) == dumped(fields(whole), pretty=False) + "\n"


@given(JSON, st.booleans())
def test_a_document_parses_back_to_what_it_was_made_of(data: Json, pretty: bool) -> None:
    parsed = json.loads(document("ticket", data, pretty=pretty))
    assert parsed == {"schema": "yoi/1", "kind": "ticket", "data": data}


@given(JSON, st.booleans())
def test_a_document_holds_no_character_that_drives_a_terminal(data: Json, pretty: bool) -> None:
    written = document("ticket", data, pretty=pretty)
    one_line = written.replace("\n", "")
    assert visible(one_line) == one_line
    written.encode("utf-8")


def test_a_piped_document_is_one_compact_line() -> None:
    assert (
        document("ids", ["A", 1, None]) == '{"schema":"yoi/1","kind":"ids","data":["A",1,null]}\n'
    )


def test_a_pretty_document_is_indented_by_two() -> None:
    assert document("ids", {"a": [1]}, pretty=True).splitlines()[3:5] == [
        '  "data": {',
        '    "a": [',
    ]


def test_japanese_stays_readable_and_an_escape_does_not_stay_raw() -> None:
    written = document("title", "端末\x1b[2J\x9b\x7f\u202e\U000e0041")
    assert r'"端末\u001b[2J\u009b\u007f\u202e\udb40\udc41"' in written


def test_read_only_mappings_and_tuples_are_objects_and_lists() -> None:
    written = document("any", MappingProxyType({"ids": ("A", MappingProxyType({}))}))
    assert json.loads(written)["data"] == {"ids": ["A", {}]}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_cannot_say_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        document("any", number)
    with pytest.raises(ValueError, match="JSON"):
        document("any", Whole(name="x", amount=number, parts=(), first=None, facts={}))


def test_what_has_no_place_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="object has no place"):
        document("any", object())


def test_an_error_gives_code_message_hint_and_details() -> None:
    error = ConflictError(
        "illegal_move",
        "It is closed.\x1b[0m",
        hint="Reopen it first.",
        details={"allowed": ("planning",)},
    )
    assert json.loads(error_document(error)) == {
        "schema": "yoi/1",
        "error": {
            "code": "illegal_move",
            "message": "It is closed.\x1b[0m",
            "hint": "Reopen it first.",
            "details": {"allowed": ["planning"]},
        },
    }
    assert "\x1b" not in error_document(error)


def test_an_error_without_details_has_an_empty_object() -> None:
    assert json.loads(error_document(ConflictError("busy", "Busy.")))["error"]["details"] == {}
