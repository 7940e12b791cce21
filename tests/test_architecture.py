"""What the contracts of pyproject.toml cannot say: that they miss no module, and what a rule
may not even call (ARCHITECTURE.md)."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import yoi_cli

PACKAGE = Path(yoi_cli.__file__).parent
RULES = "Rules do no I/O, read no clock and print nothing"
#: Where files, git, processes, the clock and the terminal are reached.
IO_PLACES = re.compile(
    r"yoi_cli\.(?:__main__|(?:api|cli|git|mcp|server|tui|workspace)\..+|objectives\.files|routing\.snapshot"
    r"|\w+\.open|\w+\.(?:config|files|forge|formats|git|local|remote|target)\..+)"
)
#: What does I/O or reads a clock, and needs no import that a contract knows of.
CALLS = {"open", "print", "input", "breakpoint", "datetime.now", "datetime.utcnow", "date.today"}
#: What starts a process besides `subprocess`.
STARTS = re.compile(
    r"os\.(?:(?:exec|spawn|posix_spawn)[lvpe]{1,4}|posix_spawn|fork(?:pty)?|system|popen)"
)


def module_names() -> Iterator[tuple[str, Path]]:
    """Every module of the package, but for an `__init__.py` that holds no code."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if path.name != "__init__.py":
            yield ".".join(parts), path
        elif len(ast.parse(path.read_text(encoding="utf-8")).body) > 1 and path.parent != PACKAGE:
            yield ".".join(parts[:-1]), path


MODULES = dict(module_names())


def contract(name: str) -> dict[str, list[str]]:
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    found: dict[str, list[str]] = next(one for one in contracts if one["name"] == name)
    return found


def matches(module: str, expressions: list[str]) -> bool:
    """Whether import-linter's wildcards mean `module`."""
    forms = (re.escape(one).replace(r"\*\*", r".+").replace(r"\*", r"[^.]+") for one in expressions)
    return any(re.fullmatch(form, module) for form in forms)


def is_rule(module: str) -> bool:
    found = contract(RULES)
    exempt = [one.split(" -> ")[0] for one in found["ignore_imports"]]
    return matches(module, found["source_modules"]) and not matches(module, exempt)


def called(path: Path) -> Iterator[str]:
    """What a module calls, each by its last name and the one before it, as in `os.fork`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ".".join(ast.unparse(node.func).split(".")[-2:])


@pytest.mark.parametrize("module", MODULES)
def test_a_module_either_is_a_rule_or_stands_where_input_and_output_belong(module: str) -> None:
    assert is_rule(module) != bool(IO_PLACES.fullmatch(module))


def test_the_contracts_on_rules_are_about_the_same_modules() -> None:
    other = contract("Rules reach files, git and processes through ports")
    assert other["source_modules"] == contract(RULES)["source_modules"]


def test_a_rule_opens_no_file_prints_nothing_and_reads_no_clock() -> None:
    found = {m: CALLS.intersection(called(path)) for m, path in MODULES.items() if is_rule(m)}
    assert {module: names for module, names in found.items() if names} == {}


def test_only_what_stands_over_workers_becomes_another_process() -> None:
    starting = {m for m, path in MODULES.items() if any(map(STARTS.fullmatch, called(path)))}
    assert starting
    assert all(module.startswith("yoi_cli.workers.local.") for module in starting)
