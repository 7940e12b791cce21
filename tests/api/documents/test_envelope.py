"""`--json` prints one document, valid for a parser and harmless on a terminal."""

import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoi_cli.api.documents.envelope import document, error_document
from yoi_cli.errors import ConflictError, Json
from yoi_cli.model.safe_text import visible

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


def test_a_number_that_json_cannot_say_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"):
        document("any", float("nan"))


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
