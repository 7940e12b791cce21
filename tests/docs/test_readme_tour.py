"""Every command of the README's tour works as printed."""

from __future__ import annotations

from pathlib import Path

from support.console_blocks import check_story

README = Path(__file__).parents[2] / "README.md"


def test_the_tour_works_as_printed(env: dict[str, str], repo: Path) -> None:
    check_story(README, env, repo, more_than=15)
