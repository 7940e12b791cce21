"""What the page on hooks shows is what the program prints."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from support.console_blocks import Reader, steps_of

from yoi_cli.domain import hook_files

PAGE = Path(__file__).parents[2] / "docs" / "hooks.md"


def test_the_story_of_the_hooks_page_works_as_printed(env: dict[str, str], repo: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    reader = Reader(repo, env | {"PATH": path, "YOI_AUTHOR": "ada"}, "/home/ada/shop")
    steps = steps_of(PAGE)
    assert len(steps) > 15
    for step in steps:
        expected, printed = reader.type(step)
        assert printed == expected, step.command


def test_the_hooks_page_names_every_hook_and_state() -> None:
    text = PAGE.read_text(encoding="utf-8")
    states = [getattr(hook_files, name) for name in ("ABSENT", "INSTALLED", "OUTDATED", "EDITED")]
    for word in (*hook_files.ALL_HOOKS, *states, hook_files.FOREIGN, hook_files.REPLACED):
        assert f"| `{word}` |" in text, word
