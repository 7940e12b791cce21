"""A face whose library is absent says how to get it."""

from __future__ import annotations

import pytest

from yoi_cli.cli.surfaces import load
from yoi_cli.errors import OperationError


def test_a_face_without_its_library_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str, *_: object) -> None:
        raise ModuleNotFoundError(f"No module named '{name}'", name="textual")

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(OperationError) as told:
        load("tui.app:run")
    assert told.value.code == "extra_missing"
    assert told.value.hint == "pip install 'yoi[panel]'"


def test_a_module_of_our_own_that_is_not_there_is_a_fault_and_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError):
        load("tui.no_such_module:run")
