"""`make figures` counts what it says that it counts."""

from __future__ import annotations

import ast
from pathlib import Path

import figures
import pytest


def tree_of(folder: Path, package: str, **modules: str) -> Path:
    """A package with these modules; a name with `__` is one in a package below."""
    for name, text in modules.items():
        path = folder / package / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        for parent in path.relative_to(folder).parents:
            if parent.name:
                (folder / parent / "__init__.py").touch()
    return folder


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("grace = 1", 1),
        ("def f(*, grace): ...", 1),
        ("f(grace=1)", 1),
        ("x.grace", 1),
        ("option('--grace')", 1),
        ("from x import grace as y", 1),
        ('"""Says something of grace."""', 0),
        ("# grace", 0),
        ("disgrace = graceful", 0),
    ],
)
def test_a_word_is_named_by_code_and_strings_and_not_by_what_explains_them(
    source: str, count: int
) -> None:
    assert figures.naming_files([ast.parse(source)], "grace") == count


def test_siblings_that_import_each_other_through_what_is_below_them_are_a_cycle(
    tmp_path: Path,
) -> None:
    package = "a_tree_of_its_own"
    root = tree_of(
        tmp_path,
        package,
        one__a=f"from {package}.two import b",
        two__b=f"def f() -> None:\n    from {package}.one import c",
        one__c=f"import {package}.three",
        three="",
    )
    assert figures.import_cycles(root, package) == [f"{package}: one ⇄ two"]


def test_a_class_is_counted_by_its_name_wherever_it_stands() -> None:
    trees = [ast.parse("class A: ...\nclass B: ..."), ast.parse("def f():\n    class A: ...")]
    assert figures.doubled_classes(trees) == ["A"]


def test_a_dependency_of_which_any_module_is_imported_is_used(tmp_path: Path) -> None:
    declared = '[project]\ndependencies = ["pytest>=8", "hypothesis; python_version > \'3\'"]\n'
    (tmp_path / "pyproject.toml").write_text(declared, encoding="utf-8")
    inside = ast.parse("def f():\n    import pytest.mark")
    assert figures.unused_dependencies(tmp_path, [inside]) == ["hypothesis"]
