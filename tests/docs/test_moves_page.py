"""What the page on moves shows is what the program prints, and it has every move."""

from __future__ import annotations

import re
from pathlib import Path

from support.console_blocks import check_story

from yoi_cli.orchestration.moves import ACTIONS, PRIMARY

PAGE = Path(__file__).parents[2] / "docs" / "moves.md"


def test_the_story_of_the_page_works_as_printed(env: dict[str, str], repo: Path) -> None:
    check_story(PAGE, env, repo, more_than=3)


def test_the_page_has_every_move_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("\n## The moves\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == set(ACTIONS)
    first = text.split("\n## What is offered first\n")[1]
    assert set(PRIMARY.values()) <= set(re.findall(r"`(\w+)`", first))
