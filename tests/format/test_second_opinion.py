"""The second opinion is one: it imports nothing of the program, and agrees with it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from torture.campaigns.model import DAMAGES, try_store


def test_it_imports_nothing_of_the_program() -> None:
    for name in ("threads", "items", "records", "routing", "makers"):
        path = Path(__file__).with_name(f"{name}.py")
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = [one.module or "" for one in nodes if isinstance(one, ast.ImportFrom)]
        names += [alias.name for one in nodes if isinstance(one, ast.Import) for alias in one.names]
        assert not [name for name in names if name.split(".")[0] in ("yoi_cli", "support")]


@pytest.mark.parametrize("seed", [265, 1246, 1_000_005, *range(1, 9)])
def test_both_agree_on_a_store_and_on_what_damage_leaves_of_it(tmp_path: Path, seed: int) -> None:
    assert try_store(tmp_path / "store", seed).wrong == ()
    assert len(DAMAGES) > 40
