"""What the page on taking back shows is what the program prints."""

from __future__ import annotations

from pathlib import Path

from support.console_blocks import check_story

PAGE = Path(__file__).parents[2] / "docs" / "undo.md"


def test_the_story_of_the_page_works_as_printed(env: dict[str, str], repo: Path) -> None:
    check_story(PAGE, env, repo, more_than=4)
