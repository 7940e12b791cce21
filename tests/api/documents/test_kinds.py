"""The types of the documents hold what `yoi schema` promises of them."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pkgutil import iter_modules

import pytest
from msgspec import Struct

from yoi_cli.api import documents
from yoi_cli.api.documents.kinds import KINDS


def types() -> list[type[Struct]]:
    """Every document that is defined, in whichever module."""
    found = []
    for module in iter_modules(documents.__path__):
        name = f"{documents.__name__}.{module.name}"
        found += [
            kind
            for kind in vars(import_module(name)).values()
            if isinstance(kind, type) and issubclass(kind, Struct) and kind.__module__ == name
        ]
    return found


@pytest.mark.parametrize("kind", types(), ids=lambda kind: kind.__name__)
def test_a_document_never_changes_and_has_every_field(kind: type[Struct]) -> None:
    assert kind.__struct_config__.frozen
    # A default would make a field optional that every document has.
    assert kind.__struct_defaults__ == ()


def test_each_document_has_a_name_of_its_own() -> None:
    # Published by that name, two would be one definition.
    assert [name for name, count in Counter(k.__name__ for k in types()).items() if count > 1] == []


def test_every_kind_has_a_document() -> None:
    assert set(KINDS.values()) <= set(types())
