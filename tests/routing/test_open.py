"""One place alone takes routing's context from a session, so that no two answers differ."""

from __future__ import annotations

import ast
from pathlib import Path

import yoi_cli

PACKAGE = Path(yoi_cli.__file__).parent
#: Only this one knows what routing takes from settings, claims and the checkout.
BUILDER = "routing/open.py"


def test_a_routing_context_is_built_in_one_place_alone() -> None:
    builders = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _name(node.func) == "RoutingContext"
    }
    assert builders == {BUILDER}


def _name(function: ast.expr) -> str:
    """The last part of what is called, also where it is called by its module's name."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
