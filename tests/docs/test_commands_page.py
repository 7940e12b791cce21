"""docs/commands.md says what the program says."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.process
def test_the_page_of_commands_is_what_help_prints() -> None:
    maker = runpy.run_path(str(DOCS / "make_commands.py"))
    assert (DOCS / "commands.md").read_text(encoding="utf-8") == maker["page"](), (
        "run docs/make_commands.py"
    )
