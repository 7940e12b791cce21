"""docs/api.md: its example runs as it says, and its table names what there is."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from pathlib import Path

import pytest
from support.environment import ROOT
from support.process import Program

from yoi_cli import api

TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
TABLE = re.findall(r"^\| `(\w+)` \| (.*) \|$", TEXT, re.MULTILINE)


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_example_prints_what_the_page_says(env: dict[str, str], workspace: Path) -> None:
    python = Program((sys.executable, "-P", "-c"), env, workspace)
    done = python(block("python"), cwd=workspace)
    assert (done.out, done.err) == (block("text"), "")


def test_the_table_has_every_module() -> None:
    found = {module.name for module in pkgutil.iter_modules(api.__path__)}
    of_a_batch = {"held", "operations", "operation_lines"}
    inner = {"session", "autocommit", "documents", *of_a_batch}
    assert {module for module, _ in TABLE} == found - inner


@pytest.mark.parametrize(("module", "names"), TABLE, ids=[module for module, _ in TABLE])
def test_the_table_names_the_functions_of_a_module(module: str, names: str) -> None:
    found = importlib.import_module(f"yoi_cli.api.{module}")
    public = {
        name
        for name, value in vars(found).items()
        if inspect.isfunction(value)
        and value.__module__ == found.__name__
        and not name.startswith("_")
    }
    assert public == set(re.findall(r"`(\w+)`", names))
