"""A document is made from the attributes of a value, or from what is given in their place."""

from typing import NamedTuple

import pytest
from msgspec import Struct, field, to_builtins

from yoi_cli.api.documents.common import from_value, from_values


class Value(NamedTuple):
    ticket: str
    kind: str
    is_ready: bool

    @property
    def length(self) -> int:
        return len(self.ticket)


class Document(Struct, frozen=True, kw_only=True):
    kind: str
    ticket: str
    length: int
    is_ready: bool = field(name="ready")


VALUE = Value("A", "x", True)


def test_fields_are_attributes_of_their_python_names_in_the_order_of_the_document() -> None:
    made = from_value(Document, VALUE)
    assert to_builtins(made) == {"kind": "x", "ticket": "A", "length": 1, "ready": True}
    assert list(to_builtins(made)) == ["kind", "ticket", "length", "ready"]


def test_what_is_given_comes_before_the_attribute() -> None:
    made = from_value(Document, VALUE, kind="given", length=5)
    assert (made.kind, made.length, made.ticket) == ("given", 5, "A")


def test_each_value_makes_one_document() -> None:
    assert from_values(Document, iter((VALUE, VALUE))) == (from_value(Document, VALUE),) * 2
    assert from_values(Document, ()) == ()


def test_a_field_that_comes_from_nowhere_is_an_error() -> None:
    with pytest.raises(AttributeError, match="ticket"):
        from_value(Document, object(), kind="x")


def test_a_name_that_is_no_field_is_an_error() -> None:
    with pytest.raises(TypeError, match="colour"):
        from_value(Document, VALUE, colour="red")
